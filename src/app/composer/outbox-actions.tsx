/** What a person can do with a publish that was refused or waits. */
import type { OutboxRow } from '../../connection/api.ts';
import { useDesk } from '../desk/desk-context.ts';
import { useConnection } from '../services.ts';
import { useText } from '../text/use-text.ts';

export function OutboxActions({ row }: { row: OutboxRow }) {
  const text = useText();
  const connection = useConnection();
  const { announce } = useDesk();
  const run = (action: Promise<void> | undefined) => {
    action?.catch((error: unknown) => announce(error instanceof Error ? error.message : String(error)));
  };
  return (
    <span className="row-actions">
      <button
        type="button"
        className="button button-small"
        onClick={() => run(connection?.outbox.retry(row.id))}
      >
        {text.composer.retry}
      </button>
      <button
        type="button"
        className="button button-small"
        onClick={() => run(connection?.outbox.discard(row.id))}
      >
        {text.composer.discard}
      </button>
    </span>
  );
}
