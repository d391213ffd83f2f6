/** The page's side of the filter's worker: asks, waits a bounded time, and ends a worker that does not answer. */
import type { Clock } from '../../shared/clock.ts';
import type { FilterInput } from '../desk/filter-input.ts';

export interface MatchRequest {
  id: number;
  filter: FilterInput;
  events: readonly string[];
}

export interface MatchAnswer {
  id: number;
  /** Which of the events match. */
  hits: readonly number[];
}

export type MatchResult =
  | { ok: true; hits: readonly number[] }
  /** `too-slow`: one batch took longer than a person should wait; `failed`: the worker could not run. */
  | { ok: false; problem: 'too-slow' | 'failed' | 'closed' };

/** The part of `Worker` that is used. */
export interface MatchWorker {
  postMessage(request: MatchRequest): void;
  terminate(): void;
  onmessage: ((event: MessageEvent<MatchAnswer>) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
}

export interface Matcher {
  match(events: readonly string[]): Promise<MatchResult>;
  close(): void;
}

/** Longest time for one batch, milliseconds. A thousand ordinary events take a few. */
export const MATCH_TIMEOUT_MS = 2_000;

export interface MatcherDeps {
  filter: FilterInput;
  makeWorker(): MatchWorker;
  clock: Clock;
}

export function createMatcher({ filter, makeWorker, clock }: MatcherDeps): Matcher {
  const open = new Map<number, (result: MatchResult) => void>();
  let worker: MatchWorker | null = null;
  let ids = 0;
  let over: 'too-slow' | 'failed' | 'closed' | null = null;

  function end(problem: 'too-slow' | 'failed' | 'closed'): void {
    over ??= problem;
    worker?.terminate();
    worker = null;
    for (const resolve of open.values()) resolve({ ok: false, problem: over });
    open.clear();
  }

  function start(): MatchWorker {
    const made = makeWorker();
    made.onmessage = ({ data: { id, hits } }) => {
      open.get(id)?.({ ok: true, hits });
      open.delete(id);
    };
    made.onerror = () => end('failed');
    return made;
  }

  return {
    async match(events) {
      if (over !== null) return { ok: false, problem: over };
      if (events.length === 0) return { ok: true, hits: [] };
      worker ??= start();
      ids += 1;
      const id = ids;
      worker.postMessage({ id, filter, events });
      return new Promise((resolve) => {
        const cancel = clock.after(MATCH_TIMEOUT_MS, () => end('too-slow'));
        open.set(id, (result) => {
          cancel();
          resolve(result);
        });
      });
    },
    close: () => end('closed'),
  };
}
