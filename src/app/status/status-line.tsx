/**
 * The one element with `role="status"`. Only words that mean something new go in: a countdown inside it would
 * be read aloud every second.
 */
import { useConnectionStatus, useSessionState } from '../services.ts';
import { useText } from '../text/use-text.ts';
import { statusText } from './status-text.ts';

export function StatusLine() {
  const text = useText();
  const { phase, label, reason } = statusText(text, useSessionState(), useConnectionStatus());
  return (
    <p className="status-line" role="status" data-phase={phase}>
      <strong className="status-label">{label}</strong>
      {reason !== null && <span className="status-reason"> · {reason}</span>}
    </p>
  );
}
