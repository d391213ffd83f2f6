/** The moves of a schedule, and how they are drawn. */
import fc from 'fast-check';

export const SLOTS = 3;

export type Command =
  | { do: 'use'; page: number; force: boolean }
  | { do: 'sign-out'; page: number }
  | { do: 'sign-in'; page: number; sub: 'ann' | 'bob'; controlled: boolean }
  | { do: 'load'; page: number; controlled: boolean }
  | { do: 'kill-worker' }
  | { do: 'freeze'; page: number; how: 'frozen' | 'cached' }
  | { do: 'thaw'; page: number; first: boolean }
  | { do: 'hide' | 'show'; page: number }
  | { do: 'offline'; believed: boolean }
  | { do: 'online' }
  | { do: 'provider'; mode: 'ok' | 'down' }
  | { do: 'end-elsewhere' }
  | { do: 'end-at-provider' }
  | { do: 'set-clock'; ms: number }
  | { do: 'pass'; ms: number };

export interface Schedule {
  commands: Command[];
  /** How long answers take, in turn and over again; milliseconds. The first is what small failures shrink to. */
  delays: number[];
}

const page = fc.nat({ max: SLOTS - 1 });
const fixed = <T extends string>(name: T) => fc.constant(name);

const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 10, arbitrary: fc.record({ do: fixed('use'), page, force: fc.boolean() }) },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fixed('pass'),
      ms: fc.oneof(
        fc.constantFrom(1, 50, 1_000, 10_000),
        fc.integer({ min: 1, max: 70_000 }),
        fc.integer({ min: 1, max: 250_000 }),
      ),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fixed('sign-out'), page }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fixed('sign-in'),
      page,
      sub: fc.constantFrom('ann', 'bob'),
      controlled: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fixed('load'), page, controlled: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fixed('kill-worker') }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fixed('freeze'), page, how: fc.constantFrom('frozen', 'cached') }),
  },
  { weight: 3, arbitrary: fc.record({ do: fixed('thaw'), page, first: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('hide', 'show'), page }) },
  { weight: 2, arbitrary: fc.record({ do: fixed('offline'), believed: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ do: fixed('online') }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fixed('provider'), mode: fc.constantFrom('ok', 'down') }),
  },
  { weight: 1, arbitrary: fc.record({ do: fixed('end-elsewhere') }) },
  { weight: 1, arbitrary: fc.record({ do: fixed('end-at-provider') }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fixed('set-clock'),
      ms: fc.constantFrom(-86_400_000, -7_200_000, 7_200_000, 86_400_000),
    }),
  },
) as fc.Arbitrary<Command>;

export const schedule: fc.Arbitrary<Schedule> = fc.record({
  commands: fc.array(command, { minLength: 5, maxLength: 40, size: 'max' }),
  delays: fc.array(
    fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom(0, 3, 20) },
      { weight: 3, arbitrary: fc.constantFrom(150, 600, 2_500) },
      { weight: 1, arbitrary: fc.constantFrom(11_000, 22_000, 40_000) },
    ),
    { minLength: 1, maxLength: 24 },
  ),
});
