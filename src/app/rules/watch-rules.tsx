/** The bell in the bar, what is behind it, and this window's part in watching. */
import { useEffect, useRef, useState } from 'react';
import { createPortal } from 'react-dom';
import { useAction } from '../actions/use-action.ts';
import { BellIcon } from '../design/icons.tsx';
import { useDesk } from '../desk/desk-context.ts';
import { eventPath } from '../launch/read-launch.ts';
import { useReadChannel } from '../recording/use-recordings.ts';
import { useConnection, useServices, useStore } from '../services.ts';
import { BELL_PLACE } from '../shell/bell-place.ts';
import { useAttendantsText } from '../text/use-attendants-text.ts';
import { useText } from '../text/use-text.ts';
import { RulesDialog } from './rules-dialog.tsx';
import { createWatch, type Watch } from './watch.ts';
import { ruleKey, type Watched } from './watched.ts';

/** Longer events are cut in a notification. UTF-16 units. */
const MAX_NOTICE_CHARS = 180;

export function WatchRules() {
  const watch = useWatch();
  const [place] = useState(() => document.getElementById(BELL_PLACE));
  if (watch === null || place === null) return null;
  return createPortal(<Bell watch={watch} />, place);
}

function Bell({ watch }: { watch: Watch }) {
  const text = useText();
  const words = useAttendantsText().rules;
  const { preferences } = useDesk();
  const { rules } = useStore(preferences);
  const watched = useStore<Watched>(watch.watched);
  const waiting = rules.reduce((sum, { id }) => sum + (watched[ruleKey(id)]?.count ?? 0), 0);
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  useAction('watchRules', () => setOpen(true));
  return (
    <>
      <button
        type="button"
        ref={button}
        className="icon-button bell"
        aria-label={words.open(waiting)}
        title={words.title}
        aria-haspopup="dialog"
        onClick={() => setOpen(true)}
      >
        <BellIcon />
        {waiting > 0 && (
          <span className="bell-count" aria-hidden="true">
            {text.channels.shortUnread(waiting)}
          </span>
        )}
      </button>
      {open && (
        <RulesDialog
          watch={watch}
          onClose={() => {
            setOpen(false);
            // Something else may have taken the focus already; else the browser gave it back, where that was possible.
            if (document.activeElement === document.body) button.current?.focus();
          }}
        />
      )}
    </>
  );
}

/** This window's part in watching, for as long as there is a connection. */
function useWatch(): Watch | null {
  const words = useAttendantsText().rules;
  const latest = useRef(words);
  latest.current = words;
  const { user, preferences, window: desk } = useDesk();
  const { pwa } = useServices();
  const connection = useConnection();
  const read = useReadChannel();
  const [watch, setWatch] = useState<Watch | null>(null);

  useEffect(() => {
    if (connection === null) return;
    const made = createWatch({
      sub: user.sub,
      connection,
      preferences,
      window: desk,
      showBadge: pwa.showBadge,
      notify(rule, newest, count) {
        const body = newest.event.slice(0, MAX_NOTICE_CHARS);
        void pwa.notifications.show({
          title: latest.current.notice(rule.name, rule.channel),
          body: count === 1 ? body : latest.current.more(count, body),
          path: eventPath(rule.channel, newest),
          tag: `rule ${rule.id}`,
        });
      },
    });
    setWatch(made);
    return () => {
      made.close();
      setWatch(null);
    };
  }, [user.sub, connection, preferences, desk, pwa]);

  useEffect(() => {
    if (watch === null) return;
    const say = () => watch.look(document.visibilityState === 'visible' && document.hasFocus() ? read : null);
    say();
    addEventListener('focus', say);
    addEventListener('blur', say);
    document.addEventListener('visibilitychange', say);
    return () => {
      removeEventListener('focus', say);
      removeEventListener('blur', say);
      document.removeEventListener('visibilitychange', say);
    };
  }, [watch, read]);

  return watch;
}
