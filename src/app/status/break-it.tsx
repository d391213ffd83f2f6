/** The fault switches of the stand-ins, so that anyone can watch the product survive them. Local mode only. */
import { useState } from 'react';
import { usePanelText } from '../text/use-panel-text.ts';
import { useText } from '../text/use-text.ts';

type Switch = 'refuseConnections' | 'silent' | 'history';

export function BreakIt({ control }: { control: string }) {
  const text = useText();
  const panel = usePanelText();
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
      setSaid(answer.ok ? panel.done : panel.localFailed(`${answer.status}`));
      return answer.ok;
    } catch (error) {
      setSaid(panel.localFailed(text.said(error)));
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
      <h3>{panel.local}</h3>
      <p className="hint">{panel.localBody}</p>
      <div className="break-it">
        <button type="button" className="button button-small" onClick={() => void send('/drop', {})}>
          {panel.drop}
        </button>
        <button type="button" className="button button-small" onClick={() => void send('/expire-tokens', {})}>
          {panel.expire}
        </button>
        <button
          type="button"
          className="button button-small"
          aria-pressed={on.refuseConnections}
          onClick={() => void turn('refuseConnections')}
        >
          {panel.refuse}
        </button>
        <button
          type="button"
          className="button button-small"
          aria-pressed={on.silent}
          onClick={() => void turn('silent')}
        >
          {panel.silent}
        </button>
        <button
          type="button"
          className="button button-small"
          aria-pressed={on.history}
          onClick={() => void turn('history')}
        >
          {panel.keepHistory}
        </button>
      </div>
      <p className="hint" aria-live="polite">
        {said}
      </p>
    </section>
  );
}
