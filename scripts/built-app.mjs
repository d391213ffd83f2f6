/** The built app with its stand-ins, in an empty folder and on free ports: for scripts that look at it in a browser. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Resolves when it runs. `far` is where the stand-ins listen, `apiKey` the Event API's; `folder` goes with `stop`. */
export async function startBuiltApp() {
  const folder = mkdtempSync(join(tmpdir(), 'switchboard-built-'));
  symlinkSync(join(root, 'dist'), join(folder, 'dist'));
  const [port, localPort] = [await freePort(), await freePort()];
  const origin = `http://localhost:${port}`;
  const server = spawn(process.execPath, ['dist/server/main.js'], {
    cwd: folder,
    env: { PATH: process.env.PATH, PORT: `${port}`, LOCAL_PORT: `${localPort}`, ORIGIN: origin },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const stop = () => {
    server.kill();
    rmSync(folder, { recursive: true, force: true });
  };
  const apiKey = await new Promise((resolve, reject) => {
    let output = '';
    server.stdout.on('data', (chunk) => {
      output += chunk;
      if (/^ {2}faults/m.test(output)) resolve(/API key\s+(\S+)/.exec(output)?.[1]);
    });
    server.once('exit', (code) => {
      stop();
      reject(
        new Error(`The server ended with ${code} before it was ready. Is the app built (npm run build)?`),
      );
    });
  });
  return { origin, far: `http://localhost:${localPort}`, apiKey, folder, stop };
}

export function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}
