/**
 * Tells screen readers that events arrived, at most every few seconds: the log itself is quiet, since reading
 * out each event of a busy channel would make the page unusable.
 */
import { useEffect, useRef } from 'react';
import { useDesk } from '../desk/desk-context.ts';
import { text } from '../text.ts';

const ANNOUNCE_EVERY_MS = 5_000;

export function FeedAnnouncer({ channel, received }: { channel: string; received: number }) {
  const { announce } = useDesk();
  const latest = useRef(received);
  const told = useRef(received);
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  latest.current = received;

  useEffect(() => {
    // A feed that was opened anew starts to count from nothing.
    if (received < told.current) told.current = received;
    if (received === told.current || timer.current !== null) return;
    timer.current = setTimeout(() => {
      timer.current = null;
      announce(text.feed.announce(latest.current - told.current, channel));
      told.current = latest.current;
    }, ANNOUNCE_EVERY_MS);
  }, [received, channel, announce]);

  useEffect(
    () => () => {
      if (timer.current !== null) clearTimeout(timer.current);
      timer.current = null;
    },
    [],
  );
  return null;
}
