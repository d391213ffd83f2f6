/** Chromium, by Playwright. */
import { chromium, type Page } from 'playwright';
import { CHROMIUM, CHROMIUM_ARGS } from '../../../scripts/chromium.mjs';
import { type EngineBrowser, PATIENCE_MS, type Tab, type Target } from './browser.ts';

export async function openChromium(): Promise<EngineBrowser> {
  const browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: CHROMIUM_ARGS,
    // Playwright turns it off.
    ignoreDefaultArgs: ['--disable-back-forward-cache'],
  });
  const context = await browser.newContext({ viewport: { width: 1_000, height: 900 } });
  context.setDefaultTimeout(PATIENCE_MS);
  return {
    version: browser.version(),
    newTab: async () => createTab(await context.newPage()),
    close: () => browser.close(),
  };
}

function createTab(page: Page): Tab {
  const locate = ({ role, name }: Target) => page.getByRole(role, { name, exact: true }).first();
  return {
    goto: async (url) => void (await page.goto(url)),
    back: async () => void (await page.goBack({ waitUntil: 'commit' })),
    reload: async () => void (await page.reload()),
    evaluate: <A, R>(run: (arg: A) => R | Promise<R>, arg?: A) =>
      page.evaluate(run as (arg: unknown) => R | Promise<R>, arg),
    click: (target) => locate(target).click(),
    fill: (target, text) => locate(target).fill(text),
    bringToFront: () => page.bringToFront(),
    close: () => page.close(),
    screenshot: () => page.screenshot(),
  };
}
