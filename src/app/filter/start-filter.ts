/** Starts a filter with its worker. Loaded with the first filter. */
import type { EventRecord, Feed, Gap } from '../../connection/api.ts';
import { createSystemClock } from '../../shared/clock.ts';
import type { Store } from '../../shared/store.ts';
import type { FilterInput } from '../desk/filter-input.ts';
import type { Reader } from '../feed/reader.ts';
import type { Catalogue } from '../text/catalogue.ts';
import { trustedScriptUrl } from '../trusted-types.ts';
import { createFilterReader } from './filter-reader.ts';
import matchWorkerUrl from './match-worker.ts?worker&url';
import { createMatcher, type Matcher } from './matcher.ts';

function startMatcher(filter: FilterInput): Matcher {
  const makeWorker = () => new Worker(trustedScriptUrl(matchWorkerUrl), { type: 'module' });
  return createMatcher({ filter, makeWorker, clock: createSystemClock() });
}

export function startFilter(feed: Feed, gaps: Store<readonly Gap[]>, filter: FilterInput): Reader {
  return createFilterReader({ feed, gaps, matcher: startMatcher(filter), now: Date.now });
}

/**
 * Of each page the events that the filter lets through.
 * @throws Error with a sentence when the filter takes too long or cannot run.
 */
export async function* filterPages(
  pages: AsyncIterable<readonly EventRecord[]>,
  filter: FilterInput,
  text: Catalogue,
): AsyncGenerator<readonly EventRecord[]> {
  const matcher = startMatcher(filter);
  try {
    for await (const page of pages) {
      const result = await matcher.match(page.map(({ event }) => event));
      if (!result.ok) {
        throw new Error(result.problem === 'too-slow' ? text.filter.tooSlow : text.detail.loadFailed);
      }
      yield result.hits.flatMap((at) => page[at] ?? []);
    }
  } finally {
    matcher.close();
  }
}
