/** How the connection is, why, and when it is tried again. */
import { useConnectionStatus, useSessionState } from '../services.ts';
import { usePanelText } from '../text/use-panel-text.ts';
import { useText } from '../text/use-text.ts';
import { Fact } from './fact.tsx';
import { Retry } from './retry.tsx';
import { statusText } from './status-text.ts';
import { useNow } from './use-now.ts';

export function StateFacts() {
  const text = useText();
  const panel = usePanelText();
  const status = useConnectionStatus();
  const { phase, label, reason } = statusText(text, useSessionState(), status);
  const now = useNow();
  const heard = status?.lastHeardAt ?? null;
  return (
    <section className="panel-section">
      <dl className="facts">
        <Fact name={panel.state}>
          <span className="pill" data-phase={phase}>
            <span className="dot" data-phase={phase} />
            {label}
          </span>
        </Fact>
        {reason !== null && <Fact name={panel.reason}>{reason}</Fact>}
        <Fact name={panel.lastHeard}>
          {heard === null ? panel.never : panel.ago(text.format.duration(now - heard))}
        </Fact>
      </dl>
      <Retry />
    </section>
  );
}
