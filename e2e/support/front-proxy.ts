/**
 * Stands between the browser and the server: counts what really reaches the server, keeps what passed for the
 * secret scan, and can cut the way as a network does.
 */
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

export interface SeenRequest {
  method: string;
  url: string;
  status: number;
  headers: IncomingMessage['headers'];
}

export interface FrontProxy {
  port: number;
  seen: SeenRequest[];
  /** Requests that reached the server, by path (without query). */
  count(path: string, method?: string): number;
  /** Cuts every connection and refuses new ones, until `mend`. */
  cut(): void;
  mend(): void;
  /** Answers a path itself, whatever its query, as the server would if the file were part of the app. */
  serve(path: string, type: string, body: string | Uint8Array, headers?: Record<string, string>): void;
  /** From now on every page begins with a script from this path: something is missing in the browser, or is told. */
  beginPagesWith(path: string): void;
  /**
   * Takes `no-store` off the pages. It keeps them out of the browser's back/forward cache, where pages of other
   * apps with this connection do go.
   */
  letPagesBeCached(): void;
  /** Where requests go. */
  target(port: number): void;
  close(): Promise<void>;
}

export async function startFrontProxy(): Promise<FrontProxy> {
  const seen: SeenRequest[] = [];
  const sockets = new Set<Socket>();
  const served = new Map<string, { headers: Record<string, string>; body: string | Uint8Array }>();
  let targetPort = 0;
  let isCut = false;
  let pagesMayBeCached = false;
  const scripts: string[] = [];

  function forward(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const own = served.get(incoming.url?.split('?', 1)[0] ?? '');
    if (own !== undefined) {
      outgoing.writeHead(200, own.headers).end(own.body);
      return;
    }
    const upstream = request(
      {
        host: '127.0.0.1',
        port: targetPort,
        method: incoming.method,
        path: incoming.url,
        // A page that is to be changed must come as plain text.
        headers:
          scripts.length === 0 ? incoming.headers : { ...incoming.headers, 'accept-encoding': 'identity' },
      },
      (answer) => {
        seen.push({
          method: incoming.method ?? '',
          url: incoming.url ?? '',
          status: answer.statusCode ?? 0,
          headers: incoming.headers,
        });
        const isPage = answer.headers['content-type']?.startsWith('text/html') === true;
        if (pagesMayBeCached && isPage) delete answer.headers['cache-control'];
        if (isPage && scripts.length > 0) {
          delete answer.headers['content-length'];
          outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
          pipePage(answer, outgoing, scripts);
          return;
        }
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      },
    );
    upstream.on('error', () => outgoing.destroy());
    incoming.pipe(upstream);
  }

  const server = createServer(forward);
  server.on('connection', (socket) => {
    if (isCut) {
      socket.destroy();
      return;
    }
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));

  return {
    port: (server.address() as AddressInfo).port,
    seen,
    count: (path, method = 'GET') =>
      seen.filter((entry) => entry.method === method && entry.url.split('?', 1)[0] === path).length,
    cut() {
      isCut = true;
      for (const socket of sockets) socket.destroy();
    },
    mend() {
      isCut = false;
    },
    serve(path, type, body, headers = {}) {
      served.set(path, {
        headers: { 'content-type': type, 'cache-control': 'no-store', ...headers },
        body,
      });
    },
    beginPagesWith(path) {
      scripts.push(path);
    },
    letPagesBeCached() {
      pagesMayBeCached = true;
    },
    target(port) {
      targetPort = port;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Passes a page on, with the scripts as the first thing in its head. */
function pipePage(answer: IncomingMessage, outgoing: ServerResponse, scripts: readonly string[]): void {
  const tags = scripts.map((path) => `<script src="${path}"></script>`).join('');
  let isDone = false;
  answer.on('data', (chunk: Buffer) => {
    const text = chunk.toString('latin1');
    const at = isDone ? -1 : text.indexOf('<head>');
    if (at === -1) {
      outgoing.write(chunk);
      return;
    }
    isDone = true;
    outgoing.write(text.replace('<head>', `<head>${tags}`), 'latin1');
  });
  answer.on('end', () => outgoing.end());
}
