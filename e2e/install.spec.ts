/** The app is installable by Chromium's own check, installs, and opens in a window of its own, online and not. */
import { expect, live, shown, signIn, subscribed, test } from './support/fixtures.ts';
import { type AppCommands, type Installed, installed } from './support/installed.ts';

test('is installable, installs, opens standalone, and opens from the dock without a network', async ({
  app,
}) => {
  const installable = async (tab: AppCommands) => {
    expect((await tab.send('Page.getInstallabilityErrors')).installabilityErrors).toEqual([]);
    expect((await tab.send('Page.getAppManifest')).errors).toEqual([]);
  };
  const opens = async ({ context, window, browser, manifestId }: Installed) => {
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
  };
  await installed(app, opens, installable);
});
