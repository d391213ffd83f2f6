/**
 * Where both sides run: the built server with the stand-ins as if they were the real services, proxies on the ways
 * between, somebody signed in, and the pages of both sides on the app's own origin.
 */
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Browser, BrowserContext } from 'playwright';
import { startWiredApp, type WiredApp } from '../../e2e/support/wired.ts';
import { open } from './browser.ts';
import { buildPage } from './build-page.mjs';
import type { Side } from './measure.ts';
import { signInByForm } from './sign-in.ts';

const bench = join(import.meta.dirname, '..');
const ENTRIES: Record<Side, string> = { peer: 'peer/page.ts', ours: 'page/page.ts' };
/** As long as Cognito's usual one: nothing is renewed in the middle of a measurement. */
const TOKEN_SECONDS = 3_600;
/** With these a page's clock is exact to 5 µs instead of 100. */
const ISOLATED = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'credentialless',
};

export interface Stand {
  app: WiredApp;
  /** Compressed size of the scripts that a page loads, by path. */
  sizes: ReadonlyMap<string, number>;
  url(side: Side, channels: readonly string[]): string;
  /** A browser of somebody who is signed in; ours has its service worker, unless `cold`. */
  visit(browser: Browser, side: Side, options?: { cold?: boolean }): Promise<BrowserContext>;
  stop(): Promise<void>;
}

export interface StandOptions {
  /** A fault proxy on the way to the app, too. */
  road?: boolean;
  history?: boolean;
  /** Life of the access tokens. */
  tokenSeconds?: number;
}

export async function startStand(options: StandOptions = {}): Promise<Stand> {
  const { tokenSeconds = TOKEN_SECONDS, ...ways } = options;
  const { app, stop } = await startWiredApp({ ...ways, env: { LOCAL_TOKEN_SECONDS: `${tokenSeconds}` } });
  try {
    const { cookie } = await signInByForm(app.origin);
    const sizes = await servePages(app);
    return { app, sizes, url, visit, stop };

    function url(side: Side, channels: readonly string[]): string {
      return `${app.origin}/bench/${side}/?channels=${channels.join(',')}`;
    }

    async function visit(browser: Browser, side: Side, { cold = false } = {}): Promise<BrowserContext> {
      const context = await browser.newContext({ serviceWorkers: side === 'peer' ? 'block' : 'allow' });
      const cookies = cookie.split('; ').map((pair) => {
        const [name = '', value = ''] = pair.split(/=(.*)/s, 2);
        return { name, value, domain: 'localhost', path: '/', httpOnly: true };
      });
      await context.addCookies(cookies);
      if (side === 'ours' && !cold) await installWorker(context, url('ours', ['default/install']));
      return context;
    }
  } catch (error) {
    await stop();
    throw error;
  }
}

/** As a person has it who was here before. */
async function installWorker(context: BrowserContext, url: string): Promise<void> {
  const page = await context.newPage();
  await open(page, url);
  await page.evaluate(async () => {
    const { serviceWorker } = navigator;
    const controlled = new Promise((resolve) =>
      serviceWorker.addEventListener('controllerchange', resolve, { once: true }),
    );
    await serviceWorker.register('/sw.js');
    if (serviceWorker.controller === null) await controlled;
  });
  await page.close();
}

async function servePages({ proxy, wire }: WiredApp): Promise<Map<string, number>> {
  const host = `localhost:${wire.port}`;
  const eventsApi = {
    endpoint: `http://${host}/event`,
    realtime: `ws://${host}/event/realtime`,
    host,
    region: 'local',
    lifetimeMs: 86_400_000,
    history: `http://${host}/event/history`,
  };
  const sizes = new Map<string, number>();
  for (const [side, entry] of Object.entries(ENTRIES)) {
    const files = await buildPage(join(bench, entry), { base: `/bench/${side}/`, eventsApi });
    for (const [path, { type, body }] of files) {
      const small = gzipSync(body, { level: 9 });
      sizes.set(path, small.length);
      proxy.serve(path, type, small, {
        ...ISOLATED,
        'content-encoding': 'gzip',
        'cache-control': type === 'text/html' ? 'no-cache' : 'public, max-age=31536000, immutable',
      });
    }
  }
  return sizes;
}
