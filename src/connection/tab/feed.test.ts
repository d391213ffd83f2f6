import { describe, expect, it } from 'vitest';
import type { EventRecord, Gap } from '../../shared/log.ts';
import { createStore } from '../../shared/store.ts';
import { createFakeClock } from '../../shared/test-doubles.ts';
import { createMemoryHistory } from '../../store/memory-history.ts';
import type { Coverage, FeedRow } from '../api.ts';
import { createFeed } from './feed.ts';

const record = (n: number, receivedAt = n * 10): EventRecord => ({
  epoch: 1,
  n,
  channel: 'default/a',
  event: `${n}`,
  receivedAt,
});
const gap = (from: number, to: number | null): Gap => ({ channel: 'default/a', from, to, cause: 'offline' });
const keys = (rows: readonly FeedRow[]): string[] => rows.map(({ key }) => key);

/** Enough turns for the reads of a history in memory. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

async function setUp(logged: number) {
  const history = createMemoryHistory();
  const clock = createFakeClock();
  await history.events.append(
    1,
    Array.from({ length: logged }, (_, index) => record(index + 1)),
  );
  let closed = 0;
  let visible = true;
  let lost = 0;
  let answered: Promise<void> | null = null;
  const coverage = createStore<Coverage>({ loading: false, live: true, intervals: [], gaps: [] });
  const feed = createFeed({
    channel: 'default/a',
    log: {
      ...history.events,
      async page(...range) {
        if (answered !== null) await answered;
        return history.events.page(...range);
      },
    },
    coverage,
    clock: { ...clock, monotonic: () => clock.monotonic() + lost },
    visible: () => visible,
    onClose: () => {
      closed += 1;
    },
  });
  return {
    feed,
    clock,
    events: history.events,
    gaps: (...gaps: Gap[]) => coverage.set({ ...coverage.get(), gaps }),
    /** The page does something else for so long that no timer runs. */
    busy(ms: number) {
      lost += ms;
    },
    /** The log does not answer until the function that is returned is called. */
    hang() {
      let answer = (): void => {};
      answered = new Promise((resolve) => {
        answer = resolve;
      });
      return () => answer();
    },
    hide() {
      visible = false;
    },
    closed: () => closed,
  };
}

