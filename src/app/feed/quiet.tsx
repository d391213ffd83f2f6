/** What stands in the place of rows while there are none. */
import { useText } from '../text/use-text.ts';

interface QuietProps {
  loading: boolean;
  /** Whether the channel is confirmed by the service. */
  live: boolean;
  filtered: boolean;
}

export function Quiet({ loading, live, filtered }: QuietProps) {
  const text = useText();
  if (loading) return <p className="feed-quiet appear-late">{text.feed.loading}</p>;
  if (filtered) return <p className="feed-quiet">{text.filter.none}</p>;
  return (
    <div className="feed-quiet">
      <h2>{text.feed.quietTitle}</h2>
      <p>{live ? text.feed.quiet : text.feed.quietWaiting}</p>
    </div>
  );
}
