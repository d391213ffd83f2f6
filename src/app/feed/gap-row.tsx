/** A time in which nobody was listening, where it belongs among the events. */
import type { Gap } from '../../connection/api.ts';
import { formatSpan } from '../format.ts';
import { text } from '../text.ts';

export function GapRow({ gap }: { gap: Gap }) {
  const now = Date.now();
  const [from, to] = formatSpan(gap.from, gap.to ?? now, now);
  const cause = text.feed.causes[gap.cause];
  return (
    <div className="gap">
      <span className="gap-text">
        {gap.to === null ? text.feed.gapOpen(from, cause) : text.feed.gap(from, to, cause)}
      </span>
    </div>
  );
}
