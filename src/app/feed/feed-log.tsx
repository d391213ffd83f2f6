/** Where the rows of a feed stand. The list is loaded after the first HTML: there are no rows before the connection. */
import { useDesk } from '../desk/desk-context.ts';
import { useText } from '../text/use-text.ts';
import { useLoaded } from '../use-loaded.ts';
import type { FeedRowsProps } from './feed-rows.tsx';
import { Quiet } from './quiet.tsx';

/** Once loaded, the next channel's rows are there with its first frame. */
let loaded: typeof import('./feed-rows.tsx') | null = null;

const loadRows = async () => {
  loaded = await import('./feed-rows.tsx');
  return loaded;
};

export function FeedLog(props: FeedRowsProps) {
  const text = useText();
  const { announce } = useDesk();
  const { onProblem } = props;
  const list = useLoaded(loadRows, () => {
    announce(text.detail.loadFailed);
    onProblem(text.detail.loadFailed);
  });
  const { FeedRows } = list ?? loaded ?? {};
  if (FeedRows !== undefined) {
    // A reader that has just come finds its place anew.
    return <FeedRows key={props.reader === null ? 'none' : 'some'} {...props} />;
  }
  return (
    <>
      <div
        className="feed-scroller"
        role="log"
        aria-label={text.feed.label(props.channel)}
        aria-live="off"
        aria-busy="true"
      />
      <Quiet loading={true} live={props.live} filtered={props.filtered} />
    </>
  );
}
