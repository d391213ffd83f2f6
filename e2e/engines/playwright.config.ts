/** The same scenarios in three engines, one after another: Playwright runs them, the project's own drivers carry them. */
import { join } from 'node:path';
import { defineConfig } from '@playwright/test';
import type { EngineName } from './driver/browser.ts';

const ENGINES: EngineName[] = ['chromium', 'firefox', 'webkit'];

export default defineConfig<object, { engineName: EngineName }>({
  testDir: import.meta.dirname,
  testMatch: '*.spec.ts',
  outputDir: join(import.meta.dirname, '../../test-results/engines'),
  workers: 1,
  retries: 0,
  timeout: 90_000,
  expect: { timeout: 10_000 },
  forbidOnly: process.env.CI !== undefined,
  reporter: [
    ['list'],
    ['json', { outputFile: join(import.meta.dirname, '../../.cache/reports/engines.json') }],
  ],
  projects: ENGINES.map((engineName) => ({ name: engineName, use: { engineName } })),
});
