/** The countdown to the next attempt, and the way around waiting for it. */
import { useConnection, useConnectionStatus } from '../services.ts';
import { useText } from '../text/use-text.ts';
import { useNow } from './use-now.ts';

export function Retry() {
  const text = useText();
  const connection = useConnection();
  const status = useConnectionStatus();
  const retryAt = status?.retryAt ?? null;
  const now = useNow(retryAt !== null);
  if (connection === null || status === null) return null;
  if (status.phase !== 'reconnecting' && status.phase !== 'offline') return null;
  return (
    <span className="retry">
      {retryAt !== null && (
        <span className="retry-countdown">{text.status.retryIn(Math.ceil((retryAt - now) / 1000))}</span>
      )}
      <button type="button" className="button button-small" onClick={() => connection.retryNow()}>
        {text.status.retryNow}
      </button>
    </span>
  );
}
