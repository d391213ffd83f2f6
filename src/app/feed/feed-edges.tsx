/** What stands where the rows of a feed begin, and in their place while there are none. */
import { useState } from 'react';
import type { Feed } from '../../connection/api.ts';
import { text } from '../text.ts';

export function Quiet({ loading, live }: { loading: boolean; live: boolean }) {
  if (loading) return <p className="feed-quiet appear-late">{text.feed.loading}</p>;
  return (
    <div className="feed-quiet">
      <h2>{text.feed.quietTitle}</h2>
      <p>{live ? text.feed.quiet : text.feed.quietWaiting}</p>
    </div>
  );
}

interface OlderButtonProps {
  feed: Feed | null;
  onProblem(sentence: string | null): void;
}

export function OlderButton({ feed, onProblem }: OlderButtonProps) {
  const [busy, setBusy] = useState(false);
  const load = async () => {
    if (feed === null || busy) return;
    setBusy(true);
    try {
      await feed.loadOlder();
      onProblem(null);
    } catch (error) {
      onProblem(text.feed.olderFailed(error instanceof Error ? error.message : String(error)));
    } finally {
      setBusy(false);
    }
  };
  return (
    <button type="button" className="older" aria-busy={busy} onClick={() => void load()}>
      {busy ? text.feed.olderLoading : text.feed.older}
    </button>
  );
}
