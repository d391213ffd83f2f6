/** The words of the scenarios: sign in, open a desk, read what a tab shows. */
import { expect } from '@playwright/test';
import { type App, subscribed } from '../../support/fixtures.ts';
import type { Tab } from '../driver/browser.ts';
import type { Engine } from './fixtures.ts';

export const CHANNEL = 'default/one';
const EVENT = { role: 'textbox', name: 'Event' } as const;

/** Like `evaluate`, for questions that are asked until the answer is right: while a page changes there is none. */
async function ask<A, R>(tab: Tab, run: (arg: A) => R | Promise<R>, arg: A): Promise<R | string> {
  try {
    return await tab.evaluate(run, arg);
  } catch (error) {
    return `no answer: ${(error as Error).message}`;
  }
}

/** What the connection's status says. */
export const statusOf = (tab: Tab): Promise<string> =>
  ask(tab, () => document.querySelector('[role=status]')?.textContent ?? '', undefined);

/** The address of the page. */
export const addressOf = (tab: Tab): Promise<string> => ask(tab, () => location.href, undefined);

/** Text of the page, or of what `selector` finds in it. */
export const textOf = (tab: Tab, selector = 'body'): Promise<string> =>
  ask(tab, (wanted) => document.querySelector<HTMLElement>(wanted)?.innerText ?? '', selector);

/** Values of `n` in the events that the feed shows, top to bottom. */
export async function shown(tab: Tab): Promise<number[]> {
  const text = await ask(tab, () => document.querySelector('[role=log]')?.textContent ?? '', undefined);
  return [...text.matchAll(/"?n"?:\s*(\d+)/g)].map((match) => Number(match[1]));
}

export async function expectShown(
  tabs: readonly Tab[],
  numbers: readonly number[],
  timeout = 10_000,
): Promise<void> {
  for (const tab of tabs) await expect.poll(() => shown(tab), { timeout }).toEqual(numbers);
}

/** Resolves when the feed ends with `last`: a tab that was behind others draws what it missed when it is in front. */
export async function expectLast(tabs: readonly Tab[], last: number): Promise<void> {
  for (const tab of tabs) {
    await tab.bringToFront();
    await expect.poll(async () => (await shown(tab)).at(-1)).toBe(last);
  }
}

export async function expectStatus(tabs: readonly Tab[], status: RegExp, timeout = 10_000): Promise<void> {
  for (const tab of tabs) await expect.poll(() => statusOf(tab), { timeout }).toMatch(status);
}

export const live = (tabs: readonly Tab[], timeout?: number): Promise<void> =>
  expectStatus(tabs, /^Live/, timeout);

/** Signs in through the provider's own page, and comes back to `path`. */
export async function signIn(tab: Tab, app: App, user = 'ada', path = `/c/${CHANNEL}`): Promise<void> {
  await tab.goto(app.origin + path);
  // A person takes longer to sign in than a service worker to install.
  await tab.evaluate(async () => void (await navigator.serviceWorker?.ready));
  await tab.click({ role: 'link', name: 'Sign in' });
  await tab.click({ role: 'button', name: new RegExp(`Continue as ${user}`) });
  await expect.poll(() => addressOf(tab)).toBe(app.origin + path);
}

/** `count` tabs of ada on the channel, all live, and the channel subscribed at the service. */
export async function openTabs(engine: Engine, app: App, count: number): Promise<Tab[]> {
  const first = await engine.newTab();
  await signIn(first, app);
  await live([first]);
  const tabs = [first];
  while (tabs.length < count) {
    const tab = await engine.newTab();
    await tab.goto(`${app.origin}/c/${CHANNEL}`);
    tabs.push(tab);
  }
  await live(tabs);
  await subscribed(app, [CHANNEL]);
  return tabs;
}

/** Publishes in the composer; resolves when the publish is durable, which empties it. */
export async function publish(tab: Tab, event: unknown): Promise<void> {
  await tab.fill(EVENT, JSON.stringify(event));
  await tab.click({ role: 'button', name: 'Publish' });
  await expect.poll(() => draftOf(tab)).toBe('');
}

/** What stands in the composer. */
export const draftOf = (tab: Tab): Promise<string> =>
  ask(tab, () => document.querySelector<HTMLTextAreaElement>('textarea')?.value ?? 'no composer', undefined);
