/** What a development server adds: it answers for the modules that a build would have made files of. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';

export interface DevServer {
  /** Connect-style: answers the request or calls `next`. */
  middleware(request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void): void;
  /** Origins that its client script connects to, for `connect-src`. */
  connect: readonly string[];
}

/** Asks the development server for every GET that no route of ours answers. */
export function registerDevServer(app: FastifyInstance, { middleware }: DevServer): void {
  app.get('/*', (request, reply) => {
    const headers = reply.getHeaders();
    for (const [name, value] of Object.entries(headers)) {
      if (value !== undefined) reply.raw.setHeader(name, value);
    }
    reply.hijack();
    middleware(request.raw, reply.raw, (error) => {
      reply.raw.statusCode = error === undefined ? 404 : 500;
      reply.raw.end();
    });
  });
}
