/** The main states without axe violations. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect } from '@playwright/test';
import type { Tab } from './driver/browser.ts';
import { test } from './support/fixtures.ts';
import { bring } from './support/page-scripts.ts';
import { CHANNEL, expectShown, expectStatus, live, signIn, textOf } from './support/words.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Axe {
  run(): Promise<{ violations: { id: string; nodes: { target: unknown[] }[] }[] }>;
}

const violations = (tab: Tab): Promise<string[]> =>
  tab.evaluate(async () => {
    const { axe } = window as unknown as { axe: Axe };
    return (await axe.run()).violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target).join(', ')}`,
    );
  });

test('axe: signed out, an empty desk, a feed, the connection panel, a denied channel', async ({
  app,
  engine,
}) => {
  bring(app, AXE);
  const tab = await engine.newTab();
  await tab.goto(app.origin);
  await expectStatus([tab], /^Signed out/);
  expect(await violations(tab), 'signed out').toEqual([]);
  await signIn(tab, app, 'ada', '/');
  await live([tab]);
  expect(await violations(tab), 'empty desk').toEqual([]);
  await tab.goto(`${app.origin}/c/${CHANNEL}`);
  await live([tab]);
  for (const n of [1, 2, 3]) await app.far.publish(CHANNEL, [{ n, text: 'Hello' }]);
  await expectShown([tab], [1, 2, 3]);
  expect(await violations(tab), 'feed').toEqual([]);
  await tab.click({ role: 'button', name: /connection/i });
  await expect.poll(() => textOf(tab)).toContain('Held by');
  expect(await violations(tab), 'connection panel').toEqual([]);
  await tab.goto(`${app.origin}/c/denied/secrets`);
  await expect.poll(() => textOf(tab)).toMatch(/denied|refused/i);
  expect(await violations(tab), 'denied channel').toEqual([]);
});
