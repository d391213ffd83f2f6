/** `e2e/outbox-page` in a page of the app: publishes many events through the outbox. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { build } from 'vite';
import type { OutboxRow } from '../../src/outbox/api.ts';

export interface PublisherWindow {
  publisher: {
    publishAll(
      items: readonly { channel: string; event: unknown }[],
      queued: (event: unknown) => void,
    ): Promise<void>;
    rows(): readonly OutboxRow[];
  };
}

/** The page's script. The page's policy lets no foreign script in: use it with `bypassCSP`. */
export async function buildPublisher(): Promise<string> {
  const folder = join(import.meta.dirname, '../outbox-page');
  const assets = readdirSync(join(import.meta.dirname, '../../dist/client/assets'));
  const worker = assets.find((name) => name.startsWith('leader-worker-'));
  const built = await build({
    root: folder,
    configFile: false,
    logLevel: 'error',
    define: { __WORKER__: JSON.stringify(`/assets/${worker}`) },
    build: {
      write: false,
      target: 'es2022',
      rolldownOptions: { input: join(folder, 'page.ts'), output: { codeSplitting: false } },
    },
  });
  const output = Array.isArray(built) ? built[0] : built;
  if (output === undefined || !('output' in output)) throw new Error('the page was not built');
  return output.output[0].code;
}

/** The rows as the publisher in the page shows them. */
export const rowsOf = (page: Page): Promise<readonly OutboxRow[]> =>
  page.evaluate(() => (window as unknown as PublisherWindow).publisher.rows());
