/**
 * The app as it is used from the dock, installed for real: where its addresses lead, that windows are used again, the
 * number on its icon, links of other programs, shared text and opened files.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type App, expect, live, openChannels, signIn, subscribed, test } from './support/fixtures.ts';
import { type Installed, installed } from './support/installed.ts';

interface Launcher extends Installed {
  launch(path: string): Promise<void>;
  launchFiles(files: readonly string[]): Promise<void>;
  badge(): Promise<number>;
}

/** Signed in in the app's own window, the only one there is. */
async function launcher(app: App, use: (launcher: Launcher) => Promise<void>): Promise<void> {
  await installed(app, async (here) => {
    const { browser, manifestId } = here;
    await here.page.goto('about:blank');
    await signIn(here.window, app);
    await use({
      ...here,
      launch: async (path) => void (await browser.send('PWA.launch', { manifestId, url: app.origin + path })),
      launchFiles: async (files) => void (await browser.send('PWA.launchFilesInApp', { manifestId, files })),
      badge: async () => Number((await browser.send('PWA.getOsAppState', { manifestId })).badgeCount),
    });
  });
}

test('launches use the window that is there, lead where they say, and lose nothing that is written', async ({
  app,
}) => {
  await launcher(app, async ({ context, window, launch, launchFiles, badge, folder }) => {
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