describe('a feed', () => {
  it('shows the newest page, then older ones on demand, without a double or a hole', async () => {
    const { feed } = await setUp(450);
    expect(feed.get().loading).toBe(true);
    await settle();
    expect(feed.get()).toMatchObject({ loading: false, hasOlder: true });
    expect(feed.get().rows).toHaveLength(200);
    await feed.loadOlder();
    await feed.loadOlder();
    await feed.loadOlder();
    expect(keys([...feed.get().rows])).toEqual(Array.from({ length: 450 }, (_, index) => `e1.${index + 1}`));
    expect(feed.get().hasOlder).toBe(false);
  });

  it('joins what arrives while the log is read, each event once', async () => {
    const { feed, clock } = await setUp(3);
    feed.receive([record(3), record(4)]);
    await settle();
    clock.advance(50);
    expect(keys([...feed.get().rows])).toEqual(['e1.1', 'e1.2', 'e1.3', 'e1.4']);
  });

  it('gathers a burst into one change', async () => {
    const { feed, clock } = await setUp(0);
    await settle();
    let changes = 0;
    feed.subscribe(() => {
      changes += 1;
    });
    for (let n = 1; n <= 500; n += 1) feed.receive([record(n)]);
    clock.advance(100);
    expect(changes).toBe(1);
    expect(feed.get().rows).toHaveLength(500);
    expect(feed.get().received).toBe(500);
  });

  it('gathers longer when nobody looks, and when the page is late', async () => {
    const { feed, clock, busy, hide } = await setUp(0);
    await settle();
    feed.receive([record(1)]);
    clock.advance(16);
    expect(feed.get().rows).toHaveLength(1);
    // Whoever is told takes 100 ms: the next update waits twice as long, the one after it a frame again.
    const off = feed.subscribe(() => busy(100));
    feed.receive([record(2)]);
    clock.advance(16);
    off();
    feed.receive([record(3)]);
    clock.advance(199);
    expect(feed.get().rows).toHaveLength(2);
    clock.advance(1);
    expect(feed.get().rows).toHaveLength(3);
    hide();
    feed.receive([record(4)]);
    clock.advance(249);
    expect(feed.get().rows).toHaveLength(3);
    clock.advance(1);
    expect(feed.get().rows).toHaveLength(4);
  });

  it('keeps the newest 5,000, also of a burst that came before it could show any', async () => {
    const { feed, clock } = await setUp(10);
    await settle();
    for (let n = 11; n <= 20_000; n += 1) feed.receive([record(n)]);
    clock.advance(1_000);
    const { rows, hasOlder, received } = feed.get();
    expect([rows.length, rows[0]?.key, rows.at(-1)?.key]).toEqual([5_000, 'e1.15001', 'e1.20000']);
    expect([hasOlder, received]).toEqual([true, 19_990]);
    const before = new Set(rows);
    feed.receive([record(20_001)]);
    clock.advance(100);
    expect(feed.get().rows.filter((row) => !before.has(row))).toHaveLength(1);
    expect(feed.get().rows).toHaveLength(5_000);
  });

  it('shows gaps as they come and go, and leaves all other rows as they are', async () => {
    const { feed, clock, gaps } = await setUp(3);
    await settle();
    const before = feed.get().rows;
    gaps(gap(15, 19));
    clock.advance(100);
    expect(keys(feed.get().rows)).toEqual(['e1.1', 'g15', 'e1.2', 'e1.3']);
    expect(feed.get().rows.filter((row) => before.includes(row))).toHaveLength(3);
    gaps();
    clock.advance(100);
    expect(feed.get().rows).toEqual(before);
  });

  it('jumps to the newest page after a skipped hole, counts what it missed, and goes on without a hole', async () => {
    const { feed, clock, events } = await setUp(3);
    await settle();
    feed.receive([record(4)]);
    await events.append(
      1,
      Array.from({ length: 6_997 }, (_, index) => record(index + 4)),
    );
    feed.reload(record(7_000));
    // Announced while the page is read, which does not hold them yet.
    await events.append(1, [record(7_001), record(7_002)]);
    feed.receive([record(7_001)]);
    clock.advance(100);
    feed.receive([record(7_002)]);
    await settle();
    clock.advance(100);
    const last = Array.from({ length: 202 }, (_, index) => `e1.${index + 6_801}`);
    expect(keys(feed.get().rows)).toEqual(last);
    expect([feed.get().hasOlder, feed.get().received]).toEqual([true, 6_999]);

    // Twice in a row, with nothing delivered between.
    await events.append(
      1,
      Array.from({ length: 20 }, (_, index) => record(index + 7_003)),
    );
    feed.reload(record(7_012));
    await settle();
    feed.reload(record(7_022));
    await settle();
    clock.advance(100);
    expect(feed.get().received).toBe(7_019);
  });

  it('keeps what it shows where the log cannot be read again', async () => {
    const { feed, clock, events } = await setUp(3);
    await settle();
    events.page = () => Promise.reject(new Error('no storage'));
    feed.reload(record(900));
    await settle();
    clock.advance(100);
    expect(keys(feed.get().rows)).toEqual(['e1.1', 'e1.2', 'e1.3']);
  });

  it('shows what arrives while the log does not answer, and takes the log in when it does', async () => {
    const { feed, clock, events, hang } = await setUp(3);
    await settle();
    const answer = hang();
    feed.reload({ epoch: 1, n: 5 });
    feed.receive([record(6)]);
    clock.advance(999);
    await settle();
    expect(keys(feed.get().rows)).toEqual(['e1.1', 'e1.2', 'e1.3']);
    clock.advance(20);
    await settle();
    expect(keys(feed.get().rows)).toEqual(['e1.1', 'e1.2', 'e1.3', 'e1.6']);
    await events.append(1, [record(4), record(5)]);
    answer();
    await settle();
    expect(keys(feed.get().rows)).toEqual(['e1.1', 'e1.2', 'e1.3', 'e1.4', 'e1.5', 'e1.6']);
  });

  it('yields everything for an export, oldest first', async () => {
    const { feed } = await setUp(2_500);
    const all: number[] = [];
    for await (const page of feed.all()) all.push(...page.map(({ n }) => n));
    expect(all).toEqual(Array.from({ length: 2_500 }, (_, index) => index + 1));
  });

  it('lets go of its channel once', async () => {
    const { feed, closed } = await setUp(0);
    feed.close();
    feed.close();
    expect(closed()).toBe(1);
  });
});
