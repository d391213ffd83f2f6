/**
 * The globals that the product's code reaches for. Each answers for the context whose code runs now, so the code
 * under test is the product's own, from `createConnection` on.
 */
import { vi } from 'vitest';
import type { Database } from '../../../src/store/database.ts';
import type { Realm, World } from './world.ts';

/** What one context has of its own. */
export interface Surroundings {
  window: Pick<Window, 'addEventListener'>;
  document: Pick<Document, 'addEventListener' | 'visibilityState'>;
  locks: LockManager | null;
}

/** What a whole simulation gives. */
export interface Environment {
  world: World;
  of(realm: Realm): Surroundings;
  online(): boolean;
  random(): number;
  newId(): string;
  connectDisk(): Database;
  /** An error that nobody handles. */
  report(error: unknown): void;
  fetch: typeof fetch;
  WebSocket: typeof WebSocket;
  BroadcastChannel: typeof BroadcastChannel;
  /** Absent in browsers without it. */
  SharedWorker: typeof SharedWorker | undefined;
}

let environment: Environment | null = null;

function present(): Environment {
  if (environment === null) throw new Error('No simulation is running.');
  return environment;
}

/** The running simulation's own: what the modules that it stands in for give in it (`mocks.ts`). */
export const simulated = {
  clock: () => present().world.inside().clock,
  database: () => present().connectDisk(),
  loading: <T>(code: Promise<T>): Promise<T> => present().world.loading(code),
};

/** Everything from here on happens in `next`; the returned function ends that. */
export function enterEnvironment(next: Environment): () => void {
  environment = next;
  const own = (): Surroundings => present().of(present().world.inside());
  vi.stubGlobal('window', {
    addEventListener: (...args: Parameters<Window['addEventListener']>) =>
      own().window.addEventListener(...args),
  });
  vi.stubGlobal('document', {
    addEventListener: (...args: Parameters<Document['addEventListener']>) =>
      own().document.addEventListener(...args),
    get visibilityState() {
      return own().document.visibilityState;
    },
  });
  vi.stubGlobal('navigator', {
    vendor: '',
    storage: { estimate: async () => ({}) },
    get onLine() {
      return present().online();
    },
    get locks() {
      return own().locks;
    },
  });
  vi.stubGlobal('crypto', { randomUUID: () => present().newId() });
  vi.stubGlobal('reportError', next.report);
  vi.stubGlobal('fetch', next.fetch);
  vi.stubGlobal('WebSocket', next.WebSocket);
  vi.stubGlobal('BroadcastChannel', next.BroadcastChannel);
  vi.stubGlobal('SharedWorker', next.SharedWorker);
  const random = vi.spyOn(Math, 'random').mockImplementation(next.random);
  return () => {
    random.mockRestore();
    vi.unstubAllGlobals();
    environment = null;
  };
}
