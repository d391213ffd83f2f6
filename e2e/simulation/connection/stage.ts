/**
 * Where schedules are played: an empty database for each. A test that uses it mocks three modules, so that clocks and
 * databases come from the simulation, and code that is loaded late is waited for (`mocks.ts`).
 */
import 'fake-indexeddb/auto';
import { type Database, deleteDatabase } from '../../../src/store/database.ts';
import { describeSchedule, type Schedule } from './commands.ts';
import { realDatabases } from './mocks.ts';
import { play } from './play.ts';

/** Nobody else opens a schedule's database, so nothing is waited for. */
const TIMELESS = { after: () => () => {} };

let runs = 0;

/**
 * Plays one schedule. `FC_TRACE=1` prints all that is done, said and stored in it.
 * @throws an Error with the broken promises and the schedule.
 */
export async function mustKeep(schedule: Schedule): Promise<void> {
  const sub = `run-${++runs}`;
  const real: Database = realDatabases.create(sub, TIMELESS);
  const trace = process.env.FC_TRACE === undefined ? {} : { onTrace: (line: string) => console.log(line) };
  const broken = await play(schedule, { real, sub, ...trace });
  real.close();
  await deleteDatabase(sub);
  if (broken.length > 0) throw new Error(`Broken:\n${broken.join('\n')}\nin\n${describeSchedule(schedule)}`);
}
