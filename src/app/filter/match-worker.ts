/**
 * Applies a filter to events away from the page, so that an expression that takes for ever holds up nobody: the
 * page ends this worker.
 */

import { compileFilter } from './compile-filter.ts';
import type { MatchAnswer, MatchRequest } from './matcher.ts';

/** The part of a worker's global that is used; the room's types are those of a page. */
interface WorkerScope {
  postMessage(answer: MatchAnswer): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<MatchRequest>) => void): void;
}

declare const self: WorkerScope;

self.addEventListener('message', ({ data: { id, filter, events } }) => {
  const compiled = compileFilter(filter);
  const hits: number[] = [];
  if (compiled.ok) {
    events.forEach((event, at) => {
      if (compiled.test(event)) hits.push(at);
    });
  }
  self.postMessage({ id, hits });
});
