/** Two people at one browser: ada, who sees an event of hers, and somebody who signs in over her session. */
import { type BrowserContext, expect, type Page } from '@playwright/test';
import { type App, live, shown, signIn, subscribed } from './fixtures.ts';

export const CHANNEL = 'default/one';
/** What only ada may see. */
export const SECRET = 'for-ada-only';

/** A page of ada that shows an event of hers. */
export async function adaWatches(page: Page, app: App): Promise<void> {
  await signIn(page, app, 'ada', `/c/${CHANNEL}`);
  await live(page);
  await subscribed(app, [CHANNEL]);
  await app.far.publish(CHANNEL, [{ n: 1, note: SECRET }]);
  await expect.poll(() => shown(page, 'n')).toEqual([1]);
}

/** Signs in as `user` in a tab where somebody is signed in already, as another person at the same device. */
export async function signInOver(page: Page, app: App, context: BrowserContext, user: string): Promise<void> {
  // The provider, too, must ask who it is.
  await context.clearCookies({ name: /^switchboard_local_session/ });
  await page.goto(`${app.origin}/auth/sign-in?return=${encodeURIComponent(`/c/${CHANNEL}`)}`);
  await page.getByRole('button', { name: `Continue as ${user}` }).click();
  await page.waitForURL(`${app.origin}/c/${CHANNEL}`);
}
