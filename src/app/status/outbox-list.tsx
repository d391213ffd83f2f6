/** Every publish that is not over yet, with what can be done about it. */

import { OutboxActions } from '../composer/outbox-actions.tsx';
import { useOutbox } from '../composer/publish-strip.tsx';
import { useText } from '../text/use-text.ts';

export function OutboxList() {
  const text = useText();
  const rows = useOutbox();
  return (
    <section className="panel-section">
      <h3>{text.panel.outbox}</h3>
      {rows.length === 0 && <p className="hint">{text.panel.outboxEmpty}</p>}
      <ul className="states">
        {rows.map((row) => (
          <li key={row.id}>
            <span className="states-line">
              <span className="row-state" data-state={row.state}>
                {text.composer.row[row.state]}
              </span>
              <span className="states-name">{row.channel}</span>
              <time className="hint">{text.format.time(row.createdAt)}</time>
            </span>
            <ol className="outbox-events">
              {row.events.map((event, at) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: events of a row have no name but their place.
                <li key={at} className="outbox-event">
                  {event.slice(0, 300)}
                </li>
              ))}
            </ol>
            {row.reason !== null && <p className="hint states-reason">{text.said(row.reason)}</p>}
            {row.maybeTwice && <p className="hint states-reason">{text.composer.maybeTwice}</p>}
            {row.attempts > 1 && <p className="hint">{text.composer.attempts(row.attempts)}</p>}
            {row.state !== 'delivered' && row.state !== 'sending' && <OutboxActions row={row} />}
          </li>
        ))}
      </ul>
    </section>
  );
}
