/**
 * The built files: hashed assets, the service worker, manifest, icons, the offline page. The build has put a brotli and
 * a gzip version beside each text file (`scripts/compress-files.mjs`).
 */
import { existsSync } from 'node:fs';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';

/** @param folder absolute; when it is not there (development, tests), nothing is served. */
export async function registerStatic(app: FastifyInstance, folder: string): Promise<void> {
  if (!existsSync(folder)) return;
  app.addHook('onRoute', (route) => {
    if (!route.url.startsWith('/assets/')) route.config = { ...route.config, cache: 'revalidate' };
    else route.config = { ...route.config, cache: 'immutable' };
  });
  app.addHook('onRequest', async (request, reply) => {
    if (request.routeOptions.url === '/sw.js') reply.header('service-worker-allowed', '/');
    // Which version is sent depends on the request, also where only one was found: a cache in between must know.
    reply.header('vary', 'Accept-Encoding');
  });
  await app.register(fastifyStatic, {
    root: folder,
    // A route a file, known at start: no path is ever looked up on disk because somebody asked for it.
    wildcard: false,
    index: false,
    // The template is no page by itself; the build's own notes are nobody's business.
    globIgnore: ['index.html', '.vite/**', '**/*.{br,gz}'],
    preCompressed: true,
    cacheControl: false,
    decorateReply: false,
  });
}
