/**
 * Takes the pictures of the README and the manifest from the real, built app with its stand-ins:
 * `npm run build && node scripts/screenshots.mjs`. Look at each before it is committed.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright';
import { CHROMIUM, CHROMIUM_ARGS } from './chromium.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const images = join(root, 'docs/images');
const shots = join(root, 'public/screenshots');
for (const folder of [images, shots]) mkdirSync(folder, { recursive: true });
const [PORT, LOCAL_PORT] = ['3100', '3101'];
const origin = `http://localhost:${PORT}`;

const folder = mkdtempSync(join(tmpdir(), 'switchboard-screenshots-'));
symlinkSync(join(root, 'dist'), join(folder, 'dist'));
const server = spawn(process.execPath, ['dist/server/main.js'], {
  cwd: folder,
  env: { PATH: process.env.PATH, PORT, LOCAL_PORT },
});
const apiKey = await new Promise((resolve) => {
  let output = '';
  server.stdout.on('data', (chunk) => {
    output += chunk;
    if (/^ {2}faults/m.test(output)) resolve(/API key\s+(\S+)/.exec(output)?.[1]);
  });
});

const local = (path, body, headers = {}) =>
  fetch(`http://localhost:${LOCAL_PORT}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
const publish = (channel, event) =>
  local('/event', { channel: `/${channel}`, events: [JSON.stringify(event)] }, { 'x-api-key': apiKey });
const order = (n) => ({
  type: n % 3 === 0 ? 'order.shipped' : 'order.created',
  id: 4180 + n,
  customer: ['Ada Byron', 'Grace Hopper', 'Hedy Lamarr'][n % 3],
  total: { amount: 1250 + 385 * n, currency: 'EUR' },
});

const browser = await chromium.launch({ executablePath: CHROMIUM, args: CHROMIUM_ARGS });
try {
  const page = await (await browser.newContext({ viewport: { width: 1280, height: 800 } })).newPage();
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  await page.goto(origin);
  await page.screenshot({ path: join(images, 'first-visit.png') });
  await page.getByRole('link', { name: 'Sign in' }).first().click();
  await page.getByRole('button', { name: 'Continue as ada' }).click();
  for (const channel of ['default/chat', 'default/*', 'denied/secrets', 'default/orders']) {
    await page.getByRole('textbox', { name: 'Open channel' }).fill(channel);
    await page.getByRole('button', { name: 'Open', exact: true }).click();
  }
  const log = page.getByRole('log');
  await page.getByRole('status').filter({ hasText: /^Live/ }).waitFor();
  await page.getByText('live', { exact: true }).first().waitFor();
  for (let n = 0; n < 12; n += 1) await publish('default/orders', order(n));
  await log.getByText('4191').first().waitFor();
  await local('/_local/drop', {});
  await log.getByText('Not listening').first().waitFor();
  for (let n = 12; n < 16; n += 1) await publish('default/orders', order(n));
  await page.getByRole('textbox', { name: 'Event' }).fill('{"type": "order.cancelled", "id": 4196}');
  await page.getByRole('button', { name: 'Publish' }).click();
  await log.getByText('4196').first().waitFor();
  await page
    .getByRole('button', { name: /connection/i })
    .first()
    .click();
  await page.screenshot({ path: join(images, 'desk-light.png') });
  await page.screenshot({ path: join(shots, 'desk-wide.png') });
  await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
  await page.screenshot({ path: join(images, 'desk-dark.png') });
  await page.setViewportSize({ width: 360, height: 740 });
  await page.keyboard.press('Escape');
  await page.screenshot({ path: join(images, 'desk-narrow.png') });
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  await page.screenshot({ path: join(shots, 'desk-narrow.png') });
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.getByRole('button', { name: /^Watch rules/ }).click();
  const rules = page.getByRole('dialog', { name: 'Watch rules' });
  await rules.getByRole('textbox', { name: 'Name' }).fill('Cancelled orders');
  await rules.getByRole('textbox', { name: 'Filter' }).fill('order.cancelled');
  await rules.getByRole('button', { name: 'Add rule' }).click();
  await rules.getByRole('button', { name: 'Test Cancelled orders' }).click();
  await rules.getByText(/^It finds/).waitFor();
  await page.screenshot({ path: join(images, 'watch-rules.png') });
} finally {
  await browser.close();
  server.kill();
  rmSync(folder, { recursive: true, force: true });
}
