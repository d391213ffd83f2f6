/** The browser of a measurement, and what its pages say. */
import { setTimeout as after } from 'node:timers/promises';
import { type Browser, chromium, type Page } from 'playwright';
import { CHROMIUM, CHROMIUM_ARGS } from '../../scripts/chromium.mjs';
import type { Bench } from '../page/page.ts';

/** A tab, driven from outside, may take so long for anything. Milliseconds. */
const PATIENCE_MS = 120_000;

export async function withBrowser<T>(use: (browser: Browser) => Promise<T>): Promise<T> {
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: CHROMIUM_ARGS });
  try {
    return await use(browser);
  } finally {
    await browser.close();
  }
}

/** Calls the page's `window.bench`; a peer's page has only what `BenchPage` says. */
export function inPage<T, A = undefined>(
  page: Page,
  use: (bench: Bench, argument: A) => T | Promise<T>,
  argument?: A,
): Promise<T> {
  return page.evaluate(`(${use})(window.bench, ${JSON.stringify(argument)})`);
}

/**
 * Resolves when the page was loaded and every channel of it is confirmed.
 * @throws Error when that takes too long, with what the page says of itself.
 */
export async function open(page: Page, url: string): Promise<void> {
  page.setDefaultTimeout(PATIENCE_MS);
  await page.goto(url);
  await page.waitForFunction(() => 'bench' in window);
  const ready = inPage(page, (bench) => bench.ready().then(() => true));
  if (await Promise.race([ready, after(PATIENCE_MS, false, { ref: false })])) return;
  const status = inPage(page, (bench) => bench.status()).then((found) => JSON.stringify(found));
  const said = await Promise.race([status, after(1_000, 'nothing: it has no connection, or hangs')]);
  throw new Error(`${url} was not ready within ${PATIENCE_MS / 1_000} s; it says ${said}.`);
}

/** Resolves when the page got so many events since its last reset. */
export async function received(page: Page, count: number): Promise<void> {
  await page.waitForFunction((all) => (Reflect.get(window, 'bench') as Bench).received() >= all, count, {
    polling: 100,
  });
}
