import { beforeEach, expect, it } from 'vitest';
import { createFakeClock, flush } from '../../shared/test-doubles.ts';
import type { WatchRule } from '../desk/preferences.ts';
import { SAVE_AFTER_MS } from '../desk/storage.ts';
import { createFakeStorage } from '../desk/test-doubles.ts';
import { NOTICE_EVERY_MS } from './notice-pace.ts';
import { createFakeConnection, createFakeMatcher } from './test-doubles.ts';
import { parseWatched, pinKey } from './watched.ts';
import { createWatcher } from './watcher.ts';

const KEY = 'switchboard-watched:ann';
const failed: WatchRule = {
  id: 'r1',
  name: 'Failed',
  channel: 'default/pay',
  filter: { kind: 'text', text: 'failed' },
  on: true,
  quiet: false,
};

let connection = createFakeConnection();
let storage = createFakeStorage();
let clock = createFakeClock();
let badges: number[] = [];
let told: { rule: string; newest: string; count: number }[] = [];
let lookedAt: string | null = null;

beforeEach(() => {
  connection = createFakeConnection();
  storage = createFakeStorage();
  clock = createFakeClock();
  badges = [];
  told = [];
  lookedAt = null;
});

const start = () =>
  createWatcher({
    connection,
    storage,
    storageKey: KEY,
    clock,
    makeMatcher: createFakeMatcher,
    isLookedAt: (channel) => channel === lookedAt,
    showBadge: (count) => void badges.push(count),
    notify: (rule, newest, count) => void told.push({ rule: rule.name, newest: newest.event, count }),
  });

it('counts and tells of what a rule finds, and of nothing else', async () => {
  connection.arrive('default/pay', ['{"was":"failed before"}'], { receivedAt: 0 });
  const watcher = start();
  watcher.want({ rules: [failed], pins: [] });
  await flush();
  connection.arrive('default/pay', ['{"state":"ok"}', '{"state":"failed"}']);
  connection.arrive('default/other', ['{"state":"failed"}']);
  await flush();
  expect(told).toEqual([{ rule: 'Failed', newest: '{"state":"failed"}', count: 1 }]);
  expect(badges).toEqual([0, 1]);
});

it('hears of events while the window is hidden and its feeds rest', async () => {
  const watcher = start();
  watcher.want({ rules: [failed], pins: [] });
  await flush();
  connection.arrive('default/pay', ['{"state":"failed"}'], { resting: true });
  await flush();
  expect(told).toHaveLength(1);
});

it('tells at once, then at most every ten seconds, with a count', async () => {
  const watcher = start();
  watcher.want({ rules: [failed], pins: [] });
  await flush();
  for (let n = 1; n <= 40; n += 1) {
    connection.arrive('default/pay', [`{"failed":${n}}`]);
    await flush();
  }
  expect(told).toEqual([{ rule: 'Failed', newest: '{"failed":1}', count: 1 }]);
  clock.advance(NOTICE_EVERY_MS - 1);
  expect(told).toHaveLength(1);
  clock.advance(1);
  expect(told.slice(1)).toEqual([{ rule: 'Failed', newest: '{"failed":40}', count: 39 }]);
  clock.advance(NOTICE_EVERY_MS * 3);
  expect(told).toHaveLength(2);
  expect(badges.at(-1)).toBe(40);
});

it('counts pinned channels without a word, and a quiet rule too', async () => {
  const watcher = start();
  watcher.want({ rules: [{ ...failed, quiet: true }], pins: ['default/chat'] });
  await flush();
  connection.arrive('default/chat', ['1', '2']);
  connection.arrive('default/pay', ['{"state":"failed"}']);
  await flush();
  expect(told).toEqual([]);
  expect(badges.at(-1)).toBe(3);
});

it('neither counts nor tells of what somebody looks at, and forgets what was seen', async () => {
  const watcher = start();
  watcher.want({ rules: [failed], pins: ['default/pay'] });
  await flush();
  connection.arrive('default/pay', ['"failed"', '"failed"']);
  await flush();
  expect(badges.at(-1)).toBe(4);
  connection.arrive('default/pay', ['"failed"']);
  await flush();
  lookedAt = 'default/pay';
  watcher.seen('default/pay');
  expect(badges.at(-1)).toBe(0);
  connection.arrive('default/pay', ['"failed"']);
  await flush();
  // They look away: what they saw is not told afterwards.
  lookedAt = null;
  clock.advance(NOTICE_EVERY_MS);
  expect(badges.at(-1)).toBe(0);
  expect(told).toHaveLength(1);
});

it('goes on in the next window where the last one ended: nothing twice, nothing left out', async () => {
  const first = start();
  first.want({ rules: [failed], pins: [] });
  await flush();
  connection.arrive('default/pay', ['"failed 1"']);
  await flush();
  first.close();
  connection.arrive('default/pay', ['"failed 2"']);
  const second = start();
  second.want({ rules: [failed], pins: [] });
  await flush();
  expect(told.map(({ newest }) => newest)).toEqual(['"failed 1"', '"failed 2"']);
  expect(badges.at(-1)).toBe(2);
  second.close();
  expect(connection.open).toEqual([]);
});

it('has written the first of a burst when the page ends without a word, and the rest a moment later', async () => {
  const watcher = start();
  watcher.want({ rules: [], pins: ['default/pay'] });
  const stored = () => parseWatched(storage.getItem(KEY))[pinKey('default/pay')]?.count;
  for (const event of ['1', '2', '3']) {
    connection.arrive('default/pay', [event]);
    await flush();
  }
  expect(stored()).toBe(1);
  clock.advance(SAVE_AFTER_MS);
  expect(stored()).toBe(3);
});

it('forgets a rule that is switched off, and begins anew with one that is changed', async () => {
  const watcher = start();
  watcher.want({ rules: [failed], pins: [] });
  await flush();
  connection.arrive('default/pay', ['"failed"'], { receivedAt: 0 });
  await flush();
  watcher.want({ rules: [{ ...failed, on: false }], pins: [] });
  expect(badges.at(-1)).toBe(0);
  expect(connection.open).toEqual([]);
  watcher.want({ rules: [{ ...failed, filter: null }], pins: [] });
  await flush();
  expect(badges.at(-1)).toBe(0);
  connection.arrive('default/pay', ['"anything"']);
  await flush();
  expect(badges.at(-1)).toBe(1);
});

it('watches where nothing can be kept', async () => {
  connection.forgetful = true;
  storage.broken = true;
  const watcher = start();
  watcher.want({ rules: [failed], pins: [] });
  await flush();
  connection.arrive('default/pay', ['"failed"']);
  await flush();
  expect(told).toHaveLength(1);
});

it('stops a rule whose expression takes too long, and says so until it is changed', async () => {
  const watcher = start();
  watcher.want({ rules: [failed], pins: [] });
  await flush();
  connection.arrive('default/pay', ['"failed: takes for ever"']);
  await flush();
  expect(watcher.problems.get()).toEqual({ r1: 'too-slow' });
  expect(connection.open).toEqual([]);
  watcher.want({ rules: [{ ...failed, filter: { kind: 'text', text: 'other' } }], pins: [] });
  expect(watcher.problems.get()).toEqual({});
});

it('reads damaged storage as nothing', () => {
  storage.setItem(KEY, '{"rule r1":{"cursor":"x","count":-4},"pin a/b":[1],"rule r2":null}');
  start();
  expect(badges).toEqual([0]);
});
