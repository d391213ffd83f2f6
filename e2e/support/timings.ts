/**
 * Rows of measurements with a bound. A run of the tests takes each once; `FAULT_RUNS=20` (`npm run faults -- --times 20`) takes
 * each so often, holds the 95th percentile against the bound, and keeps all in bench/results/connection-faults.json.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';

/** Measurements of one run by name. */
export type Measured = Readonly<Record<string, number>>;

export interface TimedRow {
  fault: string;
  host: string;
  /** Bound of each measurement by name: milliseconds, or a number of things for `count`. */
  bounds: Measured;
  unit?: 'ms' | 'count';
}

export interface TimedResult extends Omit<TimedRow, 'bounds'> {
  unit: 'ms' | 'count';
  name: string;
  bound: number;
  p50: number;
  p95: number;
  max: number;
  runs: number[];
}

interface Campaign {
  date: string;
  machine: { cpu: string; cores: number; node: string };
  rows: TimedResult[];
}

const CAMPAIGN_RUNS = process.env.FAULT_RUNS === undefined ? null : Number(process.env.FAULT_RUNS);
const FILE = join(import.meta.dirname, '../../bench/results/connection-faults.json');
/** How long one run may take, milliseconds. */
const RUN_LIMIT_MS = 60_000;
/** One run in twenty may miss a bound on the 95th percentile: then the middle one of so many decides. */
const SECOND_OPINION_RUNS = 3;

/** Takes the row as often as it is due, within the test that calls it. */
export async function measure(row: TimedRow, run: () => Promise<Measured>): Promise<void> {
  const samples: Measured[] = [];
  const take = async (count: number) => {
    while (samples.length < count) samples.push(await run());
  };
  test.setTimeout(RUN_LIMIT_MS * (CAMPAIGN_RUNS ?? SECOND_OPINION_RUNS));
  await take(CAMPAIGN_RUNS ?? 1);
  const missed = (results: readonly TimedResult[], by: 'p50' | 'p95') =>
    results.filter((result) => result[by] > result.bound).map(describeResult);

  if (CAMPAIGN_RUNS === null && missed(resultsOf(row, samples), 'p95').length > 0) {
    await take(SECOND_OPINION_RUNS);
  }
  const results = resultsOf(row, samples);
  for (const result of results) {
    test.info().annotations.push({ type: 'measured', description: describeResult(result) });
  }
  if (CAMPAIGN_RUNS !== null) keep(results);
  expect(missed(results, CAMPAIGN_RUNS === null ? 'p50' : 'p95'), 'missed').toEqual([]);
}

function resultsOf(
  { fault, host, bounds, unit = 'ms' }: TimedRow,
  samples: readonly Measured[],
): TimedResult[] {
  return Object.entries(bounds).map(([name, bound]) => {
    const runs = samples.map((sample) => sample[name] ?? Number.NaN);
    const sorted = runs.toSorted((a, b) => a - b);
    const quantile = (q: number) => sorted[Math.ceil(q * sorted.length) - 1] ?? Number.NaN;
    return {
      ...{ fault, host, unit, name, bound },
      p50: quantile(0.5),
      p95: quantile(0.95),
      max: quantile(1),
      runs,
    };
  });
}

function describeResult({ fault, host, name, unit, bound, p50, p95, max, runs }: TimedResult): string {
  const of = unit === 'ms' ? ' ms' : '';
  return `${fault} (${host}): ${name} p50 ${p50}, p95 ${p95}, max ${max}${of} over ${runs.length}; bound ${bound}${of}`;
}

/** Each test writes for itself: a failed one ends the process that the others would have shared. */
function keep(results: readonly TimedResult[]): void {
  const before = readCampaign();
  const isNew = (row: TimedResult) =>
    !results.some(({ fault, host, name }) => row.fault === fault && row.host === host && row.name === name);
  const campaign: Campaign = {
    date: new Date().toISOString().slice(0, 10),
    machine: { cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length, node: process.version },
    rows: [...before.filter(isNew), ...results],
  };
  writeFileSync(FILE, `${JSON.stringify(campaign, null, 2)}\n`);
}

function readCampaign(): TimedResult[] {
  try {
    return (JSON.parse(readFileSync(FILE, 'utf8')) as Campaign).rows;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
