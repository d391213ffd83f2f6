/** The page's monotonic clock as a ticking value, for countdowns. Only for what is rendered in the browser. */
import { useEffect, useState } from 'react';

const TICK_MS = 1_000;

/** Milliseconds on `performance.now()`, a new value each second while `ticking`. */
export function useNow(ticking = true): number {
  const [now, setNow] = useState(() => performance.now());
  useEffect(() => {
    if (!ticking) return;
    setNow(performance.now());
    const timer = setInterval(() => setNow(performance.now()), TICK_MS);
    return () => clearInterval(timer);
  }, [ticking]);
  return now;
}
