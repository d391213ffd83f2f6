/** The actions that belong to the whole desk. */
import { useAction } from '../actions/use-action.ts';
import { useChannel, useChannels, useDesk, usePreferences } from '../desk/desk-context.ts';
import { withoutOpen, withPin } from '../desk/window-state.ts';
import { useConnection, useServices } from '../services.ts';
import { useText } from '../text/use-text.ts';

const NEXT_THEME = { system: 'light', light: 'dark', dark: 'system' } as const;

/** Closes a channel; its neighbour takes the place, so that closing several needs no aiming. */
export function useCloseChannel(): (name: string) => void {
  const { window: desk, route } = useDesk();
  const channels = useChannels();
  return (name) => {
    const at = channels.findIndex((channel) => channel.name === name);
    desk.update((state) => withoutOpen(state, name));
    if (name === route.get().channel) route.go((channels[at + 1] ?? channels[at - 1])?.name ?? null);
  };
}

export function DeskActions() {
  const text = useText();
  const { page } = useServices();
  const { window: desk, route, preferences } = useDesk();
  const connection = useConnection();
  const channel = useChannel();
  const channels = useChannels();
  const close = useCloseChannel();
  const theme = usePreferences((now) => now.theme) ?? page.theme;
  const density = usePreferences((now) => now.density) ?? page.density;
  const at = channels.findIndex(({ name }) => name === channel);

  const go = (to: number) => {
    const next = channels.at(to % channels.length);
    if (next !== undefined) route.go(next.name);
  };
  const focus = (selector: string) => document.querySelector<HTMLElement>(selector)?.focus();

  useAction('nextChannel', channels.length > 1 ? () => go(at + 1) : null);
  useAction('previousChannel', channels.length > 1 ? () => go(Math.max(at, 0) - 1) : null);
  useAction('closeChannel', channel === null ? null : () => close(channel));
  useAction(
    'pinChannel',
    channel === null
      ? null
      : () => desk.update((state) => withPin(state, channel, channels[at]?.pinned !== true)),
  );
  useAction('writeEvent', channel === null ? null : () => focus('#composer-event'));
  useAction('retryNow', connection === null ? null : () => connection.retryNow());
  useAction('themeNext', () => preferences.update((now) => ({ ...now, theme: NEXT_THEME[theme] })));
  useAction('densityNext', () =>
    preferences.update((now) => ({ ...now, density: density === 'compact' ? 'comfortable' : 'compact' })),
  );
  useAction('languageNext', () =>
    preferences.update((now) => ({ ...now, language: text.language === 'en' ? 'zh' : 'en' })),
  );
  return null;
}
