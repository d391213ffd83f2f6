/** `npm start` in a folder where nothing is built yet: builds, starts, and a person can sign in. */
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from './support/fixtures.ts';
import { freePort } from './support/server-process.ts';

const root = join(import.meta.dirname, '..');
const PARTS = [
  'src',
  'sw',
  'server',
  'public',
  'scripts',
  'vite.config.ts',
  'package.json',
  'package-lock.json',
];

test('builds what is needed and serves the app with its stand-ins', async ({ page }) => {
  const folder = mkdtempSync(join(tmpdir(), 'switchboard-start-'));
  for (const part of PARTS) cpSync(join(root, part), join(folder, part), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  const [port, localPort] = [await freePort(), await freePort()];
  const child = spawn('npm', ['start'], {
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, PORT: `${port}`, LOCAL_PORT: `${localPort}` },
    detached: true,
  });
  try {
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    await expect
      .poll(() => output, { timeout: 45_000 })
      .toMatch(/Switchboard ready at[\s\S]*demo user[\s\S]*faults/);
    await page.goto(`http://localhost:${port}/`);
    await page.getByRole('link', { name: 'Sign in' }).first().click();
    await page.getByRole('button', { name: 'Continue as ada' }).click();
    await expect(page.getByRole('status')).toHaveText(/^Live/);
  } finally {
    const gone = new Promise((resolve) => child.once('exit', resolve));
    // npm and the server under it.
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
    await gone;
    rmSync(folder, { recursive: true, force: true });
  }
});
