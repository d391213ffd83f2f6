/**
 * Looks at every event of a channel once and in order, also while the window is hidden: an observer of the connection
 * wakes it, for a hidden window's feed waits for timers that browsers hold back for up to a minute.
 */
import type { Connection, EventRecord, EventsChannel, Position } from '../../connection/api.ts';
import { newerThan } from '../feed/reader.ts';
import type { Matcher } from '../filter/matcher.ts';

/** Events looked at in one go. */
const SLICE = 1_000;
const BEFORE_ALL: Position = { epoch: 0, n: 0 };

export type SourceProblem = 'too-slow' | 'failed';

export interface SourceDeps {
  connection: Pick<Connection, 'feed' | 'events'>;
  channel: string;
  /** Null: every event counts. */
  matcher: Matcher | null;
  /** Goes on after this event; null: with what arrives from now on. */
  cursor: Position | null;
  /** Now, wall clock. */
  startedAt: number;
  /** All up to `cursor` was looked at, and `found` is what came through. */
  onLooked(cursor: Position, found: readonly EventRecord[]): void;
  /** It stopped. */
  onProblem(problem: SourceProblem): void;
}

export interface Source {
  close(): void;
}

export function createSource(deps: SourceDeps): Source {
  const { connection, channel, matcher, startedAt, onLooked, onProblem } = deps;
  const feed = connection.feed(channel);
  let { cursor } = deps;
  let over = false;
  let busy = false;
  let again = false;
  let joined: EventsChannel | null = null;

  /** Where a new source begins: after what had arrived before it was made. */
  function begin(): Position | null {
    if (feed.get().loading) return null;
    const before = newerThan(feed.get(), undefined).fresh.filter(({ receivedAt }) => receivedAt < startedAt);
    return before.at(-1) ?? BEFORE_ALL;
  }

  async function next(from: Position): Promise<readonly EventRecord[]> {
    const logged = await feed.page({ after: from }, SLICE);
    // Where nothing can be kept, what the feed holds is all there is.
    return logged.length > 0 ? logged : newerThan(feed.get(), from).fresh.slice(0, SLICE);
  }

  async function found(batch: readonly EventRecord[]): Promise<readonly EventRecord[] | null> {
    if (matcher === null) return batch;
    const result = await matcher.match(batch.map(({ event }) => event));
    if (over) return null;
    if (result.ok) return result.hits.flatMap((at) => batch[at] ?? []);
    stop(result.problem === 'too-slow' ? 'too-slow' : 'failed');
    return null;
  }

  /** One slice; whether there may be more. */
  async function look(): Promise<boolean> {
    cursor ??= begin();
    if (cursor === null) return false;
    const batch = await next(cursor);
    const last = batch.at(-1);
    if (over || last === undefined) return false;
    const hits = await found(batch);
    if (hits === null) return false;
    cursor = { epoch: last.epoch, n: last.n };
    onLooked(cursor, hits);
    return true;
  }

  async function pump(): Promise<void> {
    again = true;
    if (busy) return;
    busy = true;
    try {
      while (again && !over) {
        again = false;
        if (await look()) again = true;
      }
    } catch {
      // The log could not be read now: what arrives next asks again.
    }
    busy = false;
  }

  function close(): void {
    over = true;
    unsubscribe();
    feed.close();
    joined?.close();
    matcher?.close();
  }

  function stop(problem: SourceProblem): void {
    close();
    onProblem(problem);
  }

  const unsubscribe = feed.subscribe(() => void pump());
  connection.events.connect(channel).then(
    (opened) => {
      if (over) {
        opened.close();
        return;
      }
      joined = opened;
      opened.subscribe({ next: () => void pump(), error: () => void pump() });
      void pump();
    },
    () => {
      // Denied, or signed out: the feed still tells of what comes, if anything does.
    },
  );
  void pump();
  return { close };
}
