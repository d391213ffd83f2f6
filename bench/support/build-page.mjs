/** Builds a measurement's page as for production. */
import { dirname } from 'node:path';
import { build } from 'vite';

/**
 * @param {string} entry the page's script, absolute.
 * @param {{base: string, eventsApi: object}} options `base`: the path that the page is served under.
 * @returns {Promise<Map<string, {type: string, body: string | Uint8Array}>>} by path; the page itself is at `base`.
 */
export async function buildPage(entry, { base, eventsApi }) {
  const built = await build({
    root: dirname(entry),
    base,
    configFile: false,
    logLevel: 'error',
    define: { __EVENTS_API__: JSON.stringify(eventsApi) },
    worker: { format: 'es' },
    build: {
      write: false,
      target: 'es2022',
      modulePreload: { polyfill: false },
      rolldownOptions: { input: entry },
    },
  });
  const output = Array.isArray(built) ? built[0] : built;
  if (output === undefined || !('output' in output)) throw new Error(`${entry} was not built.`);
  const files = new Map();
  for (const file of output.output) {
    const body = file.type === 'chunk' ? file.code : file.source;
    files.set(`${base}${file.fileName}`, { type: 'text/javascript', body });
    if (file.type !== 'chunk' || !file.isEntry) continue;
    const page = `<!doctype html><meta charset="utf-8"><title>Measurement</title><script type="module" src="${base}${file.fileName}"></script>`;
    files.set(base, { type: 'text/html', body: page });
  }
  return files;
}
