/**
 * What every scenario gets: a browser of the engine whose turn it is, with an empty profile, and a server with
 * stand-ins of its own behind the fault proxies.
 */
import { writeFileSync } from 'node:fs';
import { test as base, expect } from '@playwright/test';
import { startWiredApp, type WiredApp } from '../../support/wired.ts';
import type { EngineBrowser, EngineName, Tab } from '../driver/browser.ts';
import { openEngine } from '../driver/open-engine.ts';
import { errorsOf, watchErrors } from './page-scripts.ts';

export interface Engine extends EngineBrowser {
  name: EngineName;
  /** Tabs that are open, oldest first. */
  tabs: readonly Tab[];
}

export const test = base.extend<
  { app: WiredApp; engine: Engine; env: Record<string, string> },
  { engineName: EngineName }
>({
  engineName: ['chromium', { option: true, scope: 'worker' }],
  env: [{}, { option: true }],
  app: async ({ env }, use) => {
    const { app, stop } = await startWiredApp({ env });
    watchErrors(app);
    await use(app);
    await stop();
    expect(errorsOf(app), 'errors that nobody caught in a page').toEqual([]);
  },
  engine: async ({ engineName }, use, info) => {
    const browser = await openEngine(engineName);
    const tabs: Tab[] = [];
    info.annotations.push({ type: 'version', description: browser.version });
    await use({
      ...browser,
      name: engineName,
      tabs,
      async newTab() {
        const tab = await browser.newTab();
        tabs.push(tab);
        return {
          ...tab,
          async close() {
            tabs.splice(tabs.indexOf(tab), 1);
            await tab.close();
          },
        };
      },
    });
    if (info.status !== info.expectedStatus) await keepScreenshots(tabs, (name) => info.outputPath(name));
    await browser.close();
  },
});

/** What the tabs showed when it failed; a browser that is beyond telling is no second failure. */
async function keepScreenshots(tabs: readonly Tab[], path: (name: string) => string): Promise<void> {
  for (const [index, tab] of tabs.entries()) {
    const picture = await tab.screenshot().catch(() => null);
    if (picture !== null) writeFileSync(path(`tab-${index + 1}.png`), picture);
  }
}
