/**
 * What Lighthouse 12 says of the built app with its stand-ins, signed out and signed in:
 * `npm run build && node scripts/lighthouse.mjs [desktop|mobile]`. Fetches Lighthouse; fails where a score is too low.
 * Channels are not asked: no search engine is let in there.
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright';
import { freePort, startBuiltApp } from './built-app.mjs';
import { CHROMIUM, CHROMIUM_ARGS } from './chromium.mjs';

const LEAST = { performance: 95, accessibility: 100, 'best-practices': 100, seo: 100 };

/** Mobile counts as a slow telephone on a slow network. */
const FORM = process.argv[2] === 'mobile' ? 'mobile' : 'desktop';

const { origin, folder, stop } = await startBuiltApp();
const debuggingPort = await freePort();
const context = await chromium.launchPersistentContext(join(folder, 'profile'), {
  executablePath: CHROMIUM,
  args: [...CHROMIUM_ARGS, `--remote-debugging-port=${debuggingPort}`],
});
let failed = false;
try {
  await audit('signed out');
  const page = await context.newPage();
  await page.goto(origin);
  await page.getByRole('link', { name: 'Sign in' }).first().click();
  await page.getByRole('button', { name: 'Continue as ada' }).click();
  await page.getByRole('status').filter({ hasText: /^Live/ }).waitFor();
  await page.close();
  await audit('signed in');
} finally {
  await context.close();
  stop();
}
process.exit(failed ? 1 : 0);

async function audit(name) {
  const report = join(folder, 'report.json');
  const code = await new Promise((resolve) => {
    const child = spawn(
      'npx',
      [
        '--yes',
        'lighthouse@12',
        origin,
        `--port=${debuggingPort}`,
        '--disable-storage-reset',
        ...(FORM === 'desktop' ? ['--preset=desktop'] : []),
        `--only-categories=${Object.keys(LEAST).join(',')}`,
        '--output=json',
        `--output-path=${report}`,
        '--quiet',
      ],
      { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, CHROME_PATH: CHROMIUM } },
    );
    child.on('close', resolve);
  });
  if (code !== 0) throw new Error(`Lighthouse ended with ${code} on “${name}”. Its own words stand above.`);
  const { categories, audits } = JSON.parse(readFileSync(report, 'utf8'));
  const scores = Object.entries(LEAST).map(([id, least]) => {
    const score = Math.round((categories[id]?.score ?? 0) * 100);
    failed ||= score < least;
    return `${id} ${score}${score < least ? ` (at least ${least})` : ''}`;
  });
  console.log(`${FORM}, ${name}: ${scores.join(', ')}`);
  for (const { auditRefs } of Object.values(categories)) {
    for (const { id, weight } of auditRefs) {
      const { score, title, displayValue = '' } = audits[id];
      if (weight > 0 && score !== null && score < 0.9) console.log(`  ${id}: ${title} ${displayValue}`);
    }
  }
}
