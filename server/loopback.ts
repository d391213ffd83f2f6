/**
 * `http://127.0.0.1:3000` and `http://localhost:3000` are one machine but two origins, with cookies of their own.
 * Pages move to the configured one, or a sign-in begun on the other could not be finished.
 */
import type { FastifyInstance } from 'fastify';

const LOOPBACK = /^(localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

export function isLoopbackHost(hostname: string): boolean {
  return LOOPBACK.test(hostname);
}

/** Does nothing unless `origin` is a loopback address: elsewhere the Host header decides nothing. */
export function registerLoopbackNames(app: FastifyInstance, origin: string): void {
  const own = new URL(origin);
  if (!isLoopbackHost(own.hostname)) return;
  app.addHook('onRequest', async (request, reply) => {
    const { host, 'sec-fetch-mode': mode } = request.headers;
    if (request.method !== 'GET' || mode !== 'navigate' || host === undefined || host === own.host) return;
    const [name, port] = splitHost(host);
    if (isLoopbackHost(name) && port === own.port) return reply.redirect(`${origin}${request.url}`, 307);
  });
}

function splitHost(host: string): [name: string, port: string] {
  const match = /^(.*?)(?::(\d+))?$/.exec(host);
  return [match?.[1] ?? host, match?.[2] ?? ''];
}
