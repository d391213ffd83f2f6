/** A time in which nobody was listening, where it belongs among the events. */
import type { Gap } from '../../connection/api.ts';
import { useText } from '../text/use-text.ts';

export function GapRow({ gap }: { gap: Gap }) {
  const text = useText();
  const now = Date.now();
  const [from, to] = text.format.span(gap.from, gap.to ?? now, now);
  const cause = text.feed.causes[gap.cause];
  return (
    <div className="gap">
      <span className="gap-text">{sentence()}</span>
    </div>
  );

  function sentence(): string {
    if (gap.to === null) return text.feed.gapOpen(from, cause);
    const ms = gap.to - gap.from;
    // Both ends would read the same: how long it was says more.
    if (ms < 1_000) return text.feed.gapBrief(from, Math.max(0.1, ms / 1_000).toFixed(1), cause);
    return text.feed.gap(from, to, cause);
  }
}
