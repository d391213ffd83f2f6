/** Takes measurements one after the other, keeps each result as soon as it is there, and prints the table. */
import { MEASURES } from './measures/index.ts';
import { markdown } from './support/format.ts';
import { keep, load, machine, writeReadme } from './support/keep.ts';
import type { Row } from './support/measure.ts';
import { prepare, versions } from './support/needs.ts';

const ROUNDS = 3;
const USAGE = `npm run bench -- [--quick] [--readme] [${MEASURES.map(({ name }) => name).join('|')} …]`;

/** @returns the exit code: 1 when a measurement failed or the arguments are none of ours. */
export async function main(args: readonly string[]): Promise<number> {
  const flags = args.filter((arg) => arg.startsWith('--'));
  const names = args.filter((arg) => !arg.startsWith('--'));
  const wrong = [
    ...flags.filter((flag) => !['--quick', '--readme'].includes(flag)),
    ...names.filter((name) => MEASURES.every((measure) => measure.name !== name)),
  ];
  if (wrong.length > 0) {
    console.error(`There is no ${wrong.join(', ')}. Usage: ${USAGE}`);
    for (const { name, about } of MEASURES) console.error(`  ${name.padEnd(12)} ${about}`);
    return 1;
  }
  prepare(console.log);
  const quick = flags.includes('--quick');
  const rounds = quick ? 1 : ROUNDS;
  const about = {
    date: new Date().toISOString().slice(0, 10),
    machine: machine(),
    versions: versions(),
    rounds,
  };
  const rows: Row[] = [];
  let failed = 0;
  for (const { name, run } of MEASURES) {
    if (names.length > 0 && !names.includes(name)) continue;
    const [begun, before] = [performance.now(), load()];
    console.log(`— ${name}`);
    try {
      const taken = await run({ rounds, quick, say: (line) => console.log(`  ${line}`) });
      rows.push(...taken);
      // What was taken in a hurry is not worth keeping.
      if (!quick) keep(name, { ...about, load: before, rows: taken });
    } catch (error) {
      failed += 1;
      console.error(`${name} failed:`, error);
    }
    console.log(`  ${Math.round((performance.now() - begun) / 1_000)} s`);
  }
  console.log(`\n${markdown(rows)}`);
  if (flags.includes('--readme')) writeReadme(MEASURES.map(({ name }) => name));
  return failed === 0 ? 0 : 1;
}
