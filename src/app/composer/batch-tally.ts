/** What has become of the events of one batch, row by row of the outbox. */
import type { OutboxRow, OutboxState } from '../../connection/api.ts';
import { createStore, type Store } from '../../shared/store.ts';
import type { PublishedRow } from './publish-text.ts';

export interface Tally {
  all: number;
  delivered: number;
  refused: number;
  waiting: number;
}

/**
 * Follows `rows` in the outbox. Delivered rows leave it after a while, and in a refused row only the refused events
 * stay: what left was delivered, unless it was refused before (then the person discarded it).
 */
export function tallyOf(
  rows: readonly PublishedRow[],
  outbox: Store<readonly OutboxRow[]>,
): { tally: Store<Tally>; close(): void } {
  const all = rows.reduce((sum, row) => sum + row.events, 0);
  const last = new Map<string, { state: OutboxState; refused: number }>();
  const tally = createStore<Tally>({ all, delivered: 0, refused: 0, waiting: all });

  function update(): void {
    const here = new Map(outbox.get().map((row) => [row.id, row]));
    const next = { all, delivered: 0, refused: 0, waiting: 0 };
    for (const { id, events } of rows) {
      const row = here.get(id);
      if (row !== undefined) {
        last.set(id, { state: row.state, refused: row.state === 'refused' ? row.events.length : 0 });
      }
      const seen = last.get(id);
      const refused = seen?.refused ?? 0;
      // The outbox shows a row a moment after it took it: one that was never seen has not left yet.
      const over =
        row === undefined ? seen !== undefined : row.state === 'delivered' || row.state === 'refused';
      next.refused += refused;
      if (over) next.delivered += events - refused;
      else next.waiting += events;
    }
    const before = tally.get();
    if (
      next.delivered !== before.delivered ||
      next.refused !== before.refused ||
      next.waiting !== before.waiting
    )
      tally.set(next);
  }

  const close = outbox.subscribe(update);
  update();
  return { tally, close };
}
