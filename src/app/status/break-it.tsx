/** The fault switches of the stand-ins, so that anyone can watch the product survive them. Local mode only. */
import { useState } from 'react';
import { useText } from '../text/use-text.ts';

type Switch = 'refuseConnections' | 'silent' | 'history';

export function BreakIt({ control }: { control: string }) {
  const text = useText();
  const [on, setOn] = useState<Readonly<Record<Switch, boolean>>>({
    refuseConnections: false,
    silent: false,
    history: false,
  });
  const [said, setSaid] = useState<string | null>(null);

  const send = async (path: string, body: unknown): Promise<boolean> => {
    try {
      const answer = await fetch(`${control}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(5_000),
      });
      setSaid(answer.ok ? text.panel.done : text.panel.localFailed(`${answer.status}`));
      return answer.ok;
    } catch (error) {
      setSaid(text.panel.localFailed(error instanceof Error ? error.message : String(error)));
      return false;
    }
  };

  const turn = async (name: Switch) => {
    const value = !on[name];
    if (await send('/faults', { events: { [name]: value } }))
      setOn((before) => ({ ...before, [name]: value }));
  };

  return (
    <section className="panel-section">
      <h3>{text.panel.local}</h3>
      <p className="hint">{text.panel.localBody}</p>
      <div className="break-it">
        <button type="button" className="button button-small" onClick={() => void send('/drop', {})}>
          {text.panel.drop}
        </button>
        <button type="button" className="button button-small" onClick={() => void send('/expire-tokens', {})}>
          {text.panel.expire}
        </button>
        <button
          type="button"
          className="button button-small"
          aria-pressed={on.refuseConnections}
          onClick={() => void turn('refuseConnections')}
        >
          {text.panel.refuse}
        </button>
        <button
          type="button"
          className="button button-small"
          aria-pressed={on.silent}
          onClick={() => void turn('silent')}
        >
          {text.panel.silent}
        </button>
        <button
          type="button"
          className="button button-small"
          aria-pressed={on.history}
          onClick={() => void turn('history')}
        >
          {text.panel.history}
        </button>
      </div>
      <p className="hint" aria-live="polite">
        {said}
      </p>
    </section>
  );
}
