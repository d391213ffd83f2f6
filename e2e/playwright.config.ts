/** Browser tests: the built app, the system's Chromium, a server of its own for every test. */
import { join } from 'node:path';
import { defineConfig } from '@playwright/test';
import { CHROMIUM, CHROMIUM_ARGS } from '../scripts/chromium.mjs';

export default defineConfig({
  testDir: import.meta.dirname,
  testMatch: '*.spec.ts',
  // The same in three engines has a command of its own: npm run test:engines.
  testIgnore: 'engines/**',
  outputDir: join(import.meta.dirname, '../test-results'),
  // Two cores: a second browser beside the first would only make every time-out a guess.
  workers: 1,
  retries: 0,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  forbidOnly: process.env.CI !== undefined,
  reporter: [['list'], ['json', { outputFile: join(import.meta.dirname, '../.cache/reports/browser.json') }]],
  use: {
    browserName: 'chromium',
    launchOptions: { executablePath: CHROMIUM, args: CHROMIUM_ARGS },
    viewport: { width: 1280, height: 800 },
    trace: 'off',
  },
});
