/**
 * `npm run test:engines`: the same scenarios in Chromium, Firefox and WebKit, one engine after another. Installs what
 * it needs from the system's packages, builds the app, writes the table of docs/engines.md and README.md, and ends with
 * "N passed, N failed". Arguments go to Playwright (`npm run test:engines -- --project=webkit offline`); the table
 * is then left as it is.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FIREFOX, findMiniBrowser, WEBKIT_DRIVER, XVFB } from './engines.mjs';
import { engineTable, putTable } from './engines-table.mjs';
import { needChromium, needProgram } from './install-packages.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const report = join(root, '.cache/reports/engines.json');
const documents = ['docs/engines.md', 'README.md'].map((path) => join(root, path));
const choice = process.argv.slice(2);

needChromium();
needProgram({ title: 'Firefox', find: () => FIREFOX, packages: ['firefox-esr'], variable: 'FIREFOX' });
const webkit = ['webkit2gtk-driver', 'xvfb'];
needProgram({ title: 'Xvfb', find: () => XVFB, packages: webkit, variable: 'XVFB' });
needProgram({
  title: 'WebKitWebDriver',
  find: () => WEBKIT_DRIVER,
  packages: webkit,
  variable: 'WEBKIT_DRIVER',
});
needProgram({
  title: 'MiniBrowser',
  find: findMiniBrowser,
  packages: ['libwebkit2gtk-4.1-0'],
  variable: 'MINI_BROWSER',
});

mkdirSync(dirname(report), { recursive: true });
rmSync(report, { force: true });
const built = run('npm', ['run', 'build']) === 0;
const code = built
  ? run('npx', ['playwright', 'test', '--config', 'e2e/engines/playwright.config.ts', ...choice])
  : 1;
const { passed, failed } = outcome();
console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);

/** A run without a report, or one that ends badly though no test failed, counts as one failure. */
function outcome() {
  try {
    const result = JSON.parse(readFileSync(report, 'utf8'));
    const { expected, unexpected, flaky } = result.stats;
    if (choice.length === 0) keep(tableOf(result));
    return { passed: expected, failed: unexpected + flaky || (code === 0 ? 0 : 1) };
  } catch (error) {
    console.error(`no report of the engines: ${error.message}`);
    return { passed: 0, failed: 1 };
  }
}

function keep(table) {
  for (const document of documents) {
    writeFileSync(document, putTable(readFileSync(document, 'utf8'), table));
  }
}

function tableOf(result) {
  const date = new Date().toISOString().slice(0, 10);
  const table = engineTable(result, `${date}, ${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'})`);
  console.log(`\n${table}`);
  return table;
}

function run(command, args) {
  return spawnSync(command, args, { cwd: root, stdio: 'inherit' }).status ?? 1;
}
