/**
 * A measurement's own far end: serves a built page of a measurement, answers the requests of its session, and is an
 * Events service that says what it is told to, as fast as its sockets take it. On one port of this machine.
 */
import { createServer } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { WebSocketServer } from 'ws';
import { buildPage } from './build-page.mjs';

const bench = join(fileURLToPath(new URL('.', import.meta.url)), '..');
const EPOCH_SECONDS = 2_000_000_000;
const USER = { sub: 'bench', username: 'bench', email: null, epoch: 1 };
/** Letters that make an event about as large as those of real channels: 400 bytes. */
const PAD = 'x'.repeat(350);
/** Bytes that may wait in a socket before the source waits for it. */
const MAX_BUFFERED = 1024 ** 2;

/**
 * @param {string} entry the page's script, in `bench`.
 * @returns {Promise<{origin: string, blast(count: number): Promise<void>, pace(perSecond: number, seconds: number): Promise<number>, subscriptions(): number, restartCount(): void, close(): Promise<void>}>}
 */
export async function startSite(entry = 'page/page.ts') {
  const subscriptions = new Map();
  let files = new Map();
  let n = 0;

  const server = createServer((request, response) => {
    const path = request.url?.split('?', 1)[0] ?? '';
    if (path === '/api/cognito-token') {
      response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' });
      response.end(
        JSON.stringify({ accessToken: unsignedToken(), expiresIn: 3600, sub: USER.sub, epoch: USER.epoch }),
      );
      return;
    }
    if (path === '/api/session') {
      response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' });
      response.end(JSON.stringify({ signedIn: true, session: USER }));
      return;
    }
    const file = files.get(path);
    response.writeHead(file === undefined ? 404 : 200, { 'content-type': file?.type ?? 'text/plain' });
    response.end(file?.body ?? 'Not here.');
  });
  const sockets = new WebSocketServer({ server, handleProtocols: () => 'aws-appsync-event-ws' });
  sockets.on('connection', (socket) => {
    socket.on('message', (data) => {
      const { type, id } = JSON.parse(data.toString());
      const say = (frame) => socket.send(JSON.stringify(frame));
      if (type === 'connection_init') say({ type: 'connection_ack', connectionTimeoutMs: 300_000 });
      if (type === 'subscribe') {
        subscriptions.set(id, socket);
        say({ type: 'subscribe_success', id });
      }
      if (type === 'unsubscribe') {
        subscriptions.delete(id);
        say({ type: 'unsubscribe_success', id });
      }
    });
    socket.on('close', () => {
      for (const [id, owner] of subscriptions) if (owner === socket) subscriptions.delete(id);
    });
  });
  await new Promise((resolve) => server.listen(0, 'localhost', resolve));
  const { port } = server.address();
  const host = `localhost:${port}`;
  files = await buildPage(join(bench, entry), {
    base: '/',
    eventsApi: {
      endpoint: `http://${host}/event`,
      realtime: `ws://${host}/event/realtime`,
      host,
      region: 'local',
      history: null,
      lifetimeMs: 86_400_000,
    },
  });

  function send() {
    n += 1;
    const event = JSON.stringify({ n, at: performance.timeOrigin + performance.now(), pad: PAD });
    for (const [id, socket] of subscriptions) socket.send(JSON.stringify({ type: 'data', id, event }));
  }

  return {
    origin: `http://localhost:${port}`,
    subscriptions: () => subscriptions.size,
    restartCount() {
      n = 0;
    },
    /** Sends as fast as the sockets take it; resolves when all is handed to the system. */
    async blast(count) {
      for (let sent = 0; sent < count; sent += 1) {
        send();
        while ([...subscriptions.values()].some((socket) => socket.bufferedAmount > MAX_BUFFERED)) {
          await new Promise((resolve) => setImmediate(resolve));
        }
        if (sent % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
      }
    },
    /** One event every 1/perSecond seconds; resolves with how many that were. */
    pace(perSecond, seconds) {
      const start = performance.now();
      let sent = 0;
      return new Promise((resolve) => {
        const timer = setInterval(() => {
          const due = Math.min(perSecond * seconds, ((performance.now() - start) / 1000) * perSecond);
          for (; sent < Math.floor(due); sent += 1) send();
          if (sent < perSecond * seconds) return;
          clearInterval(timer);
          resolve(sent);
        }, 1000 / perSecond);
      });
    },
    async close() {
      for (const socket of sockets.clients) socket.terminate();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function unsignedToken() {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none' })}.${part({ sub: USER.sub, iat: 1, exp: EPOCH_SECONDS })}.x`;
}
