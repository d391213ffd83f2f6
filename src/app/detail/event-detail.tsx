/** All of one event: pretty or as it came, searched, copied, compared. */
import { useEffect, useRef, useState } from 'react';
import type { EventRecord, Feed } from '../../connection/api.ts';
import { isWildcard } from '../../shared/channel.ts';
import { utf8Bytes } from '../../shared/publish-rules.ts';
import { useAction } from '../actions/use-action.ts';
import { useDesk, useWindow } from '../desk/desk-context.ts';
import { isJson } from '../feed/json-tokens.ts';
import { Fact } from '../status/fact.tsx';
import { useText } from '../text/use-text.ts';
import { CopyButton } from './copy-button.tsx';
import { EventCompare } from './event-compare.tsx';
import { EventText } from './event-text.tsx';

export function EventDetail({ record, feed }: { record: EventRecord; feed: Feed | null }) {
  const text = useText();
  const { window: desk } = useDesk();
  const raw = useWindow((state) => state.raw);
  const [comparing, setComparing] = useState(false);
  const valid = isJson(record.event);
  const setRaw = (now: boolean) => desk.update((state) => ({ ...state, raw: now }));
  useAction('rawEvent', () => setRaw(!raw));
  useAction('compareEvent', () => setComparing(!comparing));
  const body = useRef<HTMLDivElement>(null);
  // Narrow windows show the details in place of the list: whoever opened them goes on there.
  useEffect(() => {
    const pane = body.current?.closest('.detail');
    if (pane instanceof HTMLElement && getComputedStyle(pane).position === 'absolute') {
      pane.querySelector<HTMLElement>('h2')?.focus();
    }
  }, []);

  return (
    <div className="detail-body" ref={body}>
      <dl className="facts detail-facts">
        <Fact name={text.detail.arrived}>
          {text.format.dateTime(record.receivedAt)}
          {text.format.timeMs(record.receivedAt).slice(-4)}
        </Fact>
        <Fact name={text.detail.channel}>
          {isWildcard(record.channel) ? text.detail.subscribed(record.channel) : record.channel}
        </Fact>
        <Fact name={text.detail.size}>{text.format.bytes(utf8Bytes(record.event))}</Fact>
      </dl>
      <div className="detail-tools">
        <fieldset className="segments">
          <legend className="visually-hidden">{text.detail.form}</legend>
          {[false, true].map((form) => (
            <label key={String(form)}>
              <input type="radio" name="detail-form" checked={raw === form} onChange={() => setRaw(form)} />
              <span>{form ? text.detail.raw : text.detail.pretty}</span>
            </label>
          ))}
        </fieldset>
        <CopyButton key={record.event} source={record.event} />
        <button
          type="button"
          className="button button-small"
          aria-pressed={comparing}
          onClick={() => setComparing(!comparing)}
        >
          {text.detail.compare}
        </button>
      </div>
      {!valid && <p className="hint">{text.detail.notJson}</p>}
      {comparing ? (
        <EventCompare record={record} feed={feed} />
      ) : (
        <EventText source={record.event} pretty={valid && !raw} />
      )}
    </div>
  );
}
