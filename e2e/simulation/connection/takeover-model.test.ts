/**
 * Every way in which three windows can end up: one follows from each in turn, in every host, and whoever is left
 * must be live with all that it wants, without a doubled or hidden loss. Exhaustive, not drawn.
 */
import { it, vi } from 'vitest';
import { CHANNELS, type Command, type HostChoice, type Schedule } from './commands.ts';
import { mustKeep } from './stage.ts';

vi.mock('../../../src/shared/clock.ts', async () => (await import('./mocks.ts')).mockClock());
vi.mock('../../../src/store/database.ts', async (original) =>
  (await import('./mocks.ts')).mockDatabase(original),
);
vi.mock('../../../src/connection/hosts/lazy-host.ts', async (original) =>
  (await import('./mocks.ts')).mockLazyHost(original),
);

const FATES = ['runs', 'frozen', 'cached', 'hung', 'crashed', 'closed'] as const;
type Fate = (typeof FATES)[number];
const HOSTS: HostChoice[] = ['shared-worker', 'elected-tab', 'worker-without-locks'];
/** The window that meets its fate first: the leader or the worker's creator, or another. */
const ORDERS = [
  [0, 1, 2],
  [2, 1, 0],
];
/** Between two fates: long enough for a takeover, or in the middle of it. Milliseconds. */
const PAUSES_MS = [30, 4_500];

function meet(page: number, fate: Fate): Command[] {
  switch (fate) {
    case 'runs':
      return [];
    case 'crashed':
      return [{ do: 'crash', page }];
    case 'closed':
      return [{ do: 'close', page }];
    default:
      return [{ do: 'stop', page, how: fate }];
  }
}

function scheduleOf(
  host: HostChoice,
  fates: readonly Fate[],
  order: readonly number[],
  ms: number,
): Schedule {
  const pause: Command[] = [
    { do: 'event', channel: 'default/a', count: 1 },
    { do: 'pass', ms },
  ];
  return {
    host,
    commands: [
      ...[0, 1, 2].map((page): Command => ({ do: 'open', page, channels: [...CHANNELS], build: 'a' })),
      { do: 'pass', ms: 1_000 },
      { do: 'publish', page: 1, channel: 'default/b', events: 2 },
      ...order.flatMap((page) => [...meet(page, fates[page] ?? 'runs'), ...pause]),
    ],
    delays: [3, 11],
    lags: [0],
    lifetimeMs: 0,
  };
}

it.each(HOSTS)(
  'one leader for whoever is left, in the host %s',
  async (host) => {
    for (const first of FATES) {
      for (const second of FATES) {
        for (const third of FATES) {
          for (const order of ORDERS) {
            for (const ms of PAUSES_MS) await mustKeep(scheduleOf(host, [first, second, third], order, ms));
          }
        }
      }
    }
  },
  300_000,
);
