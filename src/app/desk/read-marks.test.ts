import { beforeEach, expect, it } from 'vitest';
import type { Feed } from '../../connection/api.ts';
import { createStore } from '../../shared/store.ts';
import { createFakeClock, flush, withResolvers } from '../../shared/test-doubles.ts';
import { createFakeFeed, type FakeFeed } from '../feed/test-doubles.ts';
import { createReadMarks, MARK_EVERY_MS } from './read-marks.ts';
import { EMPTY_WINDOW, parseWindow, type WindowState, withOpen, withoutOpen } from './window-state.ts';

let clock = createFakeClock();
let log: FakeFeed['log'] = [];
let kept: WindowState = EMPTY_WINDOW;

beforeEach(() => {
  clock = createFakeClock();
  log = [];
  kept = EMPTY_WINDOW;
});

/** A page: its feed of `default/a` on the log, and what is counted as unread. */
function openPage(reading: string | null) {
  const feed = createFakeFeed(log);
  const feeds = createStore<ReadonlyMap<string, Feed>>(new Map());
  const read = createStore(reading);
  const counted: number[] = [];
  const marks = createReadMarks({
    feeds: { feeds, read, addUnread: (_, events) => void counted.push(events) },
    window: {
      get: () => kept,
      update(change) {
        kept = parseWindow(JSON.stringify(change(kept)));
      },
    },
    clock,
  });
  feeds.set(new Map([['default/a', feed]]));
  return { feed, read, counted, close: marks.close };
}

it('counts on after a reload: what was unread, and what came while no page was there', async () => {
  const first = openPage('default/b');
  first.feed.arrive('1');
  first.feed.arrive('2');
  first.close();
  first.feed.arrive('while it was closed');
  const second = openPage('default/b');
  await flush();
  expect(second.counted).toEqual([3]);
});

it('counts nothing that was read, up to a second ago', async () => {
  const first = openPage('default/a');
  first.feed.arrive('1');
  clock.advance(MARK_EVERY_MS);
  first.feed.arrive('2');
  first.read.set('default/b');
  first.feed.arrive('3');
  first.close();
  const second = openPage('default/b');
  await flush();
  expect(second.counted).toEqual([1]);
  second.read.set('default/a');
  second.close();
  const third = openPage('default/b');
  await flush();
  expect(third.counted).toEqual([]);
});

it('counts twice nothing that arrives while it reads the log', async () => {
  openPage('default/b').close();
  const page = openPage('default/b');
  const { promise, resolve } = withResolvers<void>();
  page.feed.delay(promise);
  page.feed.arrive('counted by the feed');
  resolve();
  await flush();
  expect(page.counted).toEqual([]);
});

it('begins a new channel with nothing unread, and forgets one that is closed', async () => {
  createFakeFeed(log).arrive('before it was opened');
  const page = openPage(null);
  await flush();
  expect(page.counted).toEqual([]);
  expect(kept.marks).toEqual({ 'default/a': { epoch: 1, n: 1 } });
  kept = withoutOpen(withOpen(kept, 'default/a'), 'default/a');
  expect(kept.marks).toEqual({});
});
