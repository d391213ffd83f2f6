/** Fakes for the tests of the session: channels of one origin, storage, a server, and the page's signals. */
import type { SessionAnswer, SessionInfo, SessionMessage } from '../shared/page-data.ts';
import { createFakeClock, type FakeClock, flush, makeJwt } from '../shared/test-doubles.ts';
import type { Session } from './api.ts';
import { createSession } from './index.ts';
import type { KeyValueStorage } from './memory.ts';
import type { SessionChannel } from './session-deps.ts';
import type { PageSignal } from './signals.ts';

export const ANN: SessionInfo = { sub: 'ann', username: 'ann', email: 'ann@example.com', epoch: 3 };
export const BOB: SessionInfo = { sub: 'bob', username: 'bob', email: null, epoch: 5 };

function createFakeStorage(): KeyValueStorage & { map: Map<string, string> } {
  const map = new Map<string, string>();
  return {
    map,
    getItem: (key) => map.get(key) ?? null,
    setItem: (key, value) => map.set(key, value),
    removeItem: (key) => map.delete(key),
  };
}

/** All channels of one name in one browser; a message reaches all but its sender. */
function createFakeBus(): { open(): SessionChannel; sent: SessionMessage[] } {
  const ends: { listeners: ((event: { data: unknown }) => void)[] }[] = [];
  const sent: SessionMessage[] = [];
  return {
    sent,
    open() {
      const end = { listeners: [] as ((event: { data: unknown }) => void)[] };
      ends.push(end);
      return {
        postMessage(message) {
          sent.push(message);
          const data: unknown = structuredClone(message);
          for (const other of ends) {
            if (other !== end) for (const listener of other.listeners) listener({ data });
          }
        },
        addEventListener: (_type, listener) => end.listeners.push(listener),
        close: () => ends.splice(ends.indexOf(end), 1),
      };
    },
  };
}

interface FakeServer {
  fetch(url: string, init: RequestInit): Promise<Response>;
  /** `METHOD /path`, in the order of arrival. */
  requests: string[];
  inits: RequestInit[];
  user: SessionInfo | null;
  epoch: number;
  reachable: boolean;
}

/** A server with one cookie jar: whoever asks is its `user`. */
function createFakeServer(user: SessionInfo | null): FakeServer {
  const problem = (status: number, code: string, epoch: number) =>
    Response.json({ type: 'about:blank', title: code, status, detail: code, code, epoch }, { status });
  const server: FakeServer = {
    user,
    epoch: user?.epoch ?? 0,
    reachable: true,
    requests: [],
    inits: [],
    async fetch(url, init) {
      server.requests.push(`${init.method ?? 'GET'} ${url}`);
      server.inits.push(init);
      if (!server.reachable) throw new TypeError('Failed to fetch');
      if (url === '/auth/sign-out') {
        if (server.user === null) return problem(401, 'signed-out', server.epoch);
        server.user = null;
        server.epoch += 1;
        return Response.json({ epoch: server.epoch, next: 'https://idp.example/logout' });
      }
      if (url === '/api/session') {
        const answer: SessionAnswer =
          server.user === null
            ? { signedIn: false, epoch: server.epoch }
            : { signedIn: true, session: server.user };
        return Response.json(answer);
      }
      if (server.user === null) return problem(401, 'signed-out', server.epoch);
      const { sub, epoch } = server.user;
      const accessToken = makeJwt({ sub, iat: 0, exp: 300, jti: server.requests.length });
      return Response.json({ accessToken, expiresIn: 300, sub, epoch });
    },
  };
  return server;
}

interface FakePage {
  session: Session;
  signal(signal: PageSignal): Promise<void>;
  setVisible(visible: boolean): void;
  reloads(): number;
}

export interface FakeBrowser {
  clock: FakeClock;
  server: FakeServer;
  storage: ReturnType<typeof createFakeStorage>;
  bus: ReturnType<typeof createFakeBus>;
  open(said: SessionInfo | null | 'unknown'): FakePage;
}

export function createFakeBrowser(user: SessionInfo | null): FakeBrowser {
  const clock = createFakeClock();
  const server = createFakeServer(user);
  const storage = createFakeStorage();
  const bus = createFakeBus();
  return {
    clock,
    server,
    storage,
    bus,
    open(said) {
      const listeners = new Set<(signal: PageSignal) => void>();
      let visible = true;
      let reloads = 0;
      const session = createSession({
        page: { session: said },
        fetch: (url, init) => server.fetch(url, init),
        clock,
        random: () => 0.5,
        channel: bus.open(),
        storage,
        signals: {
          subscribe(listener) {
            listeners.add(listener);
            return () => listeners.delete(listener);
          },
          visible: () => visible,
          online: () => server.reachable,
        },
        onUserChanged: () => {
          reloads += 1;
        },
      });
      return {
        session,
        async signal(signal) {
          for (const listener of [...listeners]) listener(signal);
          await settle();
        },
        setVisible(value) {
          visible = value;
        },
        reloads: () => reloads,
      };
    },
  };
}

/** Lets answers of the fake server (whose bodies are real streams) arrive. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 6; turn++) {
    await flush();
    await new Promise((resolve) => setImmediate(resolve));
  }
}
