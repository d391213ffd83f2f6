/** What an engine lacks is absent: nothing offers it, nothing breaks, and what depended on it is done another way. */
import { expect } from '@playwright/test';
import { test } from './support/fixtures.ts';
import { noteLacks } from './support/note.ts';
import { expectShown, live, openTabs, publish, textOf } from './support/words.ts';

test('what the engine lacks leaves no trace', async ({ app, engine }) => {
  const [tab] = await openTabs(engine, app, 1);
  if (tab === undefined) throw new Error('no tab');
  const has = await tab.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready;
    return {
      installation: 'onbeforeinstallprompt' in window,
      badge: 'setAppBadge' in navigator,
      'opening files with the app': 'launchQueue' in window,
      'Background Sync': 'sync' in registration,
      'navigation preload': 'navigationPreload' in registration,
    };
  });
  noteLacks(Object.entries(has).flatMap(([name, there]) => (there ? [] : [name])));

  await tab.click({ role: 'button', name: /account/i });
  await expect.poll(() => textOf(tab)).toContain('Keep my history on this device');
  if (!has.installation) expect(await textOf(tab)).not.toContain('Install the app');
  await tab.reload();
  await live([tab]);
  await publish(tab, { n: 1 });
  await expectShown([tab], [1]);
});
