/**
 * `npm run dev`: the same server with pages and modules from Vite's development server, hot reload in the page, and
 * a restart of the server when its own code changes. Without a service worker: its cache would hide what is edited.
 */
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createServer } from 'vite';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const HMR_PORT = 24_678;

const vite = await createServer({
  configFile: join(root, 'vite.config.ts'),
  server: { middlewareMode: true, ws: { port: HMR_PORT } },
});

const pages = {
  async template(url) {
    return vite.transformIndexHtml(url, await readFile(join(root, 'src/app/index.html'), 'utf8'));
  },
  async render(data, options) {
    const { render } = await vite.ssrLoadModule(join(root, 'src/app/entry-server.tsx'));
    return render(data, options);
  },
};
const dev = { middleware: vite.middlewares, connect: [`ws://localhost:${HMR_PORT}`] };

/** The running server; replaced, one after the other, when its code changes. */
let running = start();

vite.watcher.add([join(root, 'server'), join(root, 'src/shared')]);
vite.watcher.on('change', (file) => {
  if (!file.startsWith(join(root, 'server')) || file.includes('.test.')) return;
  console.log(`Restarting: ${file.slice(root.length + 1)} changed.`);
  running = running.then(async (server) => {
    await server?.close();
    return start();
  });
});

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, async () => {
    await (await running)?.close();
    await vite.close();
    process.exit(0);
  });
}

async function start() {
  try {
    const { startServer } = await vite.ssrLoadModule(join(root, 'server/start.ts'));
    const server = await startServer(process.env, { cwd: root, pages, dev, say: console.log });
    const { introduction } = await vite.ssrLoadModule(join(root, 'server/introduction.ts'));
    for (const line of introduction(server)) console.log(line);
    return server;
  } catch (error) {
    vite.ssrFixStacktrace(error);
    console.error(error.problems === undefined ? error : error.message);
    return null;
  }
}
