/** `npm run bench`: loads the measurements, which are TypeScript as everything else here, and takes them. */
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';

// Said before Vite assumes otherwise: all that is built here is built as for production.
process.env.NODE_ENV = 'production';
const { module } = await runnerImport(fileURLToPath(new URL('main.ts', import.meta.url)), {
  configFile: false,
  logLevel: 'error',
});
process.exit(await module.main(process.argv.slice(2)));
