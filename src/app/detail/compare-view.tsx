/** Two events, line by line: what went, what came, and how much between is the same. */
import { useMemo } from 'react';
import type { EventRecord } from '../../connection/api.ts';
import { isJson, prettyJson } from '../feed/json-tokens.ts';
import { useText } from '../text/use-text.ts';
import { diffLines, foldEqual } from './diff-lines.ts';

const pretty = ({ event }: EventRecord) => (isJson(event) ? prettyJson(event) : event);

export function CompareView({ before, after }: { before: EventRecord; after: EventRecord }) {
  const text = useText();
  const lines = useMemo(() => diffLines(pretty(before), pretty(after)), [before, after]);
  if (lines === null) return <p className="hint">{text.detail.compareTooLarge}</p>;
  if (lines.every(({ kind }) => kind === 'same')) return <p className="hint">{text.detail.compareSame}</p>;
  return (
    <>
      <p className="hint">
        {text.detail.compareLegend(
          text.format.timeMs(before.receivedAt),
          text.format.timeMs(after.receivedAt),
        )}
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: text that scrolls must be reachable with the keys. */}
      <section className="event-pretty" tabIndex={0} aria-label={text.detail.compareTitle}>
        <pre className="diff">
          {foldEqual(lines).map((part, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one comparison never change places.
            <span key={at} className={`diff-${part.kind}`}>
              {part.kind === 'fold' && `⋯ ${text.detail.unchanged(part.count)}\n`}
              {part.kind === 'same' && `  ${part.line}\n`}
              {part.kind === 'gone' && (
                <del>
                  <span className="visually-hidden">{text.detail.removed}: </span>− {part.line}
                  {'\n'}
                </del>
              )}
              {part.kind === 'new' && (
                <ins>
                  <span className="visually-hidden">{text.detail.added}: </span>+ {part.line}
                  {'\n'}
                </ins>
              )}
            </span>
          ))}
        </pre>
      </section>
    </>
  );
}
