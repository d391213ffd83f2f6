/** The gaps that a feed shows, as a store of their own. */
import type { Feed, Gap } from '../../connection/api.ts';
import type { Store } from '../../shared/store.ts';

export function gapsOf(feed: Feed): Store<readonly Gap[]> {
  let last: readonly Gap[] = [];
  return {
    get() {
      const gaps = feed.get().rows.flatMap((row) => (row.kind === 'gap' ? [row.gap] : []));
      const same =
        gaps.length === last.length &&
        gaps.every((gap, at) => gap.from === last[at]?.from && gap.to === last[at]?.to);
      if (!same) last = gaps;
      return last;
    },
    subscribe(listener) {
      let seen = this.get();
      return feed.subscribe(() => {
        const now = this.get();
        if (now === seen) return;
        seen = now;
        listener();
      });
    },
  };
}
