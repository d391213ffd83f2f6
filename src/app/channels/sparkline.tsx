/** How much arrived in the last minute, as a line as small as a word. */
import { memo } from 'react';
import { RATE_SLOT_MS } from '../desk/desk-feeds.ts';
import { useText } from '../text/use-text.ts';

const WIDTH = 48;
const HEIGHT = 16;
/** The newest slots that make "now", so that the number does not flicker. */
const NOW_SLOTS = 3;

export const Sparkline = memo(function Sparkline({ slots }: { slots: readonly number[] }) {
  const text = useText();
  const most = Math.max(1, ...slots);
  const points = slots
    .map((count, at) => {
      const x = (at / Math.max(1, slots.length - 1)) * WIDTH;
      const y = HEIGHT - 1 - (count / most) * (HEIGHT - 2);
      return `${x.toFixed(1)},${y.toFixed(1)}`;
    })
    .join(' ');
  const now = slots.slice(-NOW_SLOTS);
  const perSecond = now.reduce((sum, count) => sum + count, 0) / ((now.length * RATE_SLOT_MS) / 1000);
  const rate = text.channels.rate(
    perSecond < 10 ? perSecond.toFixed(1) : text.format.number(Math.round(perSecond)),
  );
  return (
    <svg
      className="sparkline"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={rate}
    >
      <title>{rate}</title>
      <polyline points={points} />
    </svg>
  );
});
