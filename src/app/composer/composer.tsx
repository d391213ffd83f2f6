/**
 * Where an event is written. The text is the person's: it is kept with every keystroke, and leaves the field only
 * when the outbox holds it durably.
 */
import { type FormEvent, type KeyboardEvent, useDeferredValue, useMemo, useRef, useState } from 'react';
import { isWildcard } from '../../shared/channel.ts';
import { utf8Bytes } from '../../shared/publish-rules.ts';
import { useDesk, useWindow } from '../desk/desk-context.ts';
import { withText } from '../desk/window-state.ts';
import { useConnection } from '../services.ts';
import type { Catalogue } from '../text/catalogue.ts';
import { useText } from '../text/use-text.ts';
import { PublishStrip } from './publish-strip.tsx';
import { jsonProblem, type PublishOutcome, publishText } from './publish-text.ts';

interface ComposerProps {
  channel: string;
  onShowOutbox(): void;
}

export function Composer({ channel, onShowOutbox }: ComposerProps) {
  const text = useText();
  const { window: desk, announce } = useDesk();
  const connection = useConnection();
  const wildcard = isWildcard(channel);
  const draft = useWindow((state) => state.drafts[channel]) ?? '';
  const chosenTarget = useWindow((state) => state.targets[channel]);
  const target = wildcard ? (chosenTarget ?? channel.slice(0, -1)) : channel;
  const [failure, setFailure] = useState<Exclude<PublishOutcome, { ok: true }> | null>(null);
  const [lastSent, setLastSent] = useState<string | null>(null);
  const event = useRef<HTMLTextAreaElement>(null);
  const targetField = useRef<HTMLInputElement>(null);
  const busy = useRef(false);

  const setDraft = (value: string) => {
    setFailure(null);
    desk.update((now) => ({ ...now, drafts: withText(now.drafts, channel, value) }));
  };

  const publish = async () => {
    if (busy.current) return;
    busy.current = true;
    const outcome = await publishText(text, connection, target, draft);
    busy.current = false;
    if (outcome.ok) {
      setFailure(null);
      setLastSent(draft);
      // Typed on while it was stored: then the text is no longer what was published, and stays.
      const clear = (now: string | undefined) => (now === draft ? '' : (now ?? ''));
      desk.update((now) => ({ ...now, drafts: withText(now.drafts, channel, clear(now.drafts[channel])) }));
    } else {
      setFailure(outcome);
      announce(outcome.message);
      (outcome.field === 'target' ? targetField : event).current?.focus();
    }
  };

  const onSubmit = (submit: FormEvent) => {
    submit.preventDefault();
    void publish();
  };

  const onKeyDown = (key: KeyboardEvent) => {
    if (key.key !== 'Enter' || !(key.ctrlKey || key.metaKey)) return;
    key.preventDefault();
    void publish();
  };

  const eventFailed = failure?.field === 'event';
  const targetFailed = failure?.field === 'target';
  return (
    <form id="composer" className="composer" aria-label={text.composer.title} onSubmit={onSubmit} noValidate>
      {wildcard && (
        <div className="composer-target">
          <label htmlFor="composer-target">{text.composer.target}</label>
          <input
            id="composer-target"
            ref={targetField}
            className="input"
            type="text"
            value={target}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            aria-invalid={targetFailed}
            aria-describedby={targetFailed ? 'composer-target-error' : undefined}
            onKeyDown={onKeyDown}
            onChange={(change) => {
              const value = change.currentTarget.value;
              setFailure(null);
              desk.update((now) => ({ ...now, targets: { ...now.targets, [channel]: value } }));
            }}
          />
          {targetFailed && (
            <p className="field-error" id="composer-target-error">
              {failure.message}
            </p>
          )}
        </div>
      )}
      <div className="composer-main">
        <textarea
          ref={event}
          id="composer-event"
          className="input composer-event"
          aria-label={text.composer.label}
          placeholder={text.composer.placeholder}
          value={draft}
          rows={3}
          spellCheck={false}
          autoCapitalize="none"
          autoComplete="off"
          aria-invalid={eventFailed}
          aria-describedby="composer-note"
          onKeyDown={onKeyDown}
          onChange={(change) => setDraft(change.currentTarget.value)}
        />
        <div className="composer-actions">
          <button type="submit" className="button button-primary">
            {text.composer.publish}
          </button>
          <button
            type="button"
            className="button button-quiet"
            title={text.composer.lastHint}
            disabled={lastSent === null || draft !== ''}
            onClick={() => {
              setDraft(lastSent ?? '');
              event.current?.focus();
            }}
          >
            {text.composer.last}
          </button>
        </div>
      </div>
      <div className="composer-foot">
        <ComposerNote source={draft} failure={eventFailed ? failure.message : null} />
        <PublishStrip channel={channel} onShowAll={onShowOutbox} />
      </div>
    </form>
  );
}

function ComposerNote({ source, failure }: { source: string; failure: string | null }) {
  const text = useText();
  // Checking 240 KB on each keystroke may wait until the keystroke is on the screen.
  const checked = useDeferredValue(source);
  const note = useMemo(() => noteFor(text, checked), [text, checked]);
  const shown = failure === null ? note : { tone: 'error', words: failure };
  return (
    <p className="composer-note" id="composer-note" data-tone={shown.tone}>
      {shown.words}
    </p>
  );
}

function noteFor(text: Catalogue, source: string): { tone: 'plain' | 'good' | 'error'; words: string } {
  if (source.trim() === '') return { tone: 'plain', words: text.composer.hint };
  const problem = jsonProblem(text, source);
  if (problem !== null) return { tone: 'error', words: problem };
  const ready = text.composer.ready(text.format.bytes(utf8Bytes(source)));
  return {
    tone: 'good',
    words: source.trimStart().startsWith('[') ? `${ready}. ${text.composer.array}` : ready,
  };
}
