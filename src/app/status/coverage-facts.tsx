/** When the channel looked at was listened to on this device, and when not. */
import { useMemo } from 'react';
import type { Connection, Coverage, Gap } from '../../connection/api.ts';
import { useChannel } from '../desk/desk-context.ts';
import { useConnection, useStore } from '../services.ts';
import type { Catalogue } from '../text/catalogue.ts';
import type { PanelText } from '../text/panel-en.ts';
import { usePanelText } from '../text/use-panel-text.ts';
import { useText } from '../text/use-text.ts';
import { Fact } from './fact.tsx';

/** Newest gaps that are listed; the feed shows each in its place. */
const SHOWN_GAPS = 5;

export function CoverageFacts() {
  const connection = useConnection();
  const channel = useChannel();
  if (connection === null || channel === null) return null;
  return <ChannelCoverage key={channel} connection={connection} channel={channel} />;
}

function ChannelCoverage({ connection, channel }: { connection: Connection; channel: string }) {
  const text = useText();
  const panel = usePanelText();
  const store = useMemo(() => connection.coverage(channel), [connection, channel]);
  const { loading, live, intervals, gaps } = useStore<Coverage>(store);
  const first = intervals[0];
  const last = intervals.at(-1);
  const older = gaps.length - SHOWN_GAPS;
  return (
    <section className="panel-section">
      <h3>{panel.coverage(channel)}</h3>
      {first === undefined || last === undefined ? (
        <p className="hint">{loading ? panel.coverageReading : panel.coverageNone}</p>
      ) : (
        <dl className="facts">
          <Fact name={panel.coverageSince}>
            {live ? text.format.dateTime(last.from) : panel.coverageNotNow}
          </Fact>
          <Fact name={panel.coverageFirst}>{text.format.dateTime(first.from)}</Fact>
          <Fact name={panel.gaps}>{gaps.length === 0 ? panel.noGaps : text.format.number(gaps.length)}</Fact>
        </dl>
      )}
      {gaps.length > 0 && (
        <ul className="limits">
          {gaps
            .slice(-SHOWN_GAPS)
            .toReversed()
            .map((gap) => (
              <li key={gap.from}>{gapText(text, panel, gap)}</li>
            ))}
          {older > 0 && <li>{panel.moreGaps(older)}</li>}
        </ul>
      )}
    </section>
  );
}

function gapText(text: Catalogue, panel: PanelText, { from, to, cause }: Gap): string {
  const why = text.feed.causes[cause];
  if (to === null) return panel.gapOpen(text.format.dateTime(from), why);
  return panel.gap(...text.format.span(from, to, Date.now()), why);
}
