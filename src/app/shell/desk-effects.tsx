/** Keeps the page in step with the desk: address, title, look, and which channels are listened to. */
import { useEffect } from 'react';
import { createStore, type Store } from '../../shared/store.ts';
import { useChannel, useChannels, useDesk, usePreferences } from '../desk/desk-context.ts';
import { applyDensity, applyLanguage, applyTheme } from '../desk/look.ts';
import { withOpen } from '../desk/window-state.ts';
import { useReadChannel } from '../recording/use-recordings.ts';
import { useServices, useStore } from '../services.ts';
import { useText } from '../text/use-text.ts';

const NO_UNREAD: Store<Readonly<Record<string, number>>> = createStore({});

export function DeskEffects() {
  const { window: desk, preferences, route, feeds, announce } = useDesk();
  const { language: languages } = useServices();
  const text = useText();
  const ready = useStore(desk.ready, false);
  const channel = useChannel();
  const read = useReadChannel();
  const channels = useChannels();
  const unread = useStore(feeds?.unread ?? NO_UNREAD);
  const waiting = Object.values(unread).reduce((sum, count) => sum + count, 0);
  const { theme, density, language } = usePreferences((preferences) => preferences);

  useEffect(() => {
    if (!ready) return;
    const { last, channels: open } = desk.get();
    const { channel: now, error } = route.get();
    if (now !== null || error !== null || last === null) return;
    if (open.some(({ name }) => name === last)) route.go(last, { replace: true });
  }, [desk, route, ready]);

  useEffect(() => {
    document.title = `${waiting > 0 ? `(${text.channels.shortUnread(waiting)}) ` : ''}${text.title(channel)}`;
  }, [text, channel, waiting]);

  useEffect(() => {
    if (channel === null || desk.get().last === channel) return;
    desk.update((state) => ({ ...withOpen(state, channel), last: channel }));
  }, [desk, channel]);

  useEffect(() => {
    if (theme !== null) applyTheme(theme);
  }, [theme]);

  useEffect(() => {
    if (density !== null) applyDensity(density);
  }, [density]);

  useEffect(() => {
    if (language === null) return;
    languages.choose(language).catch(() => {
      const spoken = languages.text.get();
      announce(spoken.account.languageFailed);
      preferences.update((now) => ({ ...now, language: spoken.language }));
    });
  }, [language, languages, preferences, announce]);

  useEffect(() => applyLanguage(text.language), [text.language]);

  useEffect(() => {
    if (!ready) return;
    feeds?.want(
      channels.map(({ name }) => name),
      read,
    );
  }, [feeds, channels, read, ready]);

  return null;
}
