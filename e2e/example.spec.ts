/** docs/example, the small page written for Amplify: as it stands, and with the import of `events` exchanged. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vite';
import type { EventsConfig } from '../src/shared/page-data.ts';
import { type App, expect, signIn, subscribed, test, upTo } from './support/fixtures.ts';

const folder = join(import.meta.dirname, '../docs/example');
const CHANNEL = 'default/orders';

/** Builds the page and serves it under `/example/` of the app's origin. */
async function publishExample(app: App, importing: 'aws-amplify/data' | './shared-events.ts') {
  const local = new URL(app.far.origin);
  const built = await build({
    root: folder,
    base: '/example/',
    configFile: false,
    logLevel: 'error',
    define: {
      __EVENTS_API__: JSON.stringify({
        endpoint: `${local.origin}/event`,
        realtime: `ws://${local.host}/event/realtime`,
        host: local.host,
        region: 'local',
        history: null,
        lifetimeMs: 24 * 3_600_000,
      } satisfies EventsConfig),
    },
    worker: { format: 'es' },
    plugins: [
      {
        name: 'exchange-import',
        enforce: 'pre',
        transform(code, id) {
          if (!id.endsWith('/example/orders.ts')) return null;
          expect(code.match(/'aws-amplify\/data'/g)).toHaveLength(1);
          return code.replace("'aws-amplify/data'", `'${importing}'`);
        },
      },
    ],
    build: { write: false, target: 'es2022', rolldownOptions: { input: join(folder, 'orders.ts') } },
  });
  const output = Array.isArray(built) ? built[0] : built;
  if (output === undefined || !('output' in output)) throw new Error('the example was not built');
  for (const file of output.output) {
    app.proxy.serve(
      `/example/${file.fileName}`,
      'text/javascript',
      file.type === 'chunk' ? file.code : file.source,
    );
    if (file.type === 'chunk' && file.isEntry) {
      const page = readFileSync(join(folder, 'orders.html'), 'utf8').replace(
        'PAGE',
        `/example/${file.fileName}`,
      );
      app.proxy.serve('/example/orders.html', 'text/html', page);
    }
  }
}

for (const [name, importing, sockets] of [
  ['as written for Amplify: a socket for every tab', 'aws-amplify/data', 3],
  ['with one import exchanged: one socket for all tabs', './shared-events.ts', 1],
] as const) {
  test(name, async ({ app, context, page }) => {
    await publishExample(app, importing);
    await signIn(page, app);
    // The desk has done its part: from here on only the example's pages are open.
    const pages = [];
    for (const _ of upTo(3)) {
      const tab = await context.newPage();
      await tab.goto(`${app.origin}/example/orders.html`);
      pages.push(tab);
    }
    await page.close();
    await subscribed(app, [CHANNEL]);
    await expect.poll(async () => (await app.far.stats()).events.socketsOpen).toBe(sockets);
    await expect
      .poll(async () => (await app.far.stats()).events.sockets.flatMap(({ subscriptions }) => subscriptions))
      .toHaveLength(sockets);

    await pages[0]?.getByLabel('Order').fill('two teas');
    await pages[0]?.getByRole('button', { name: 'Send' }).click();
    for (const tab of pages) await expect(tab.getByRole('listitem')).toHaveText(['two teas']);
  });
}
