import { describe, expect, it } from 'vitest';
import { chooseHost } from './choose-host.ts';
import { createSharedWorkerHost } from './shared-worker-host.ts';

const all = { sharedWorker: true, locks: true, broadcastChannel: true, vendor: 'Google Inc.' };

describe('the host', () => {
  it.each([
    ['everything', {}, 'shared-worker'],
    ['no Web Locks', { locks: false }, 'shared-worker'],
    ['no SharedWorker', { sharedWorker: false }, 'elected-tab'],
    [
      'WebKit, whose SharedWorker can be swapped for a blank one',
      { vendor: 'Apple Computer, Inc.' },
      'elected-tab',
    ],
    ['neither SharedWorker nor Web Locks', { sharedWorker: false, locks: false }, 'own-tab'],
    ['no BroadcastChannel', { broadcastChannel: false }, 'own-tab'],
  ] as const)('with %s', (_what, lack, kind) => {
    expect(chooseHost({ ...all, ...lack })).toBe(kind);
  });
});

/** A shared-worker host whose workers and clock the test holds. */
function setUp(spawn: () => void = () => {}) {
  const granted: (() => void)[] = [];
  const workers: {
    onerror: (() => void) | null;
    port: { start(): void; postMessage(): void; close(): void };
  }[] = [];
  let now = 0;
  let failed = 0;
  const host = createSharedWorkerHost({
    spawn() {
      spawn();
      const worker = { onerror: null, port: { start() {}, postMessage() {}, close() {} } };
      workers.push(worker);
      return worker as unknown as SharedWorker;
    },
    init: {
      sub: 'u',
      epoch: 1,
      build: 'b',
      events: { endpoint: '', realtime: '', host: '', region: '', history: null, lifetimeMs: 1 },
      locks: true,
    },
    locks: {
      request: (_name: string, _options: object, work: () => void) =>
        new Promise<void>((resolve) => {
          granted.push(() => {
            work();
            resolve();
          });
        }),
    } as unknown as LockManager,
    now: () => now,
    onFailed() {
      failed += 1;
    },
  });
  return { host, workers, granted, failed: () => failed, tick: (ms: number) => (now += ms) };
}

describe('the SharedWorker host', () => {
  it('starts another worker when it is granted the lock of the one that died', () => {
    const { host, workers, granted } = setUp();
    host.heard();
    host.heard();
    expect(granted).toHaveLength(1);
    granted[0]?.();
    expect(workers).toHaveLength(2);
    host.heard();
    expect(granted).toHaveLength(2);
  });

  it('gives up workers that die one after the other, and those that cannot start', async () => {
    const dying = setUp();
    for (let i = 0; i < 5; i += 1) dying.host.silent();
    await Promise.resolve();
    expect(dying.failed()).toBe(1);

    const patient = setUp();
    for (let i = 0; i < 5; i += 1) {
      patient.host.silent();
      patient.tick(61_000);
    }
    await Promise.resolve();
    expect(patient.failed()).toBe(0);

    const broken = setUp(() => {
      throw new DOMException('no workers here', 'SecurityError');
    });
    await Promise.resolve();
    expect(broken.failed()).toBe(1);
  });
});
