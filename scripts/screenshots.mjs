/**
 * Takes the pictures of the README and the manifest from the real, built app with its stand-ins:
 * `npm run build && node scripts/screenshots.mjs`. Look at each before it is committed.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright';
import { startBuiltApp } from './built-app.mjs';
import { CHROMIUM, CHROMIUM_ARGS } from './chromium.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const images = join(root, 'docs/images');
const shots = join(root, 'public/screenshots');
for (const folder of [images, shots]) mkdirSync(folder, { recursive: true });
const WIDE = { width: 1280, height: 800 };
const NARROW = { width: 360, height: 740 };

const app = await startBuiltApp();
const local = (path, body, headers = {}) =>
  fetch(`${app.far}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
const publish = (channel, event) =>
  local('/event', { channel: `/${channel}`, events: [JSON.stringify(event)] }, { 'x-api-key': app.apiKey });
const order = (n) => ({
  type: n % 3 === 0 ? 'order.shipped' : 'order.created',
  id: 4180 + n,
  customer: ['Ada Byron', 'Grace Hopper', 'Hedy Lamarr'][n % 3],
  total: { amount: 1250 + 385 * n, currency: 'EUR' },
});

const browser = await chromium.launch({ executablePath: CHROMIUM, args: CHROMIUM_ARGS });
try {
  const page = await (await browser.newContext({ viewport: WIDE })).newPage();
  const tools = await page.context().newCDPSession(page);
  const look = (colorScheme) => page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
  /** A third of the size of a PNG, with text as sharp; Playwright's own pictures know no WebP. */
  const shoot = async (...files) => {
    // What fades and slides has come to rest.
    await page.evaluate(() =>
      Promise.all(document.getAnimations().map(({ finished }) => finished.catch(() => {}))),
    );
    const { data } = await tools.send('Page.captureScreenshot', { format: 'webp', quality: 90 });
    for (const file of files) writeFileSync(`${file}.webp`, Buffer.from(data, 'base64'));
  };

  await look('light');
  await page.goto(app.origin);
  await shoot(join(images, 'first-visit'));
  await page.getByRole('link', { name: 'Sign in' }).first().click();
  await page.getByRole('button', { name: 'Continue as ada' }).click();
  for (const channel of ['default/chat', 'default/*', 'denied/secrets', 'default/orders']) {
    await page.getByRole('textbox', { name: 'Open channel' }).fill(channel);
    await page.getByRole('button', { name: 'Open', exact: true }).click();
  }
  const log = page.getByRole('log');
  await page.getByRole('status').filter({ hasText: /^Live/ }).waitFor();
  await page.locator('.pill[data-phase="live"]').waitFor();
  await page.getByRole('button', { name: 'Pin default/orders' }).click();
  for (let n = 0; n < 12; n += 1) await publish('default/orders', order(n));
  await publish('default/chat', { text: 'Anyone looking at 4188?' });
  await log.getByText('4191').first().waitFor();
  await local('/_local/drop', {});
  await log.getByText('Not listening').first().waitFor();
  await page.locator('.pill[data-phase="live"]').waitFor();
  for (let n = 12; n < 16; n += 1) await publish('default/orders', order(n));
  await page.getByRole('textbox', { name: 'Event' }).fill('{"type": "order.cancelled", "id": 4196}');
  await page.getByRole('button', { name: 'Publish' }).click();
  await log.getByText('4196').first().waitFor();
  await page.locator('.row-state[data-state="delivered"]').first().waitFor();
  await page
    .getByRole('button', { name: /connection/i })
    .first()
    .click();
  await page.getByRole('complementary', { name: 'Connection' }).waitFor();
  await shoot(join(images, 'desk-light'), join(shots, 'desk-wide'));
  await look('dark');
  await shoot(join(images, 'desk-dark'));
  await page.keyboard.press('Escape');
  await page.setViewportSize(NARROW);
  await shoot(join(images, 'desk-narrow'));
  await look('light');
  await shoot(join(shots, 'desk-narrow'));
  await page.setViewportSize(WIDE);
  await page.getByRole('button', { name: /^Watch rules/ }).click();
  const rules = page.getByRole('dialog', { name: 'Watch rules' });
  await rules.getByRole('textbox', { name: 'Name' }).fill('Cancelled orders');
  await rules.getByRole('textbox', { name: 'Filter' }).fill('order.cancelled');
  await rules.getByRole('button', { name: 'Add rule' }).click();
  await rules.getByRole('button', { name: 'Test Cancelled orders' }).click();
  await rules.getByText(/^It finds/).waitFor();
  await rules.evaluate((node) => node.scrollTo(0, 0));
  await shoot(join(images, 'watch-rules'));
} finally {
  await browser.close();
  app.stop();
}
