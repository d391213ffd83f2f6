/** One line under the composer: what became of the publishes of this channel. Its place never changes size. */
import type { OutboxRow } from '../../connection/api.ts';
import { channelMatches } from '../../shared/channel.ts';
import { createStore, type Store } from '../../shared/store.ts';
import { useConnection, useStore } from '../services.ts';
import { useText } from '../text/use-text.ts';
import { OutboxActions } from './outbox-actions.tsx';

const NO_ROWS: readonly OutboxRow[] = [];
const NO_ROWS_STORE: Store<readonly OutboxRow[]> = createStore(NO_ROWS);

/** The rows of the outbox; none while there is no connection. */
export function useOutbox(): readonly OutboxRow[] {
  const connection = useConnection();
  return useStore<readonly OutboxRow[]>(connection?.outbox ?? NO_ROWS_STORE, NO_ROWS);
}

/** The row that matters most: the last refused one, else the newest. */
function foremost(rows: readonly OutboxRow[]): OutboxRow | undefined {
  const newest = rows.toSorted((a, b) => b.createdAt - a.createdAt);
  return newest.find((row) => row.state === 'refused') ?? newest[0];
}

export function PublishStrip({ channel, onShowAll }: { channel: string; onShowAll(): void }) {
  const text = useText();
  const rows = useOutbox().filter((row) => channelMatches(channel, row.channel));
  const row = foremost(rows);
  const others = rows.filter((other) => other !== row && other.state !== 'delivered').length;
  return (
    <div className="strip">
      {row !== undefined && (
        <>
          <span className="row-state" data-state={row.state}>
            {text.composer.row[row.state]}
          </span>
          <span className="strip-event" title={row.events.join('\n').slice(0, 500)}>
            {row.reason !== null ? text.said(row.reason) : row.events[0]?.slice(0, 120)}
          </span>
          {row.state === 'refused' && <OutboxActions row={row} />}
          {others > 0 && (
            <button
              type="button"
              className="button button-small"
              title={text.composer.show}
              onClick={onShowAll}
            >
              {text.composer.more(others)}
            </button>
          )}
        </>
      )}
    </div>
  );
}
