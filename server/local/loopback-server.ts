/**
 * A plain HTTP server on one port of the loopback addresses only. `localhost` means 127.0.0.1 to some clients
 * and ::1 to others, so it listens on both where the machine has both.
 */

import type { IncomingMessage } from 'node:http';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';

export interface LoopbackServer {
  port: number;
  close(): Promise<void>;
}

export interface LoopbackHandlers {
  request: RequestListener;
  upgrade(req: IncomingMessage, socket: Duplex, head: Buffer): void;
}

/** Times a free port is looked for that is free on both addresses. */
const MAX_TRIES = 10;

/**
 * @param port 0 takes any free one.
 * @throws an error whose message says what to do when the port is taken.
 */
export async function listenOnLoopback(port: number, handlers: LoopbackHandlers): Promise<LoopbackServer> {
  const make = () => createServer(handlers.request).on('upgrade', handlers.upgrade);
  for (let tries = 1; ; tries += 1) {
    const ipv4 = make();
    await listen(ipv4, '127.0.0.1', port);
    const taken = (ipv4.address() as AddressInfo).port;
    const ipv6 = make();
    try {
      await listen(ipv6, '::1', taken);
      return { port: taken, close: () => closeAll([ipv4, ipv6]) };
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // No IPv6 on this machine: nobody will try it either.
      if (code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT') {
        return { port: taken, close: () => closeAll([ipv4]) };
      }
      await closeAll([ipv4]);
      if (port !== 0 || tries === MAX_TRIES) throw error;
    }
  }
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE') return reject(error);
      const text = `Port ${port} is taken by another program. Stop it, or set LOCAL_PORT to a free port, e.g. 3005.`;
      reject(Object.assign(new Error(text, { cause: error }), { code: error.code }));
    });
    server.listen({ host, port, ipv6Only: true }, resolve);
  });
}

async function closeAll(servers: readonly Server[]): Promise<void> {
  await Promise.all(
    servers.map((server) => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      return closed;
    }),
  );
}
