/** A browser of its own in which the app is installed for real, by Chromium's commands. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium, type Page } from '@playwright/test';
import { CHROMIUM, CHROMIUM_ARGS } from '../../scripts/chromium.mjs';
import type { App } from './fixtures.ts';

/** Chromium's commands for installed apps, which Playwright's types do not know. */
export interface AppCommands {
  send(method: string, params?: object): Promise<Record<string, unknown>>;
}

export interface Installed {
  context: BrowserContext;
  /** A tab that is signed out, from which the app was installed. */
  page: Page;
  /** The app's own window. */
  window: Page;
  browser: AppCommands;
  manifestId: string;
  /** For files; it is gone afterwards. */
  folder: string;
}

/** @param before what is asked of the tab before anything is installed. */
export async function installed(
  app: App,
  use: (installed: Installed) => Promise<void>,
  before: (tab: AppCommands) => Promise<void> = async () => {},
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'switchboard-installed-'));
  const context = await chromium.launchPersistentContext(join(folder, 'profile'), {
    executablePath: CHROMIUM,
    args: CHROMIUM_ARGS,
  });
  try {
    const page = context.pages()[0] ?? (await context.newPage());
    await page.goto(app.origin);
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
    const tab = (await context.newCDPSession(page)) as unknown as AppCommands;
    await before(tab);
    const browser = (await context.browser()?.newBrowserCDPSession()) as unknown as AppCommands;
    const { appId } = await tab.send('Page.getAppId');
    const manifestId = String(appId);
    await browser.send('PWA.install', { manifestId, installUrlOrBundleUrl: app.origin });
    await browser.send('PWA.changeAppUserSettings', { manifestId, displayMode: 'standalone' });
    const opened = context.waitForEvent('page');
    await browser.send('PWA.launch', { manifestId });
    const window = await opened;
    await window.waitForLoadState();
    await use({ context, page, window, browser, manifestId, folder });
  } finally {
    await context.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
