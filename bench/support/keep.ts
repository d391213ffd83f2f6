/** Results as files: one for each measurement in `bench/results`, and the README's table out of all of them. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import { markdown } from './format.ts';
import type { Row } from './measure.ts';

const root = join(import.meta.dirname, '../..');
const folder = join(root, 'bench/results');
const README = join(root, 'README.md');
const [BEGIN, END] = ['<!-- bench -->', '<!-- /bench -->'];

export interface Kept {
  /** Day of the run. */
  date: string;
  machine: { cpu: string; cores: number; memoryGB: number };
  /** Processes that were ready to run when it began, on average of the last minute. */
  load: number;
  versions: Record<string, string>;
  rounds: number;
  rows: Row[];
}

export function keep(name: string, result: Kept): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(result, null, 2)}\n`);
}

/** The kept result of a measurement; null when it was never taken. */
export function kept(name: string): Kept | null {
  try {
    return JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as Kept;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

export function machine(): Kept['machine'] {
  const [first] = cpus();
  return {
    cpu: first?.model ?? 'unknown',
    cores: cpus().length,
    memoryGB: Math.round(totalmem() / 1024 ** 3),
  };
}

export const load = (): number => Number((loadavg()[0] ?? 0).toFixed(2));

/** Puts the table of all kept results between the README's marks, with machine and days. */
export function writeReadme(names: readonly string[]): void {
  const results = names.flatMap((name) => kept(name) ?? []);
  const [first] = results;
  if (first === undefined) return;
  const days = [...new Set(results.map(({ date }) => date))].sort();
  const { cpu, cores, memoryGB } = first.machine;
  const versions = Object.entries(Object.assign({}, ...results.map((result) => result.versions)));
  const about = [
    `Measured on ${days.join(' and ')}: ${cpu}, ${cores} cores, ${memoryGB} GB;`,
    `${versions.map(([name, version]) => `${name} ${version}`).join(', ')}.`,
    `Medians of ${first.rounds} runs, taken in turn, and in brackets the least and the most.`,
  ].join(' ');
  const table = markdown(results.flatMap(({ rows }) => rows));
  const text = readFileSync(README, 'utf8');
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (begin < 0 || end < begin) {
    throw new Error(`README.md has no ${BEGIN} and ${END}: put them where the table belongs.`);
  }
  const before = text.slice(0, begin + BEGIN.length);
  writeFileSync(README, `${before}\n\n${about}\n\n${table}\n\n${text.slice(end)}`);
}
