/**
 * SharedWorkers of one origin: one for each name, started by whoever asks first. It dies silently with the renderer
 * of its creator, can be killed or replaced by a blank one behind the same ports, and ends with its last client.
 */
import type { Realm, World } from './world.ts';

/** What the worker's code gives: called for every client that connects. */
export type WorkerCode = (connect: (listener: (port: WorkerPort) => void) => void) => void;

export interface WorkerPort {
  onmessage: ((event: MessageEvent) => void) | null;
}

export interface SimWorkers {
  SharedWorker: typeof SharedWorker;
  /** Running workers. */
  realms(): Realm[];
  /** The renderer of a page crashed: workers that it started die with it. */
  rendererGone(creator: Realm): void;
  kill(): void;
  /** Swaps each worker for a blank one of the same name. */
  blank(): void;
}

interface Running {
  name: string;
  realm: Realm;
  creator: Realm | null;
  clients: Set<Realm>;
  connect: ((port: WorkerPort) => void) | null;
}

const START_MS = 5;
const MESSAGE_MS = 1;

/** @param code runs in every worker that is started. */
export function createSimWorkers(world: World, code: WorkerCode): SimWorkers {
  const running = new Map<string, Running>();
  let serial = 0;

  function start(name: string, creator: Realm | null): Running {
    serial += 1;
    const realm = world.createRealm(`worker ${serial}`);
    const worker: Running = { name, realm, creator, clients: new Set(), connect: null };
    running.set(name, worker);
    world.post(START_MS, realm, () =>
      code((listener) => {
        worker.connect = listener;
      }),
    );
    return worker;
  }

  function end(worker: Running): void {
    if (running.get(worker.name) === worker) running.delete(worker.name);
    world.end(worker.realm);
  }

  class FakeWorker {
    onerror: (() => void) | null = null;
    readonly port;
    constructor(_url: string, { name = '' }: { name?: string } = {}) {
      const client = world.inside();
      const worker = running.get(name) ?? start(name, client);
      const isNew = !worker.clients.has(client);
      worker.clients.add(client);
      if (isNew) {
        client.onGone(() => {
          worker.clients.delete(client);
          if (worker.clients.size === 0) end(worker);
        });
      }
      const inWorker: WorkerPort = { onmessage: null };
      world.post(START_MS + 1, worker.realm, () => worker.connect?.(inWorker));
      this.port = {
        start() {},
        close() {},
        postMessage: (message: unknown) => {
          const data: unknown = structuredClone(message);
          world.post(START_MS + 1 + MESSAGE_MS, worker.realm, () =>
            inWorker.onmessage?.({ data } as MessageEvent),
          );
        },
      };
    }
  }

  return {
    SharedWorker: FakeWorker as unknown as typeof SharedWorker,
    realms: () => [...running.values()].map(({ realm }) => realm),
    rendererGone(creator) {
      for (const worker of [...running.values()]) if (worker.creator === creator) end(worker);
    },
    kill() {
      for (const worker of [...running.values()]) end(worker);
    },
    blank() {
      for (const worker of [...running.values()]) {
        end(worker);
        const next = start(worker.name, null);
        for (const client of worker.clients) {
          next.clients.add(client);
          client.onGone(() => {
            next.clients.delete(client);
            if (next.clients.size === 0) end(next);
          });
        }
      }
    },
  };
}
