/** The app is installable by Chromium's own check, installs, and opens in a window of its own, online and not. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { CHROMIUM, CHROMIUM_ARGS } from '../scripts/chromium.mjs';
import { expect, live, shown, signIn, subscribed, test } from './support/fixtures.ts';

/** Chromium's commands for installed apps, which Playwright's types do not know. */
interface AppCommands {
  send(method: string, params?: object): Promise<Record<string, unknown>>;
}

test('is installable, installs, opens standalone, and opens from the dock without a network', async ({
  app,
}) => {
  const profile = mkdtempSync(join(tmpdir(), 'switchboard-profile-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: CHROMIUM,
    args: CHROMIUM_ARGS,
  });
  try {
    const page = context.pages()[0] ?? (await context.newPage());
    await page.goto(app.origin);
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
    const tab = (await context.newCDPSession(page)) as unknown as AppCommands;
    expect((await tab.send('Page.getInstallabilityErrors')).installabilityErrors).toEqual([]);
    expect((await tab.send('Page.getAppManifest')).errors).toEqual([]);

    const browser = (await context.browser()?.newBrowserCDPSession()) as unknown as AppCommands;
    const { appId: manifestId } = (await tab.send('Page.getAppId')) as { appId: string };
    await browser.send('PWA.install', { manifestId, installUrlOrBundleUrl: app.origin });
    await browser.send('PWA.changeAppUserSettings', { manifestId, displayMode: 'standalone' });
    const opened = context.waitForEvent('page');
    await browser.send('PWA.launch', { manifestId });
    const window = await opened;
    await window.waitForLoadState();
    expect(await window.evaluate(() => matchMedia('(display-mode: standalone)').matches)).toBe(true);
    await expect(window.getByRole('status')).toHaveText(/^Signed out/);

    // In the window as in a tab: sign in, see something; then the network goes, and the app is opened from the dock.
    await signIn(window, app, 'ada', '/c/default/one');
    await live(window);
    await subscribed(app, ['default/one']);
    await app.far.publish('default/one', [{ n: 1 }]);
    await expect.poll(() => shown(window, 'n')).toEqual([1]);
    await window.close();
    await context.setOffline(true);
    app.proxy.cut();
    await app.far.faults({ events: { refuseConnections: true } });
    await app.far.drop();
    const reopened = context.waitForEvent('page');
    await browser.send('PWA.launch', { manifestId });
    const offline = await reopened;
    await expect(offline.getByRole('status')).toHaveText(/^Offline/);
    await expect.poll(() => shown(offline, 'n')).toEqual([1]);
    app.proxy.mend();
    await app.far.faults({ events: { refuseConnections: false } });
    const mended = performance.now();
    await context.setOffline(false);
    await live(offline, 5_000);
    expect(performance.now() - mended).toBeLessThan(1_000);
  } finally {
    await context.close();
    rmSync(profile, { recursive: true, force: true });
  }
});
