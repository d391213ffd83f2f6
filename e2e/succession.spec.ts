/** A leader that moves: what the tabs show, and what the service sees. Nothing may be missed, nothing doubled. */
import type { BrowserContext, Page } from '@playwright/test';
import type { FarEndStats } from './support/far-end.ts';
import {
  type App,
  expect,
  live,
  openChannels,
  signIn,
  subscribed,
  test,
  without,
} from './support/fixtures.ts';
import { expectHonest } from './support/honesty.ts';
import { publishSteadily } from './support/publisher.ts';

const CHANNEL = 'default/one';

/** A succession takes the settle time and some round trips. Milliseconds. */
const MOVED_MS = 20_000;

/** Tabs of ada that are all live, one after the other. */
async function tabs(page: Page, app: App, count: number): Promise<Page[]> {
  await signIn(page, app);
  await openChannels(page, [CHANNEL]);
  const pages = [page];
  while (pages.length < count) pages.push(await openTab(page.context(), app));
  for (const each of pages) await live(each);
  await subscribed(app, [CHANNEL]);
  return pages;
}

async function openTab(context: BrowserContext, app: App): Promise<Page> {
  const next = await context.newPage();
  await next.goto(`${app.origin}/c/${CHANNEL}`);
  return next;
}

/** Resolves when the service has had `opened` sockets and one is left, with the channel on it. */
async function oneSocketLeft(app: App, opened: number): Promise<void> {
  await expect.poll(async () => sockets(await app.far.stats()), { timeout: MOVED_MS }).toEqual([opened, 1]);
}

function sockets({ events }: FarEndStats): number[] {
  return [events.socketsOpened, ...events.sockets.map(({ subscriptions }) => subscriptions.length)];
}

/** Makes a page believe that it is hidden, or seen again: headless browsers show all of them. */
async function setVisibility(page: Page, state: 'hidden' | 'visible'): Promise<void> {
  await page.evaluate((value) => {
    Object.defineProperty(document, 'visibilityState', { value, configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
  }, state);
}

/** Has a page say that it is of another build than it is. */
async function ofBuild(page: Page, build: string): Promise<void> {
  await page.addInitScript((name) => {
    const parse = JSON.parse;
    JSON.parse = (...args: Parameters<typeof parse>) => {
      const value: unknown = parse(...args);
      if (typeof value === 'object' && value !== null && 'build' in value) value.build = name;
      return value;
    };
  }, build);
}

test('elected tab: “Lead from this window” loses nothing, doubles nothing and leaves no gap', async ({
  app,
  context,
  page,
}) => {
  await without(context, 'SharedWorker');
  const [first, second, last] = (await tabs(page, app, 3)) as [Page, Page, Page];
  const publisher = publishSteadily(app.far, CHANNEL);
  await last
    .getByRole('button', { name: /connection/i })
    .first()
    .click();
  await last.getByRole('button', { name: 'Lead from this window' }).click();
  await expect(last.getByRole('button', { name: 'Lead from this window' })).toHaveCount(0, {
    timeout: MOVED_MS,
  });
  await oneSocketLeft(app, 2);
  // The tab that led before goes: it was really let go of.
  await first.close();
  await publisher.stop();
  for (const each of [second, last]) {
    await expect(each.getByRole('log')).toContainText(`"n":${publisher.published.length}`);
    const { missing, gaps } = await expectHonest(each, CHANNEL, publisher.published);
    expect([missing, gaps]).toEqual([[], []]);
  }
  expect(sockets(await app.far.stats())).toEqual([2, 1]);
});

test('elected tab: a leading tab that is hidden hands over to one that is visible, with nothing missed', async ({
  app,
  context,
  page,
}) => {
  await without(context, 'SharedWorker');
  const [first, second] = (await tabs(page, app, 2)) as [Page, Page];
  const publisher = publishSteadily(app.far, CHANNEL, 10);
  await setVisibility(first, 'hidden');
  await expect.poll(async () => (await app.far.stats()).events.socketsOpened, { timeout: 20_000 }).toBe(2);
  await oneSocketLeft(app, 2);
  await first.close();
  await publisher.stop();
  await expect(second.getByRole('log')).toContainText(`"n":${publisher.published.length}`);
  const { missing, gaps } = await expectHonest(second, CHANNEL, publisher.published);
  expect([missing, gaps]).toEqual([[], []]);
  expect(sockets(await app.far.stats())).toEqual([2, 1]);
});

test('two builds side by side end in one leader and one socket, with nothing missed on the way', async ({
  app,
  context,
  page,
}) => {
  const [first] = (await tabs(page, app, 1)) as [Page];
  const publisher = publishSteadily(app.far, CHANNEL);
  const other = await context.newPage();
  await ofBuild(other, 'another-build');
  await other.goto(`${app.origin}/c/${CHANNEL}`);
  await oneSocketLeft(app, 2);
  for (const each of [first, other]) await live(each);
  // A tab of the first build joins a worker that has led before: there is nothing to move any more.
  const late = await openTab(context, app);
  await live(late);
  await expect.poll(() => publisher.published.length, { timeout: 30_000 }).toBeGreaterThan(500);
  await publisher.stop();
  await expect(first.getByRole('log')).toContainText(`"n":${publisher.published.length}`);
  const { missing, gaps } = await expectHonest(first, CHANNEL, publisher.published);
  expect([missing, gaps]).toEqual([[], []]);
  expect(sockets(await app.far.stats())).toEqual([2, 1]);

  // The build that leads goes: the one that is left takes over.
  await other.close();
  await oneSocketLeft(app, 3);
  for (const each of [first, late]) await live(each);
});
