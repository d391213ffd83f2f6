/** What a measurement is, and what it says in the end. */
import { type Spread, spread } from './spread.ts';

export type Side = 'peer' | 'ours';
export type Unit = '' | 'ms' | 's' | 'KB' | 'MB' | '%' | '/s';

/** One line of the table. */
export interface Row {
  what: string;
  unit: Unit;
  /** Null where the peer has nothing of the kind. */
  peer: Spread | null;
  ours: Spread;
  /** In words; empty where nothing was promised. */
  target: string;
  /** Whether the medians keep the promise; null where there is none. */
  reached: boolean | null;
}

export interface MeasureOptions {
  /** Runs of each figure. */
  rounds: number;
  /** Shorter loads and waits: to see that everything works, not to be believed. */
  quick: boolean;
  /** Told what happens, for a person to read. */
  say(line: string): void;
}

export interface Measure {
  name: string;
  /** What it does, in a sentence. */
  about: string;
  run(options: MeasureOptions): Promise<Row[]>;
}

export interface Promised {
  target: string;
  keeps(ours: number, peer: number): boolean;
}

/** A line out of the runs of both sides. */
export function row(
  what: string,
  unit: Unit,
  runs: { peer: readonly number[] | null; ours: readonly number[] },
  promised: Promised | null = null,
): Row {
  const [peer, ours] = [runs.peer === null ? null : spread(runs.peer), spread(runs.ours)];
  const reached = promised === null ? null : promised.keeps(ours.median, peer?.median ?? Number.NaN);
  return { what, unit, peer, ours, target: promised?.target ?? '', reached };
}

/** At most `limit`. */
export const atMost = (limit: number, unit: Unit = ''): Promised => ({
  target: limit === 0 ? '0' : `≤ ${limit}${unit === '' ? '' : ` ${unit}`}`,
  keeps: (ours) => ours <= limit,
});

/** At most so many times the peer's. */
export const atMostTimes = (factor: number, target = `≤ ${factor}× the peer's`): Promised => ({
  target,
  keeps: (ours, peer) => ours <= factor * peer,
});

/** At least so many times the peer's. */
export const atLeastTimes = (factor: number): Promised => ({
  target: `≥ ${factor}× the peer's`,
  keeps: (ours, peer) => ours >= factor * peer,
});

/** Takes both sides in turn; who goes first alternates, so that neither has the cooler machine. */
export async function inTurn<T>(
  rounds: number,
  sides: Record<Side, (round: number) => Promise<T>>,
): Promise<Record<Side, T[]>> {
  const results: Record<Side, T[]> = { peer: [], ours: [] };
  for (let round = 0; round < rounds; round += 1) {
    const order: Side[] = round % 2 === 0 ? ['peer', 'ours'] : ['ours', 'peer'];
    for (const side of order) results[side].push(await sides[side](round));
  }
  return results;
}

/** One figure of all runs of both sides. */
export function pick<T>(results: Record<Side, T[]>, figure: (result: T) => number): Record<Side, number[]> {
  return { peer: results.peer.map(figure), ours: results.ours.map(figure) };
}
