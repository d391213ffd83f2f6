/**
 * A server of its own for every test (the built one, with its stand-ins, in an empty folder), a counting proxy in
 * front of it, and the words that tests use: sign in, open a desk, read what a feed shows.
 */
import { type BrowserContext, test as base, expect, type Page } from '@playwright/test';
import { createFarEnd, type FarEnd } from './far-end.ts';
import { type FrontProxy, startFrontProxy } from './front-proxy.ts';
import { createServerProcess, freePort } from './server-process.ts';

export interface App {
  /** The address that a person opens; passes through the counting proxy. */
  origin: string;
  proxy: FrontProxy;
  far: FarEnd;
  /** Everything the server printed. */
  output(): string;
  /** Ends the server as an operator would, and starts it again on the same data. */
  restart(): Promise<void>;
}

interface Options {
  /** Extra environment of the server. */
  env: Record<string, string>;
}

export const test = base.extend<{ env: Options['env']; app: App }>({
  env: [{}, { option: true }],
  app: async ({ env }, use) => {
    const app = await startApp(env);
    await use(app);
    await app.stop();
  },
});

export { expect };

export async function startApp(env: Record<string, string>): Promise<App & { stop(): Promise<void> }> {
  const proxy = await startFrontProxy();
  const [port, localPort] = [await freePort(), await freePort()];
  const origin = `http://localhost:${proxy.port}`;
  const server = createServerProcess({
    env: { PORT: `${port}`, LOCAL_PORT: `${localPort}`, ORIGIN: origin, ...env },
    lastLine: /^ {2}faults/m,
  });
  await server.start();
  proxy.target(port);
  return {
    origin,
    proxy,
    far: createFarEnd(`http://localhost:${localPort}`, apiKeyIn(server.output())),
    output: server.output,
    async restart() {
      await server.stop();
      await server.start();
    },
    async stop() {
      await server.remove();
      await proxy.close();
    },
  };
}

/** The Event API's key, from what the server printed. */
export function apiKeyIn(output: string): string {
  return /API key\s+(\S+)/.exec(output)?.[1] ?? '';
}

/** Signs in as a demo user, through the provider's own page, and comes back to `path`. */
export async function signIn(page: Page, app: App, user = 'ada', path = '/'): Promise<void> {
  await page.goto(app.origin + path);
  // A person takes longer to sign in than a service worker to install.
  await page.evaluate(async () => void (await navigator.serviceWorker?.ready));
  await page
    .getByRole('link', { name: 'Sign in' })
    .or(page.getByRole('button', { name: 'Sign in' }))
    .first()
    .click();
  await page.getByRole('button', { name: `Continue as ${user}` }).click();
  await page.waitForURL(`${app.origin}${path}`);
}

/** Puts channels on the desk of whoever is signed in, by opening each as a person would. */
export async function openChannels(page: Page, channels: readonly string[]): Promise<void> {
  for (const channel of channels) {
    await page.getByRole('textbox', { name: 'Open channel' }).fill(channel);
    await page.getByRole('button', { name: 'Open', exact: true }).click();
    await expect(page).toHaveURL(new RegExp(`/c/${channel.replace('*', '\\*')}$`));
  }
}

/** Resolves when the page says that it is live. */
export async function live(page: Page, timeout = 10_000): Promise<void> {
  await expect(page.getByRole('status')).toHaveText(/^Live/, { timeout });
}

/** Resolves when the service confirmed all of `channels` on its side. */
export async function subscribed(app: App, channels: readonly string[]): Promise<void> {
  await expect
    .poll(async () => {
      const { events } = await app.far.stats();
      const open = events.sockets.flatMap((socket) =>
        socket.subscriptions.map(({ channel }) => channel.replace(/^\//, '')),
      );
      return channels.every((channel) => open.includes(channel));
    })
    .toBe(true);
}

/** Values of `key` in the events that the feed shows, top to bottom. */
export async function shown(page: Page, key: string): Promise<number[]> {
  const text = (await page.getByRole('log').textContent()) ?? '';
  return [...text.matchAll(new RegExp(`"?${key}"?:\\s*(\\d+)`, 'g'))].map((match) => Number(match[1]));
}

/** Whole numbers from 1 to `count`. */
export const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

/** Takes something away from every page of the context before its scripts run. */
export async function without(
  context: BrowserContext,
  ...missing: ('SharedWorker' | 'locks' | 'serviceWorker')[]
): Promise<void> {
  await context.addInitScript((names) => {
    for (const name of names) {
      if (name === 'SharedWorker') Reflect.deleteProperty(window, 'SharedWorker');
      else Reflect.deleteProperty(Navigator.prototype, name);
    }
  }, missing);
}
