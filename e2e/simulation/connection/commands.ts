/** The moves of a schedule, how they are drawn, and how they read in a report. */
import fc from 'fast-check';
import type { PostMode } from './publisher.ts';

export const SLOTS = 3;
export const CHANNELS = ['default/a', 'default/b', 'default/*'] as const;
export type Channel = (typeof CHANNELS)[number];

export type Command =
  | { do: 'open'; page: number; channels: Channel[]; build: 'a' | 'b' }
  | { do: 'close' | 'crash' | 'hide' | 'show' | 'focus' | 'lead' | 'retry'; page: number }
  | { do: 'stop'; page: number; how: 'frozen' | 'hung' | 'cached' }
  | { do: 'thaw'; page: number; order: 'before' | 'after' }
  | { do: 'join' | 'leave'; page: number; channel: Channel }
  | { do: 'publish'; page: number; channel: 'default/a' | 'default/b'; events: number }
  | { do: 'event'; channel: 'default/a' | 'default/b'; count: number }
  | { do: 'network'; is: 'gone' | 'back'; known: boolean }
  | { do: 'sockets'; are: 'dropped' | 'silent' | 'flushed' | 'reset' | 'broken-off' }
  | { do: 'channel'; channel: Channel; is: 'denied' | 'failing' | 'allowed' }
  | { do: 'service'; is: 'refusing' | 'well' }
  | { do: 'posts'; are: PostMode }
  | { do: 'tokens'; are: 'ok' | 'down' }
  /** The same user signs in again. */
  | { do: 'sign-in'; again: true }
  | { do: 'storage'; is: 'ok' | 'full' | 'broken' | 'hanging' }
  | { do: 'worker'; is: 'killed' | 'blank' }
  | { do: 'sleep'; ms: number }
  | { do: 'pass'; ms: number };

export type HostChoice = 'shared-worker' | 'elected-tab' | 'worker-without-locks';

export interface Schedule {
  host: HostChoice;
  commands: Command[];
  /** How long messages, frames and transactions take, in turn and over again; milliseconds. */
  delays: number[];
  /** How long subscriptions are confirmed before they deliver, in turn; milliseconds. */
  lags: number[];
  /** Life of a connection at the service, milliseconds; 0: no end. */
  lifetimeMs: number;
}

const page = fc.nat({ max: SLOTS - 1 });
const channel = fc.constantFrom(...CHANNELS);
const target = fc.constantFrom('default/a' as const, 'default/b' as const);
const fixed = <T extends string>(name: T) => fc.constant(name);
const choose = <T extends string>(...names: T[]) => fc.constantFrom(...names);

const COMMANDS: [weight: number, arbitrary: fc.Arbitrary<Command>][] = [
  [
    12,
    fc.record({
      do: fixed('pass'),
      ms: fc.oneof(
        fc.constantFrom(1, 5, 20, 100, 500),
        fc.integer({ min: 1, max: 4_000 }),
        fc.integer({ min: 1, max: 25_000 }),
      ),
    }),
  ],
  [8, fc.record({ do: fixed('event'), channel: target, count: fc.integer({ min: 1, max: 4 }) })],
  [6, fc.record({ do: fixed('publish'), page, channel: target, events: fc.integer({ min: 1, max: 3 }) })],
  [
    4,
    fc.record({
      do: fixed('open'),
      page,
      channels: fc.uniqueArray(channel, { minLength: 1, maxLength: 3 }),
      build: choose('a', 'a', 'a', 'b'),
    }),
  ],
  [2, fc.record({ do: choose('close', 'crash'), page })],
  [2, fc.record({ do: choose('hide', 'show', 'focus'), page })],
  [2, fc.record({ do: choose('lead', 'lead', 'retry'), page })],
  [3, fc.record({ do: fixed('stop'), page, how: choose('frozen', 'hung', 'cached') })],
  [4, fc.record({ do: fixed('thaw'), page, order: choose('before', 'after') })],
  [3, fc.record({ do: choose('join', 'leave'), page, channel })],
  [2, fc.record({ do: fixed('network'), is: choose('gone', 'back'), known: fc.boolean() })],
  [
    4,
    fc.record({
      do: fixed('sockets'),
      are: choose('dropped', 'silent', 'silent', 'flushed', 'reset', 'broken-off', 'broken-off'),
    }),
  ],
  [1, fc.record({ do: fixed('channel'), channel, is: choose('denied', 'failing', 'allowed') })],
  [1, fc.record({ do: fixed('service'), is: choose('refusing', 'well') })],
  [
    3,
    fc.record({
      do: fixed('posts'),
      are: choose(
        'ok',
        'ok',
        'lost-before',
        'lost-after',
        'hanging',
        'throttled',
        'partly-throttled',
        'broken',
        'refused',
      ),
    }),
  ],
  [1, fc.record({ do: fixed('tokens'), are: choose('ok', 'down') })],
  [1, fc.record({ do: fixed('sign-in'), again: fc.constant(true as const) })],
  [1, fc.record({ do: fixed('storage'), is: choose('ok', 'full', 'hanging') })],
  [1, fc.record({ do: fixed('worker'), is: choose('killed', 'blank') })],
  [1, fc.record({ do: fixed('sleep'), ms: fc.constantFrom(6_000, 45_000, 600_000) })],
];

export const schedule: fc.Arbitrary<Schedule> = fc.record({
  host: fc.constantFrom<HostChoice[]>(
    'shared-worker',
    'elected-tab',
    'elected-tab',
    'shared-worker',
    'worker-without-locks',
  ),
  commands: fc.array(fc.oneof(...COMMANDS.map(([weight, arbitrary]) => ({ weight, arbitrary }))), {
    minLength: 5,
    maxLength: 45,
    size: 'max',
  }),
  delays: fc.array(
    fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom(0, 1, 3) },
      { weight: 3, arbitrary: fc.constantFrom(10, 25, 60) },
      { weight: 1, arbitrary: fc.constantFrom(120, 200) },
    ),
    { minLength: 1, maxLength: 24 },
  ),
  lags: fc.array(fc.constantFrom(0, 0, 0, 40, 400), { minLength: 1, maxLength: 4 }),
  lifetimeMs: fc.constantFrom(0, 0, 40_000),
});

/** The schedule as a person reads it: one line for each step. */
export function describeSchedule({ host, commands, delays, lags, lifetimeMs }: Schedule): string {
  return [
    `host ${host}; a connection lives ${lifetimeMs || 'for ever'}; delays ${delays.join(' ')}; lags ${lags.join(' ')}`,
    ...commands.map((command, index) => `${String(index).padStart(3)}  ${describeCommand(command)}`),
  ].join('\n');
}

export function describeCommand({ do: what, ...rest }: Command): string {
  return [what, ...Object.values(rest).flat()].join(' ');
}
