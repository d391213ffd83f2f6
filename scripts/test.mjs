/**
 * `npm test`: every check and test, in the order in which they find faults fastest. Installs the browser and the
 * Redis server from the system's packages where they are missing. Ends with "N passed, N failed": tests one by one, each check as one.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installPackages, needChromium } from './install-packages.mjs';
import { findRedis } from './redis.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const reports = join(root, '.cache/reports');
rmSync(reports, { recursive: true, force: true });
mkdirSync(reports, { recursive: true });

let passed = 0;
let failed = 0;

needChromium();
installRedis();
await check('format and lint', 'npx', ['biome', 'ci', '.']);
await check('types', 'npx', ['tsc', '-b']);
await check('import arrows', 'node', ['scripts/check-rooms.mjs']);
await check('unused files, exports and packages', 'npx', ['knip']);
await check('build', 'npm', ['run', 'build']);
await check('built files', 'node', ['scripts/check-built.mjs']);
await tests('unit tests', vitest('unit.json', '--exclude', 'server/multi/**'), 'unit.json', countVitest);
// Real processes under load, each file with the machine to itself.
await tests(
  'several servers',
  vitest('multi.json', 'server/multi', '--no-file-parallelism'),
  'multi.json',
  countVitest,
);
await tests(
  'browser tests',
  ['playwright', 'test', '--config', 'e2e/playwright.config.ts'],
  'browser.json',
  countPlaywright,
);

console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);

async function check(name, command, args) {
  console.log(`\n— ${name}`);
  if ((await run(command, args)) === 0) passed += 1;
  else {
    failed += 1;
    console.error(`${name}: failed`);
  }
}

/** A run whose own report cannot be read, or that ends badly though no test failed, counts as one failure. */
async function tests(name, args, report, count) {
  console.log(`\n— ${name}`);
  const code = await run('npx', args);
  try {
    const result = count(JSON.parse(readFileSync(join(reports, report), 'utf8')));
    passed += result.passed;
    failed += result.failed;
    if (code !== 0 && result.failed === 0) failed += 1;
    if (process.env.CI && result.skipped > 0) {
      console.error(`${name}: ${result.skipped} skipped, which is not allowed in CI`);
      failed += 1;
    }
  } catch (error) {
    console.error(`${name}: no report (${error.message})`);
    failed += 1;
  }
}

function vitest(report, ...args) {
  const output = `--outputFile.json=${join(reports, report)}`;
  return ['vitest', 'run', ...args, '--reporter=default', '--reporter=json', output];
}

function countVitest(report) {
  return {
    passed: report.numPassedTests,
    failed:
      report.numFailedTests +
      report.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0)
        .length,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

function countPlaywright({ stats }) {
  // A test that passes only on a second try is a fault to understand, never a pass.
  return { passed: stats.expected, failed: stats.unexpected + stats.flaky, skipped: stats.skipped };
}

function run(command, args) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: 'inherit' });
    child.on('error', () => resolve(1));
    child.on('exit', (code) => resolve(code ?? 1));
  });
}

/** The tests start servers of their own; the one that the package may start is not used. */
function installRedis() {
  if (findRedis() === null) {
    console.log("Installing a Redis server from the system's packages …");
    installPackages(['redis-server']);
  }
  const found = findRedis();
  if (found === null) {
    console.error(
      `The session store's tests need a Redis server, and it could not be installed. Install it (Debian: apt-get install redis-server), or name one: REDIS_SERVER=/path/to/redis-server npm test`,
    );
    process.exit(1);
  }
  process.env.REDIS_SERVER = found;
}
