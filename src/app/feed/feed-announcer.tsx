/**
 * Tells screen readers that events arrived, at most every few seconds: the log itself is quiet, since reading
 * out each event of a busy channel would make the page unusable.
 */
import { useEffect, useRef } from 'react';
import type { Feed } from '../../connection/api.ts';
import { useDesk } from '../desk/desk-context.ts';
import { useText } from '../text/use-text.ts';

const ANNOUNCE_EVERY_MS = 5_000;

export function FeedAnnouncer({ channel, feed }: { channel: string; feed: Feed | null }) {
  const { announce } = useDesk();
  const text = useText();
  const words = useRef(text);
  words.current = text;

  useEffect(() => {
    if (feed === null) return;
    let told = feed.get().received;
    let timer: ReturnType<typeof setTimeout> | null = null;
    const tell = () => {
      timer = null;
      const { received } = feed.get();
      announce(words.current.feed.announce(received - told, channel));
      told = received;
    };
    const stop = feed.subscribe(() => {
      if (feed.get().received > told) timer ??= setTimeout(tell, ANNOUNCE_EVERY_MS);
    });
    return () => {
      stop();
      if (timer !== null) clearTimeout(timer);
    };
  }, [feed, channel, announce]);
  return null;
}
