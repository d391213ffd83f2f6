/**
 * A stop that loses nothing and takes no longer than it may: answers under way are finished and their connections
 * closed after them; what is still open after a while is cut.
 */
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** Below the five seconds that a stop may take. */
const CUT_AFTER_MS = 4_000;

/** Knows the sockets by their requests: on `localhost` there are two listeners, and Fastify shows only one. */
export function registerGracefulStop(app: FastifyInstance): void {
  const sockets = new Set<Socket>();
  let stopping = false;
  let cut: NodeJS.Timeout | undefined;

  app.addHook('onRequest', async ({ raw: { socket } }) => {
    if (sockets.has(socket)) return;
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  app.addHook('onSend', async (_request, reply) => {
    if (stopping) reply.header('connection', 'close');
  });
  app.addHook('preClose', async () => {
    stopping = true;
    cut = setTimeout(() => {
      for (const socket of sockets) socket.destroy();
    }, CUT_AFTER_MS);
  });
  app.addHook('onClose', async () => clearTimeout(cut));
}
