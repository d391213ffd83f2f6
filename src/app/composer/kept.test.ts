import { describe, expect, it } from 'vitest';
import type { OutboxRow } from '../../connection/api.ts';
import { createStore } from '../../shared/store.ts';
import { sentKey, templatesKey, wipeDesk } from '../desk/storage.ts';
import { createFakeStorage } from '../desk/test-doubles.ts';
import { composerEn } from '../text/composer-en.ts';
import { en } from '../text/en.ts';
import { tallyOf } from './batch-tally.ts';
import { createKept, MAX_SENT, type Sent } from './kept.ts';
import { publishDraft } from './publish-draft.ts';

const sent = (n: number, source = `${n}`): Sent => ({
  id: `${n}`,
  at: n,
  channel: 'default/a',
  source,
  each: false,
  events: 1,
});

describe('what the composer keeps', () => {
  it('is there for the next page of the same user, and for nobody else', () => {
    const storage = createFakeStorage();
    const kept = createKept(storage, 'ada');
    kept.setTemplates((now) => [...now, { id: '1', name: 'Order', source: '{}' }]);
    kept.setCounter(7);
    kept.addSent(sent(1));
    const again = createKept(storage, 'ada');
    expect(again.templates()).toEqual([{ id: '1', name: 'Order', source: '{}' }]);
    expect(again.counter()).toBe(7);
    expect(again.sent()).toEqual([sent(1)]);
    const other = createKept(storage, 'grace');
    expect([other.templates(), other.counter(), other.sent()]).toEqual([[], 0, []]);
  });

  it('goes with the desk', () => {
    const storage = createFakeStorage();
    const kept = createKept(storage, 'ada');
    kept.setCounter(1);
    kept.addSent(sent(1));
    wipeDesk('ada', storage);
    expect(storage.getItem(templatesKey('ada'))).toBeNull();
    expect(storage.getItem(sentKey('ada'))).toBeNull();
  });

  it('keeps the newest hundred, and fewer large ones', () => {
    const kept = createKept(createFakeStorage(), 'ada');
    for (let n = 1; n <= MAX_SENT + 5; n += 1) kept.addSent(sent(n));
    expect(kept.sent()).toHaveLength(MAX_SENT);
    expect(kept.sent()[0]?.id).toBe('105');
    for (let n = 1; n <= 6; n += 1) kept.addSent(sent(200 + n, 'x'.repeat(240_000)));
    expect(kept.sent().map(({ id }) => id)).toEqual(['206', '205', '204', '203']);
  });

  it('survives damaged text field by field, and a storage that is full', () => {
    const storage = createFakeStorage();
    storage.setItem(sentKey('ada'), JSON.stringify({ sent: [null, 4, { id: 'x' }, sent(1)] }));
    storage.setItem(templatesKey('ada'), '{"templates": [{"id": 1}], "counter": "many"}');
    const kept = createKept(storage, 'ada');
    expect(kept.sent()).toEqual([sent(1)]);
    expect([kept.templates(), kept.counter()]).toEqual([[], 0]);
    const broken = createFakeStorage();
    broken.broken = true;
    const full = createKept(broken, 'ada');
    expect(full.setTemplates(() => [])).toBe(false);
    expect(full.addSent(sent(1))).toBe(false);
  });
});

describe('publishDraft', () => {
  it('counts on and keeps what was written only when it was published', async () => {
    const published: unknown[] = [];
    const nothing = () => Promise.resolve();
    const outbox = {
      ...createStore<readonly OutboxRow[]>([]),
      publish(_: string, events: readonly unknown[]) {
        published.push(...events);
        return Promise.resolve('1');
      },
      retry: nothing,
      discard: nothing,
    };
    const kept = createKept(createFakeStorage(), 'ada');
    const deps = {
      text: composerEn(en.format),
      said: en.said,
      format: en.format,
      connection: { outbox },
      kept,
      now: () => 5,
      newId: () => 'id',
      random: () => 0,
    };
    const draft = { target: 'default/a', source: '[{{counter}},{{counter}}]', each: true };
    await publishDraft(deps, draft);
    await publishDraft({ ...deps, connection: null }, draft);
    await publishDraft(deps, { ...draft, each: false });
    expect(published).toEqual([1, 2, [3, 4]]);
    expect(kept.sent().map(({ source, each, events }) => ({ source, each, events }))).toEqual([
      { source: draft.source, each: false, events: 1 },
      { source: draft.source, each: true, events: 2 },
    ]);
  });
});

describe('tallyOf', () => {
  it('counts each event as delivered, refused or waiting', () => {
    const row = (id: string, state: OutboxRow['state'], events: number): OutboxRow => ({
      id,
      channel: 'default/a',
      events: new Array<string>(events).fill('1'),
      state,
      reason: null,
      createdAt: 0,
      attempts: 1,
      maybeTwice: false,
    });
    const outbox = createStore<readonly OutboxRow[]>([]);
    const { tally, close } = tallyOf(
      [
        { id: 'a', events: 5 },
        { id: 'b', events: 2 },
      ],
      outbox,
    );
    expect(tally.get()).toEqual({ all: 7, delivered: 0, refused: 0, waiting: 7 });
    outbox.set([row('a', 'queued', 5)]);
    expect(tally.get().waiting).toBe(7);
    outbox.set([row('a', 'refused', 2), row('b', 'sending', 2)]);
    expect(tally.get()).toEqual({ all: 7, delivered: 3, refused: 2, waiting: 2 });
    outbox.set([row('a', 'refused', 2), row('b', 'delivered', 2)]);
    outbox.set([row('a', 'refused', 2)]);
    expect(tally.get()).toEqual({ all: 7, delivered: 5, refused: 2, waiting: 0 });
    outbox.set([row('a', 'delivered', 2)]);
    expect(tally.get()).toEqual({ all: 7, delivered: 7, refused: 0, waiting: 0 });
    close();
  });
});
