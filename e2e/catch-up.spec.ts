/**
 * A gap is closed where the application keeps a history, and shown where it does not. The service takes no new
 * connection for a while, as in an outage, and goes on publishing: `CATCH_UP_SECONDS=60` is the time that is promised.
 */
import { readFileSync } from 'node:fs';
import type { BrowserContext, Page } from '@playwright/test';
import type { App } from './support/fixtures.ts';
import { expect, live, openChannels, signIn, subscribed, test, upTo, without } from './support/fixtures.ts';

const SECONDS = Number(process.env.CATCH_UP_SECONDS ?? 10);
const CHANNELS = ['default/one', 'default/two'] as const;
/** Events that are published on each channel while nobody listens. */
const MISSED = 220;
const ADA = '1815ada0-1210-4852-8ada-000000000001';

test.setTimeout((SECONDS + 90) * 1_000);

interface Rows {
  gaps: { from: number; to: number }[];
  checkpoints: number;
}

/** What the device keeps of a channel: the times between its intervals, and how many checkpoints there are. */
function stored(page: Page, channel: string): Promise<Rows> {
  return page.evaluate(
    async ([name, wanted]) => {
      const request = <T>(asked: IDBRequest<T>): Promise<T> =>
        new Promise((resolve, reject) => {
          asked.onsuccess = () => resolve(asked.result);
          asked.onerror = () => reject(asked.error);
        });
      const db = await request(indexedDB.open(name));
      db.onversionchange = () => db.close();
      const tx = db.transaction(['coverage', 'checkpoints']);
      const [rows, checkpoints]: [{ channel: string; from: number; to: number }[], number] =
        await Promise.all([
          request(tx.objectStore('coverage').getAll()),
          request(tx.objectStore('checkpoints').count()),
        ]);
      db.close();
      const gaps: { from: number; to: number }[] = [];
      let end: number | null = null;
      for (const { from, to } of rows
        .filter((row) => row.channel === wanted)
        .sort((a, b) => a.from - b.from)) {
        if (end !== null && from - end > 2) gaps.push({ from: end, to: from });
        end = Math.max(end ?? to, to);
      }
      return { gaps, checkpoints };
    },
    [`switchboard:${ADA}`, channel] as const,
  );
}

/** What a person gets who exports the channel. */
async function exported(page: Page, channel: string): Promise<{ n: number; receivedAt: number }[]> {
  await page.getByRole('link', { name: channel }).click();
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export' }).click();
  const text = readFileSync(await (await download).path(), 'utf8');
  const lines = text.trim() === '' ? [] : text.trim().split('\n');
  return lines.map((line) => {
    const { event, receivedAt } = JSON.parse(line) as { event: { n: number }; receivedAt: string };
    return { n: event.n, receivedAt: Date.parse(receivedAt) };
  });
}

const numbers = (first: number, last: number): { n: number }[] =>
  upTo(last - first + 1).map((n) => ({ n: n + first - 1 }));

async function publish(app: App, first: number, last: number): Promise<void> {
  for (const channel of CHANNELS) {
    for (let n = first; n <= last; n += 5) {
      await app.far.publish(channel, numbers(n, Math.min(last, n + 4)));
    }
  }
}

/** Takes every connection and acknowledges none, for SECONDS; meanwhile MISSED events are published on each channel. */
async function outage(app: App): Promise<{ cutAt: number; backAt: number }> {
  await publish(app, 1, 5);
  await app.far.faults({ events: { withholdConnectionAck: true } });
  await app.far.drop();
  const cutAt = Date.now();
  const parts = 11;
  for (const part of upTo(parts)) {
    await publish(app, 6 + ((part - 1) * MISSED) / parts, 5 + (part * MISSED) / parts);
    await expect
      .poll(() => Date.now() - cutAt, { intervals: [50], timeout: SECONDS * 1_000 + 5_000 })
      .toBeGreaterThanOrEqual((part * SECONDS * 1_000) / parts);
  }
  await app.far.faults({ events: { withholdConnectionAck: false } });
  await app.far.drop();
  await subscribed(app, CHANNELS);
  const backAt = Date.now();
  await publish(app, MISSED + 6, MISSED + 10);
  return { cutAt, backAt };
}

