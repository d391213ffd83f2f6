/** Whether and how a leader closes gaps: the code for it is loaded only where the application keeps a history. */
import type { Clock } from '../../shared/clock.ts';
import type { LeaderDeps } from './api.ts';
import type { CatchUpWriter, CatchUpWriterDeps } from './catch-up-writer.ts';

/** Puts the catch-up, or nothing, in front of the log and the coverage. */
export type MakeCatchUp = (
  deps: Omit<CatchUpWriterDeps, 'port' | 'kept'> & {
    token(force: boolean): Promise<string>;
    fetch: LeaderDeps['fetch'];
    clock: Clock;
  },
) => CatchUpWriter;

/** Never rejects: where the code cannot be loaded now, gaps stay gaps. */
export async function loadCatchUp({
  history,
  events,
}: Pick<LeaderDeps, 'history' | 'events'>): Promise<MakeCatchUp> {
  const { history: address } = events;
  if (address === null) return passThrough;
  try {
    const [{ createCatchUpWriter }, { createHttpCatchUp }, kept] = await Promise.all([
      import('./catch-up-writer.ts'),
      import('./http-catch-up.ts'),
      history.checkpoints.all().catch(() => []),
    ]);
    return (deps) =>
      createCatchUpWriter({ ...deps, kept, port: createHttpCatchUp({ ...deps, history: address }) });
  } catch {
    return passThrough;
  }
}

const passThrough: MakeCatchUp = ({ writer, cover }) => ({
  record: (channel, event) => writer.write(channel, event),
  cover: (interval) => void cover([interval]),
  extend: (open) => [...open],
  close() {},
});
