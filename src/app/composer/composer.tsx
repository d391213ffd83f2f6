/**
 * Where an event is written. The text is the person's: it is kept with every keystroke, and leaves the field only
 * when the outbox holds it durably.
 */
import { type FormEvent, type KeyboardEvent, useMemo, useRef, useState } from 'react';
import { isWildcard } from '../../shared/channel.ts';
import { useDesk, useWindow } from '../desk/desk-context.ts';
import { deviceStorage } from '../desk/storage.ts';
import { withText } from '../desk/window-state.ts';
import { useConnection } from '../services.ts';
import { useText } from '../text/use-text.ts';
import { useLoaded } from '../use-loaded.ts';
import { PublishStrip } from './publish-strip.tsx';
import type { PublishedRow, PublishOutcome } from './publish-text.ts';

const loadParts = () => import('./parts.ts');

interface ComposerProps {
  channel: string;
  onShowOutbox(): void;
}

export function Composer({ channel, onShowOutbox }: ComposerProps) {
  const text = useText();
  const { window: desk, user, announce } = useDesk();
  const connection = useConnection();
  const wildcard = isWildcard(channel);
  const draft = useWindow((state) => state.drafts[channel]) ?? '';
  const chosenTarget = useWindow((state) => state.targets[channel]);
  const target = wildcard ? (chosenTarget ?? channel.slice(0, -1)) : channel;
  const [failure, setFailure] = useState<Exclude<PublishOutcome, { ok: true }> | null>(null);
  const [lastHere, setLastHere] = useState<string | null>(null);
  const [batch, setBatch] = useState<readonly PublishedRow[] | null>(null);
  const [dialog, setDialog] = useState<'templates' | 'history' | null>(null);
  const event = useRef<HTMLTextAreaElement>(null);
  const targetField = useRef<HTMLInputElement>(null);
  const busy = useRef(false);

  const setDraft = (value: string) => {
    setFailure(null);
    desk.update((now) => ({ ...now, drafts: withText(now.drafts, channel, value) }));
  };

  const parts = useLoaded(loadParts, () => announce(text.detail.loadFailed));
  const kept = useMemo(
    () => parts?.createKept(deviceStorage('localStorage'), user.sub) ?? null,
    [parts, user.sub],
  );
  const lastSent = useMemo(
    () => lastHere ?? kept?.sent().find((sent) => sent.channel === target)?.source ?? null,
    [lastHere, kept, target],
  );

  const tryPublish = async (each: boolean): Promise<PublishOutcome> => {
    const loaded = await loadParts().catch(() => null);
    if (loaded === null) return { ok: false, field: 'event', message: text.detail.loadFailed };
    return loaded.publishDraft(
      {
        text: loaded.composerTextFor(text),
        said: text.said,
        format: text.format,
        connection,
        kept: loaded.createKept(deviceStorage('localStorage'), user.sub),
        now: Date.now,
        newId: () => crypto.randomUUID(),
        random: Math.random,
      },
      { target, source: draft, each },
    );
  };

  const publish = async (each = false) => {
    if (busy.current) return;
    busy.current = true;
    const outcome = await tryPublish(each);
    busy.current = false;
    if (outcome.ok) {
      setFailure(null);
      setLastHere(draft);
      setBatch(each ? outcome.rows : null);
      // Typed on while it was stored: then the text is no longer what was published, and stays.
      const clear = (now: string | undefined) => (now === draft ? '' : (now ?? ''));
      desk.update((now) => ({ ...now, drafts: withText(now.drafts, channel, clear(now.drafts[channel])) }));
      if (each) event.current?.focus();
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

  // The Tab key moves on, as everywhere: lines are indented by Enter and by Format.
  const onEventKeyDown = (key: KeyboardEvent<HTMLTextAreaElement>) => {
    onKeyDown(key);
    const plain = key.key === 'Enter' && !key.shiftKey && !key.altKey && !key.nativeEvent.isComposing;
    if (plain && !key.defaultPrevented && parts?.breakLine(key.currentTarget)) key.preventDefault();
  };

  const eventFailed = failure?.field === 'event';
  const targetFailed = failure?.field === 'target';
  return (
    <>
      <form
        id="composer"
        className="composer"
        aria-label={text.composer.title}
        onSubmit={onSubmit}
        noValidate
      >
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
            onKeyDown={onEventKeyDown}
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
          {parts === null || kept === null ? (
            <p className="composer-note" id="composer-note">
              {eventFailed ? failure.message : text.composer.hint}
            </p>
          ) : (
            <parts.ComposerTools
              field={event}
              source={draft}
              target={target}
              kept={kept}
              failure={eventFailed ? failure.message : null}
              batch={batch}
              onChange={setDraft}
              onPublishEach={() => void publish(true)}
              onBatchSeen={() => setBatch(null)}
              onOpen={setDialog}
            />
          )}
          <PublishStrip channel={channel} onShowAll={onShowOutbox} />
        </div>
      </form>
      {parts !== null && kept !== null && (
        <parts.ComposerDialogs
          open={dialog}
          field={event}
          source={draft}
          kept={kept}
          onChange={setDraft}
          onClose={() => setDialog(null)}
        />
      )}
    </>
  );
}