async function begin(app: App, page: Page): Promise<void> {
  await signIn(page, app, 'ada', '/');
  await openChannels(page, CHANNELS);
  await live(page);
  await subscribed(app, CHANNELS);
}

const ALL = upTo(MISSED + 10);

for (const [host, prepare] of [
  ['a SharedWorker', async () => undefined],
  ['an elected tab', (context: BrowserContext) => without(context, 'SharedWorker')],
] as const) {
  test.describe(`with ${host}`, () => {
    test.beforeEach(({ context }) => prepare(context));

    test('and a history: every missed event is in the log, in order, once, and no gap is left', async ({
      app,
      page,
    }) => {
      await app.far.faults({ events: { history: true } });
      await begin(app, page);
      await expect
        .poll(async () => (await stored(page, CHANNELS[0])).checkpoints, { timeout: 30_000 })
        .toBe(CHANNELS.length);
      const { cutAt, backAt } = await outage(app);
      await expect(page.getByRole('log')).toContainText(`${MISSED + 10}`);
      for (const channel of CHANNELS) {
        await expect
          .poll(async () => (await exported(page, channel)).map(({ n }) => n), { intervals: [250] })
          .toEqual(ALL);
        const caughtUp = (await exported(page, channel)).slice(5, 5 + MISSED);
        for (const { receivedAt } of caughtUp) {
          expect(receivedAt).toBeGreaterThan(cutAt - 1_000);
          expect(receivedAt).toBeLessThan(backAt + 1_000);
        }
        await expect.poll(async () => (await stored(page, channel)).gaps).toEqual([]);
        await expect(page.getByRole('log')).not.toContainText('Not listening');
      }
    });

    test('and no history: exactly one gap for each channel, with its times', async ({ app, page }) => {
      await begin(app, page);
      const { cutAt, backAt } = await outage(app);
      for (const channel of CHANNELS) {
        await expect
          .poll(async () => (await exported(page, channel)).map(({ n }) => n), { intervals: [250] })
          .toEqual([...upTo(5), ...numbers(MISSED + 6, MISSED + 10).map(({ n }) => n)]);
        const { gaps } = await stored(page, channel);
        expect(gaps).toHaveLength(1);
        expect(Math.abs((gaps[0]?.from ?? 0) - cutAt)).toBeLessThan(1_000);
        expect(Math.abs((gaps[0]?.to ?? 0) - backAt)).toBeLessThan(1_000);
        await expect(page.getByRole('log').getByText('Not listening')).toHaveCount(1);
      }
    });
  });
}

test('what was missed while the app was closed is there when it is opened again', async ({
  app,
  context,
  page,
}) => {
  await app.far.faults({ events: { history: true } });
  await begin(app, page);
  await expect
    .poll(async () => (await stored(page, CHANNELS[0])).checkpoints, { timeout: 30_000 })
    .toBe(CHANNELS.length);
  await publish(app, 1, 5);
  await expect(page.getByRole('log')).toContainText('5');
  await page.close();
  await expect.poll(async () => (await app.far.stats()).events.socketsOpen).toBe(0);
  await publish(app, 6, 50);
  const again = await context.newPage();
  await again.goto(`${app.origin}/c/${CHANNELS[0]}`);
  await live(again);
  for (const channel of CHANNELS) {
    await expect
      .poll(async () => (await exported(again, channel)).map(({ n }) => n), { intervals: [250] })
      .toEqual(upTo(50));
    await expect.poll(async () => (await stored(again, channel)).gaps).toEqual([]);
  }
});
