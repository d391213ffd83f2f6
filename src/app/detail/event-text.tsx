/** The text of an event, with a search in it. */
import { useDeferredValue, useMemo, useRef, useState } from 'react';
import { utf8Bytes } from '../../shared/publish-rules.ts';
import { useAction } from '../actions/use-action.ts';
import { MoreIcon, UpIcon } from '../design/icons.tsx';
import { JsonText } from '../feed/json-text.tsx';
import { prettyJson } from '../feed/json-tokens.ts';
import { useText } from '../text/use-text.ts';
import { useMatches } from './use-matches.ts';

/** No more is drawn: the largest event is 240 KB, and nobody reads that on a screen. UTF-16 units. */
const MAX_CHARS = 60_000;
const MAX_PIECES = 1_500;

export function EventText({ source, pretty }: { source: string; pretty: boolean }) {
  const text = useText();
  const [query, setQuery] = useState('');
  const code = useRef<HTMLElement>(null);
  const field = useRef<HTMLInputElement>(null);
  useAction('searchEvent', () => field.current?.select());

  const clipped = source.length > MAX_CHARS;
  const shown = useMemo(() => {
    const part = clipped ? source.slice(0, MAX_CHARS) : source;
    return pretty ? prettyJson(part) : part;
  }, [source, clipped, pretty]);
  const searched = useDeferredValue(query);
  const { at, count, go } = useMatches(code, shown, searched);

  return (
    <>
      <div className="detail-search">
        <input
          ref={field}
          className="input"
          type="search"
          aria-label={text.detail.search}
          placeholder={text.detail.search}
          value={query}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          onChange={(event) => setQuery(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter') go(event.shiftKey ? -1 : 1);
            else if (event.key === 'Escape' && query !== '') setQuery('');
            else return;
            event.preventDefault();
          }}
        />
        <span className="hint detail-matches" aria-live="polite">
          {query === '' ? '' : text.detail.matches(at + 1, count)}
        </span>
        <button
          type="button"
          className="icon-button"
          aria-label={text.detail.previousMatch}
          disabled={count === 0}
          onClick={() => go(-1)}
        >
          <UpIcon />
        </button>
        <button
          type="button"
          className="icon-button"
          aria-label={text.detail.nextMatch}
          disabled={count === 0}
          onClick={() => go(1)}
        >
          <MoreIcon />
        </button>
      </div>
      {clipped && <p className="hint">{text.detail.clipped(text.format.bytes(utf8Bytes(source)))}</p>}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: text that scrolls must be reachable with the keys. */}
      <section className="event-pretty" tabIndex={0} aria-label={text.composer.label}>
        <pre>
          <code ref={code}>
            <JsonText source={shown} pieces={MAX_PIECES} />
          </code>
        </pre>
      </section>
    </>
  );
}
