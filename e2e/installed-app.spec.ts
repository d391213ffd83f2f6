/**
 * The app as it is used from the dock, installed for real: where its addresses lead, that windows are used again, the
 * number on its icon, links of other programs, shared text and opened files.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium, type Page } from '@playwright/test';
import { CHROMIUM, CHROMIUM_ARGS } from '../scripts/chromium.mjs';
import { type App, expect, live, openChannels, signIn, subscribed, test } from './support/fixtures.ts';

/** Chromium's commands for installed apps, which Playwright's types do not know. */
interface AppCommands {
  send(method: string, params?: object): Promise<Record<string, unknown>>;
}

interface Installed {
  context: BrowserContext;
  /** The app's own window, signed in. */
  window: Page;
  launch(path: string): Promise<void>;
  launchFiles(files: readonly string[]): Promise<void>;
  badge(): Promise<number>;
  folder: string;
}

async function installed(app: App, use: (installed: Installed) => Promise<void>): Promise<void> {
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
    const browser = (await context.browser()?.newBrowserCDPSession()) as unknown as AppCommands;
    const { appId: manifestId } = await tab.send('Page.getAppId');
    await browser.send('PWA.install', { manifestId, installUrlOrBundleUrl: app.origin });
    await browser.send('PWA.changeAppUserSettings', { manifestId, displayMode: 'standalone' });
    const opened = context.waitForEvent('page');
    await browser.send('PWA.launch', { manifestId });
    const window = await opened;
    await window.waitForLoadState();
    await page.goto('about:blank');
    await signIn(window, app);
    await use({
      context,
      window,
      folder,
      launch: async (path) => void (await browser.send('PWA.launch', { manifestId, url: app.origin + path })),
      launchFiles: async (files) => void (await browser.send('PWA.launchFilesInApp', { manifestId, files })),
      badge: async () => Number((await browser.send('PWA.getOsAppState', { manifestId })).badgeCount),
    });
  } finally {
    await context.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

test('launches use the window that is there, lead where they say, and lose nothing that is written', async ({
  app,
}) => {
  await installed(app, async ({ context, window, launch, launchFiles, badge, folder }) => {
    expect(await window.evaluate(() => matchMedia('(display-mode: standalone)').matches)).toBe(true);
    await openChannels(window, ['default/chat']);
    await live(window);
    const field = window.getByRole('textbox', { name: 'Event' });
    await field.fill('{"half":');
    const pages = context.pages().length;
    /** The field that has the focus in the window; the window itself need not have it on the screen. */
    const focused = () =>
      window.evaluate(() => {
        const field = document.activeElement;
        if (!(field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement)) return null;
        return field.getAttribute('aria-label') ?? field.labels?.[0]?.textContent?.trim() ?? field.id;
      });
    await window.evaluate(() => Object.assign(window, { sameDocument: true }));

    await launch('/c/default/orders');
    await expect(window).toHaveURL(`${app.origin}/c/default/orders`);
    await launch('/?open=connection&source=shortcut');
    await expect(window.getByRole('complementary', { name: 'Connection' })).toBeVisible();
    await launch('/?open=rules&source=shortcut');
    await expect(window.getByRole('dialog', { name: 'Watch rules' })).toBeVisible();
    await window.keyboard.press('Escape');
    await expect(window.getByRole('dialog', { name: 'Watch rules' })).toBeHidden();
    await launch('/?open=publish&source=shortcut');
    await expect.poll(focused).toBe('Event');
    await launch('/?open=channel&source=shortcut');
    await expect.poll(focused).toBe('Open channel');

    // Links of other programs, as the browser hands them over.
    await launch('/?link=web%2Bswitchboard%3Adefault%2Fchat');
    await expect(window).toHaveURL(`${app.origin}/c/default/chat`);
    await expect(field).toHaveValue('{"half":');
    await launch('/?link=web%2Bswitchboard%3A..%2F..%2Fauth%2Fsign-out');
    await expect(window.getByRole('alert')).toContainText('opens no channel');
    await expect(window).toHaveURL(`${app.origin}/c/default/chat`);
    await window.getByRole('button', { name: 'Dismiss' }).click();

    // Shared text asks where something is written already.
    await launch(`/#share=${encodeURIComponent('"shared"')}`);
    const question = window.getByRole('dialog', { name: 'Where should the shared text go?' });
    await expect(question).toContainText('"shared"');
    await question.getByRole('button', { name: 'Put it below' }).click();
    await expect(field).toHaveValue('{"half":\n"shared"');
    expect(window.url()).not.toContain('share');

    const recording = join(folder, 'orders.ndjson');
    writeFileSync(
      recording,
      '{"channel":"default/orders","event":{"id":1},"receivedAt":"2026-11-23T10:00:00.000Z"}\n',
    );
    await launchFiles([recording]);
    await expect(window.getByText('orders.ndjson').first()).toBeVisible();

    expect(context.pages()).toHaveLength(pages);
    expect(await window.evaluate(() => 'sameDocument' in window)).toBe(true);

    // Whoever goes to a channel leaves the recording, also to the one that it covers.
    await launch('/c/default/chat');
    await expect(window.getByRole('heading', { name: 'default/chat', exact: true })).toBeVisible();

    // The icon counts what a pinned channel has that nobody looked at.
    await window.getByRole('button', { name: 'Pin default/chat' }).click();
    await launch('/c/default/orders');
    await subscribed(app, ['default/chat', 'default/orders']);
    await expect
      .poll(() =>
        window.evaluate(async () =>
          (await navigator.locks.query()).held?.some(({ name }) => name?.startsWith('switchboard-watch:')),
        ),
      )
      .toBe(true);
    await app.far.publish('default/chat', [{ n: 1 }, { n: 2 }, { n: 3 }]);
    await expect.poll(badge).toBe(3);
    await launch('/c/default/chat');
    await expect.poll(badge).toBe(0);
  });
});
