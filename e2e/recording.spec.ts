/** Recordings: exported with the filter, opened by button and drop, read like a channel, replayed; and bad files. */
import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { type App, expect, live, shown, signIn, subscribed, test, upTo } from './support/fixtures.ts';

const CHANNEL = 'default/one';

async function open(page: Page, app: App): Promise<void> {
  await signIn(page, app, 'ada', `/c/${CHANNEL}`);
  await live(page);
  await subscribed(app, [CHANNEL]);
}

const line = (event: unknown, second = 0, channel = CHANNEL) =>
  JSON.stringify({
    channel,
    event,
    receivedAt: new Date(Date.UTC(2026, 10, 23, 10, 0, second)).toISOString(),
  });

async function choose(page: Page, name: string, text: string | Buffer): Promise<void> {
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Open a recording…' }).click();
  await (await chooser).setFiles({ name, mimeType: 'application/x-ndjson', buffer: Buffer.from(text) });
}

/** Drops a file that the page itself makes, so that its size costs the test nothing. */
async function drop(page: Page, name: string, pieces: readonly string[], times: number): Promise<void> {
  await page.evaluate(
    ([fileName, parts, count]) => {
      const blob = new Blob([...parts]);
      const files = new DataTransfer();
      files.items.add(new File(new Array<Blob>(count).fill(blob), fileName));
      for (const type of ['dragover', 'drop']) {
        document.body.dispatchEvent(
          new DragEvent(type, { dataTransfer: files, bubbles: true, cancelable: true }),
        );
      }
    },
    [name, pieces, times] as const,
  );
}

test('what a filter shows is exported, opened beside the channels, read, filtered and looked at', async ({
  app,
  page,
}) => {
  await open(page, app);
  for (const n of upTo(6)) await app.far.publish(CHANNEL, [{ n, kind: n % 2 === 0 ? 'even' : 'odd' }]);
  await expect.poll(() => shown(page, 'n')).toEqual(upTo(6));
  await page.getByRole('searchbox', { name: 'Filter' }).fill('even');
  await expect.poll(() => shown(page, 'n')).toEqual([2, 4, 6]);
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export' }).click();
  const text = readFileSync(await (await download).path(), 'utf8');
  expect(
    text
      .trimEnd()
      .split('\n')
      .map((one) => (JSON.parse(one) as { event: { n: number } }).event.n),
  ).toEqual([2, 4, 6]);

  await choose(page, 'even.ndjson', text);
  await expect(page.getByRole('heading', { name: 'even.ndjson' })).toBeFocused();
  await expect.poll(() => shown(page, 'n')).toEqual([2, 4, 6]);
  await page.getByRole('searchbox', { name: 'Filter' }).fill('n=4');
  await page.getByRole('combobox', { name: 'Kind of filter' }).selectOption('path');
  await expect.poll(() => shown(page, 'n')).toEqual([4]);
  await page.getByRole('log').getByRole('button').first().click();
  await expect(page.getByRole('complementary', { name: 'Event details' })).toContainText('"even"');

  // The channel goes on beside it, and is there again at a click.
  await app.far.publish(CHANNEL, [{ n: 8, kind: 'even' }]);
  await page.getByRole('link', { name: CHANNEL }).click();
  await expect.poll(() => shown(page, 'n')).toEqual([2, 4, 6, 8]);
  await page.getByRole('button', { name: 'Show the recording even.ndjson' }).click();
  await expect.poll(() => shown(page, 'n')).toEqual([4]);
  await page.getByRole('button', { name: 'Close the recording even.ndjson' }).first().click();
  await expect.poll(() => shown(page, 'n')).toEqual([2, 4, 6, 8]);
});

test('broken lines are counted and named, hostile text is text, any JSON is an event', async ({
  app,
  page,
}) => {
  const dialogs: string[] = [];
  page.on('dialog', (dialog) => {
    dialogs.push(dialog.message());
    void dialog.dismiss();
  });
  await open(page, app);
  const hostile = '<img src=x onerror=alert(1)>\u202Etxt\u0000';
  const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
  const lines = [
    line({ n: 1, hostile }),
    '{"channel": ',
    '"text"',
    line({ n: 2 }).replace(CHANNEL, 'no such name'),
    '',
    line(null),
    line('plain'),
    `{"channel":"${CHANNEL}","event":${deep},"receivedAt":"2026-11-23T10:00:00Z"}`,
    line({ n: 3, big: 'x'.repeat(1_500_000) }),
    'y'.repeat(3_000_000),
    '{"channel":"default/one","event":{"n":4,"id":12345678901234567890},"receivedAt":"2026-11-23T10:00:00Z"}',
  ];
  await choose(
    page,
    'bad.ndjson',
    Buffer.concat([Buffer.from(lines.join('\n')), Buffer.from([10, 0x22, 0xff, 0x22])]),
  );
  await page.getByText('5 lines could not be read').click();
  for (const said of [
    'Line 2: this is not JSON',
    'Line 3: a line is an object',
    'Line 4: channel is missing, or is not',
    'Line 10: the line is longer than 2 MB',
    'Line 12: the line is not UTF-8',
  ]) {
    await expect(page.getByRole('main')).toContainText(said);
  }
  const log = page.getByRole('log');
  await expect(log).toContainText('<img src=x onerror=alert(1)>');
  await expect(log).toContainText('12345678901234567890');
  await expect.poll(() => shown(page, 'n')).toEqual([1, 3, 4]);
  const rows = log.getByRole('button');
  await expect(rows).toHaveCount(6);
  for (const at of [0, 3, 4]) {
    await rows.nth(at).click();
    await expect(page.getByRole('complementary', { name: 'Event details' })).toContainText(/Arrived/);
  }
  expect(dialogs).toEqual([]);

  await choose(page, 'empty.ndjson', '');
  await expect(page.getByRole('alert')).toContainText('The file is empty');
  await choose(page, 'utf16.ndjson', Buffer.from('\uFEFF{}', 'utf16le'));
  await expect(page.getByRole('alert')).toContainText('UTF-16');
  await choose(page, 'picture.png', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00]));
  await expect(page.getByRole('alert')).toContainText('No line of this file is a recorded event');
});

