/**
 * Faults of the network while 50 events a second are published: what a tab shows is compared with what was sent.
 * Nothing may be shown twice or out of order, and every missing event must lie inside a gap that the feed shows.
 */
import type { BrowserContext, Page } from '@playwright/test';
import { subscribedTwice } from './support/far-end.ts';
import { expect, live, shown, signIn, subscribed, without } from './support/fixtures.ts';
import { expectHonest } from './support/honesty.ts';
import { type Publisher, publishSteadily } from './support/publisher.ts';
import { test, type WiredApp } from './support/wired.ts';

const CHANNEL = 'default/one';

/** Two tabs that are live; the second joined while the first led. */
async function twoTabs(app: WiredApp, context: BrowserContext): Promise<Page[]> {
  const pages = [await context.newPage(), await context.newPage()];
  for (const [index, page] of pages.entries()) {
    if (index === 0) await signIn(page, app, 'ada', `/c/${CHANNEL}`);
    else await page.goto(`${app.origin}/c/${CHANNEL}`);
    await live(page);
  }
  await subscribed(app, [CHANNEL]);
  return pages;
}

/** Resolves when every tab shows an event that was published after now. */
async function hearAgain(pages: readonly Page[], publisher: Publisher, timeout = 10_000): Promise<void> {
  const next = publisher.published.length + 1;
  for (const page of pages) {
    await expect
      .poll(async () => Math.max(0, ...(await shown(page, 'n'))), { timeout })
      .toBeGreaterThanOrEqual(next);
    await live(page);
  }
}

/** Something happened after which the network may be another one. */
async function wake(pages: readonly Page[]): Promise<void> {
  await pages.at(-1)?.evaluate(() => window.dispatchEvent(new Event('online')));
}

/** Resolves when the browser has opened another connection than those until now. */
async function connectionOpened(app: WiredApp, during: () => Promise<void> | void): Promise<void> {
  const { opened } = app.wire.counts();
  await during();
  await expect.poll(() => app.wire.counts().opened).toBeGreaterThan(opened);
}

interface Fault {
  /** Makes the fault, and leaves the wire whole. */
  happen(app: WiredApp, pages: readonly Page[]): Promise<void>;
  /** Nothing may be lost by it, and no new connection be opened. */
  harmless?: boolean;
}

const newConnection = (fault: (app: WiredApp) => void): Fault => ({
  happen: (app) => connectionOpened(app, () => fault(app)),
});

const silentUntilWoken = (directions: 'both' | 'down'): Fault => ({
  async happen(app, pages) {
    app.wire.silence(directions, 'open');
    await connectionOpened(app, () => wake(pages));
    // Beside the silent one until then.
    await expect.poll(async () => (await app.far.stats()).events.socketsOpen).toBeGreaterThan(1);
    for (const page of pages) await live(page);
    app.wire.mend();
  },
});

const FAULTS: Record<string, Fault> = {
  'dropped with a reset': newConnection(({ wire }) => wire.cut('reset')),
  'dropped as if closed': newConnection(({ wire }) => wire.cut('end')),
  // Frames of these events have about 80 bytes.
  'cut in the middle of a frame': newConnection(({ wire }) => wire.cutAfter(40)),
  'a handshake with 0.2 s to the service and back': {
    async happen(app) {
      app.wire.delay(100);
      await connectionOpened(app, () => app.wire.cut('reset'));
      await expect.poll(async () => (await app.far.stats()).events.sockets[0]?.subscriptions.length).toBe(1);
      app.wire.mend();
    },
  },
  'away for 5 s': {
    async happen(app, pages) {
      const begun = performance.now();
      app.wire.refuse(true);
      app.wire.cut('reset');
      for (const page of pages) await expect(page.getByRole('status')).toHaveText(/^Reconnecting/);
      await expect.poll(() => performance.now() - begun).toBeGreaterThan(5_000);
      app.wire.refuse(false);
    },
  },
  'silent both ways until a wake': silentUntilWoken('both'),
  'silent downwards until a wake': silentUntilWoken('down'),
  'silent upwards while events arrive': {
    async happen(app, pages) {
      app.wire.silence('up', 'open');
      await wake(pages);
      const { down } = app.wire.counts();
      await expect.poll(() => app.wire.counts().down - down).toBeGreaterThan(10_000);
      app.wire.mend();
    },
    harmless: true,
  },
  'a line that takes half of what is sent': {
    async happen(app) {
      app.wire.slow(2_500);
      const { down } = app.wire.counts();
      await expect.poll(() => app.wire.counts().down - down).toBeGreaterThan(5_000);
      app.wire.mend();
    },
    harmless: true,
  },
};

for (const host of ['SharedWorker', 'elected tab'] as const) {
  test(`in the ${host}: no fault of the network loses an event in silence, or shows one twice`, async ({
    wired,
    context,
  }) => {
    test.setTimeout(120_000);
    if (host === 'elected tab') await without(context, 'SharedWorker');
    const pages = await twoTabs(wired, context);
    const publisher = publishSteadily(wired.far, CHANNEL);
    const unharmed: { name: string; from: number; to: number }[] = [];
    await hearAgain(pages, publisher);

    for (const [name, fault] of Object.entries(FAULTS)) {
      await test.step(name, async () => {
        const [from, { opened }] = [publisher.published.length, wired.wire.counts()];
        await fault.happen(wired, pages);
        await hearAgain(pages, publisher);
        if (fault.harmless !== true) return;
        unharmed.push({ name, from, to: publisher.published.length });
        expect(wired.wire.counts().opened, 'connections').toBe(opened);
      });
    }

    await publisher.stop();
    const last = publisher.published.length;
    for (const page of pages) await expect.poll(async () => (await shown(page, 'n')).at(-1)).toBe(last);
    for (const page of pages) {
      const { missing, gaps } = await expectHonest(page, CHANNEL, publisher.published);
      for (const { name, from, to } of unharmed) {
        expect(
          missing.filter((n) => n >= from && n <= to),
          name,
        ).toEqual([]);
      }
      const description = `${last} published, ${missing.length} missing, all in ${gaps.length} shown gaps`;
      test.info().annotations.push({ type: 'honesty', description });
    }
    const stats = await wired.far.stats();
    expect(subscribedTwice(stats)).toEqual([]);
    expect(stats.events.sockets.flatMap(({ subscriptions }) => subscriptions)).toHaveLength(1);
  });
}
