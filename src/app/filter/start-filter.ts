/** Starts a filter with its worker. Loaded with the first filter. */
import type { Feed } from '../../connection/api.ts';
import { createSystemClock } from '../../shared/clock.ts';
import type { FilterInput } from '../desk/filter-input.ts';
import type { Reader } from '../feed/reader.ts';
import { trustedScriptUrl } from '../trusted-types.ts';
import { createFilterReader } from './filter-reader.ts';
import matchWorkerUrl from './match-worker.ts?worker&url';
import { createMatcher } from './matcher.ts';

export function startFilter(feed: Feed, filter: FilterInput): Reader {
  const makeWorker = () => new Worker(trustedScriptUrl(matchWorkerUrl), { type: 'module' });
  const matcher = createMatcher({ filter, makeWorker, clock: createSystemClock() });
  return createFilterReader({ feed, matcher, now: Date.now });
}