test('100 MB dropped on the window: the page answers meanwhile, and both ends are there', async ({
  app,
  page,
}) => {
  test.setTimeout(120_000);
  await open(page, app);
  const block = upTo(5_000)
    .map((n) => `${line({ n, text: 'x'.repeat(120) })}\n`)
    .join('');
  const times = Math.ceil((100 * 1024 * 1024) / block.length);
  // The longest time for which the page did not get to do anything else.
  await page.evaluate(() => {
    let last = performance.now();
    Object.assign(window, { longest: 0 });
    const tick = () => {
      const now = performance.now();
      const seen = window as unknown as { longest: number };
      seen.longest = Math.max(seen.longest, now - last);
      last = now;
      setTimeout(tick, 0);
    };
    tick();
  });
  await drop(page, 'large.ndjson', [block], times);
  await expect(page.getByRole('main')).toContainText(/events?, 10\d\.\d MB, 1 channel/, { timeout: 60_000 });
  const longest = await page.evaluate(() => (window as unknown as { longest: number }).longest);
  test.info().annotations.push({ type: 'longest task', description: `${Math.round(longest)} ms` });
  console.log(`longest pause while 100 MB were read: ${Math.round(longest)} ms`);
  expect(longest).toBeLessThan(500);
  await expect.poll(async () => (await shown(page, 'n'))[0]).toBe(1);
  await page.getByRole('button', { name: 'To the newest' }).click();
  await expect.poll(async () => (await shown(page, 'n')).at(-1)).toBe(5_000);
});

test('replay: at its pace into its channel, with a warning into another, and stopped by closing', async ({
  app,
  page,
}) => {
  await open(page, app);
  const recording = upTo(4).map((n) => line({ n }, n * 10));
  await choose(page, 'four.ndjson', recording.join('\n'));
  await expect(page.getByRole('textbox', { name: 'Into channel' })).toHaveValue(CHANNEL);
  await page.getByRole('combobox', { name: 'Speed' }).selectOption('10×');
  await page.getByRole('button', { name: 'Start' }).click();
  await expect(page.getByRole('main')).toContainText(`Replay ended: 4 of 4 events were sent to ${CHANNEL}`);
  await expect(page.getByRole('button', { name: 'Start' })).toBeFocused();
  await page.getByRole('link', { name: CHANNEL }).click();
  await expect.poll(() => shown(page, 'n')).toEqual([1, 2, 3, 4]);

  // Somewhere else only when it is confirmed.
  await page.getByRole('button', { name: 'Show the recording four.ndjson' }).click();
  await page.getByRole('textbox', { name: 'Into channel' }).fill('default/two');
  const before = (await app.far.stats()).events.httpPublishes;
  await page.getByRole('button', { name: 'Start' }).click();
  await expect(page.getByRole('alert')).toContainText('Confirm first');
  await expect(page.getByRole('checkbox')).toBeFocused();
  expect((await app.far.stats()).events.httpPublishes).toBe(before);
  await page.keyboard.press('Space');
  await page.getByRole('combobox', { name: 'Speed' }).selectOption('0.5×');
  await page.getByRole('button', { name: 'Start' }).click();
  await expect(page.getByRole('main')).toContainText('1 of 4 events sent');
  await page.getByRole('button', { name: 'Close the recording four.ndjson' }).first().click();
  await expect(page.getByRole('main')).toContainText(
    'Replay stopped: 1 of 4 events were sent to default/two',
  );
  await page.getByRole('button', { name: 'Dismiss' }).click();
  await expect.poll(() => shown(page, 'n')).toEqual([1, 2, 3, 4]);
});

test('a replay into a channel that refuses ends with the reason', async ({ app, page }) => {
  await open(page, app);
  await choose(
    page,
    'keyed.ndjson',
    upTo(60)
      .map((n) => line({ n }, 0, 'keyed/orders'))
      .join('\n'),
  );
  await page.getByRole('combobox', { name: 'Speed' }).selectOption('As fast as allowed');
  await page.getByRole('button', { name: 'Start' }).click();
  await expect(page.getByRole('main')).toContainText(
    /Replay stopped: \d+ of 60 events were sent to keyed\/orders\. \S/,
  );
});
