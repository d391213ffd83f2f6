/**
 * One builder, several environments: the page with its worker (`client`), the server with the page's server
 * rendering (`ssr`), and the service worker (`sw`, and the part of it that sends the outbox), which is built last
 * because it lists what the page consists of. Then what the browser gets is compressed, once and for all.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import react from '@vitejs/plugin-react';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';
import { computeBuildId } from './scripts/build-id.mjs';
import { compressFiles } from './scripts/compress-files.mjs';

const root = import.meta.dirname;
const out = (folder: string): string => join(root, 'dist', folder);
const build = computeBuildId(root);

/** A script of the service worker, beside the page's files, so that its scope is the whole origin. */
const serviceWorkerScript = (entry: string, file: string) => ({
  consumer: 'client' as const,
  build: {
    outDir: out('client'),
    emptyOutDir: false,
    copyPublicDir: false,
    rolldownOptions: {
      input: join(root, entry),
      output: { entryFileNames: file, format: 'iife' as const, codeSplitting: false },
    },
  },
});

/** What renders pages on the server, with all that must share its React. */
const RENDERER = [/^react(-dom)?($|\/)/, '@tanstack/react-virtual', '@tanstack/virtual-core'];

export default defineConfig(({ command }) => ({
  root: join(root, 'src/app'),
  publicDir: join(root, 'public'),
  appType: 'custom',
  cacheDir: join(root, 'node_modules/.vite'),
  plugins: [react(), precacheManifest()],
  define: { __BUILD_ID__: JSON.stringify(build) },
  html: { cspNonce: '__CSP_NONCE__' },
  server: { fs: { allow: [root] } },
  worker: { format: 'es' as const },
  builder: {
    async buildApp(builder) {
      for (const name of ['client', 'ssr', 'sw', 'swOutbox']) {
        const environment = builder.environments[name];
        if (environment !== undefined) await builder.build(environment);
      }
      await compressFiles(out('client'));
      writeFileSync(join(root, 'dist', 'build.json'), `${JSON.stringify({ build })}\n`);
    },
  },
  environments: {
    client: {
      build: {
        outDir: out('client'),
        emptyOutDir: true,
        // Inlined assets would need `data:` in the content security policy.
        assetsInlineLimit: 0,
        modulePreload: { polyfill: false },
        rolldownOptions: {
          input: join(root, 'src/app/index.html'),
          // What several parts share is nearly all part of the first load: in one file it compresses better than in many.
          output: {
            codeSplitting: {
              groups: [
                // What only later parts share must not come with the first load.
                {
                  name: 'filters',
                  test: /src\/app\/filter\/(compile-filter|matcher|path-filter)\.ts/,
                  priority: 1,
                },
                { name: 'shared', minShareCount: 2 },
              ],
            },
          },
        },
      },
    },
    ssr: {
      consumer: 'server' as const,
      // The stand-ins' and Amplify's packages stay packages: the server loads them from node_modules. React comes with
      // the build, so that pages are rendered by its production version whatever NODE_ENV the server runs with.
      resolve: { external: true as const, ...(command === 'build' ? { noExternal: RENDERER } : {}) },
      ...(command === 'build' ? { define: { 'process.env.NODE_ENV': '"production"' } } : {}),
      build: {
        outDir: out('server'),
        emptyOutDir: true,
        copyPublicDir: false,
        target: 'node20',
        rolldownOptions: {
          input: {
            main: join(root, 'server/main.ts'),
            'entry-server': join(root, 'src/app/entry-server.tsx'),
          },
          output: { entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
        },
      },
    },
    sw: serviceWorkerScript('sw/sw.ts', 'sw.js'),
    swOutbox: serviceWorkerScript('sw/outbox-entry.ts', 'sw-outbox.js'),
  },
  test: {
    root,
    include: ['{src,sw,server,e2e,docs}/**/*.test.{ts,tsx}', 'bench/{campaign,support}/*.test.ts'],
    environment: 'node',
    testTimeout: 20_000,
  },
}));

/** Files that the page never asks for by these names, or that must always come from the network. */
const NOT_PRECACHED =
  /(^|\/)(index\.html|sw(-outbox)?\.js|robots\.txt|\.vite\/.*|screenshots\/.*|.*\.(map|br|gz))$/;

/**
 * Puts the list of everything the page consists of in the place of `self.__WB_MANIFEST` in the service worker.
 * Names with a hash need no revision; the user-free shell changes with every build.
 */
function precacheManifest(): Plugin {
  return {
    name: 'switchboard:precache-manifest',
    applyToEnvironment: (environment) => environment.name === 'sw',
    transform(code, id) {
      if (!id.includes('/sw/') || !code.includes('self.__WB_MANIFEST')) return null;
      return code.replace('self.__WB_MANIFEST', JSON.stringify(listPrecache()));
    },
  };
}

function listPrecache(): { url: string; revision: string | null }[] {
  const folder = out('client');
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .filter((name) => !NOT_PRECACHED.test(name))
    .sort();
  return [
    { url: '/shell', revision: build },
    ...files.map((name) => ({
      url: `/${name}`,
      revision: name.startsWith('assets/')
        ? null
        : createHash('sha256')
            .update(readFileSync(join(folder, name)))
            .digest('hex')
            .slice(0, 16),
    })),
  ];
}
