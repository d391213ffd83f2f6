import { describe, expect, it } from 'vitest';
import type { EventRecord, Gap } from '../../shared/log.ts';
import { createFakeClock } from '../../shared/test-doubles.ts';
import { createMemoryHistory } from '../../store/history.ts';
import { createFeed, mergeRows } from './feed.ts';

const record = (n: number, receivedAt = n * 10): EventRecord => ({
  epoch: 1,
  n,
  channel: 'default/a',
  event: `${n}`,
  receivedAt,
});
const gap = (from: number, to: number | null): Gap => ({ channel: 'default/a', from, to, cause: 'offline' });
const keys = (rows: ReturnType<typeof mergeRows>): string[] => rows.map(({ key }) => key);

describe('rows', () => {
  it('hold events and gaps by time', () => {
    expect(keys(mergeRows([record(1), record(2), record(4)], [gap(21, 39), gap(45, null)], false))).toEqual([
      'e1.1',
      'e1.2',
      'g21',
      'e1.4',
      'g45',
    ]);
  });

  it('hold no gap before the first event while older events are not read', () => {
    expect(keys(mergeRows([record(5)], [gap(20, 30)], true))).toEqual(['e1.5']);
    expect(keys(mergeRows([record(5)], [gap(20, 30)], false))).toEqual(['g20', 'e1.5']);
  });
});

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
  const feed = createFeed({
    channel: 'default/a',
    log: history.events,
    coverage: history.coverage,
    clock,
    live: () => true,
    onClose: () => {
      closed += 1;
    },
  });
  return { feed, clock, closed: () => closed };
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
