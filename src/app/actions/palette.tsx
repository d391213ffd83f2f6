/** Everything that can be done and every channel, found by typing: a combobox with one list (ARIA pattern). */
import { type KeyboardEvent, useEffect, useId, useMemo, useRef, useState } from 'react';
import { parseChannel } from '../../shared/channel.ts';
import { useChannels, useDesk, usePreferences } from '../desk/desk-context.ts';
import { withView } from '../desk/window-state.ts';
import { useStore } from '../services.ts';
import { useText } from '../text/use-text.ts';
import { ACTIONS } from './definitions.ts';
import { KeyCaps } from './key-caps.tsx';
import { type Entry, findEntries } from './palette-entries.ts';

export function Palette({ onClose }: { onClose(): void }) {
  const text = useText();
  const { actions, route, window: desk } = useDesk();
  const offered = useStore(actions.offered);
  const channels = useChannels();
  const views = usePreferences((preferences) => preferences.views);
  const dialog = useRef<HTMLDialogElement>(null);
  const [query, setQuery] = useState('');
  const [at, setAt] = useState(0);
  const id = useId();

  useEffect(() => dialog.current?.showModal(), []);

  const all = useMemo<Entry[]>(
    () => [
      ...ACTIONS.filter(({ id: action }) => offered.has(action) && action !== 'palette').map((action) => ({
        key: action.id,
        group: text.actions.groups[action.group],
        name: text.actions.names[action.id],
        keys: action.keys,
        run: () => actions.run(action.id),
      })),
      ...channels.map(({ name }) => ({
        key: `channel ${name}`,
        group: text.channels.title,
        name: text.actions.goToNamed(name),
        keys: null,
        run: () => route.go(name),
      })),
      ...views.map((view) => ({
        key: `view ${view.id}`,
        group: text.channels.views,
        name: text.actions.viewNamed(view.name, view.channel),
        keys: null,
        run: () => {
          desk.update((state) => withView(state, view.channel, { filter: view.filter, place: null }));
          route.go(view.channel);
        },
      })),
    ],
    [text, offered, channels, views, actions, route, desk],
  );
  const entries = useMemo(() => {
    const found = findEntries(all, query);
    const name = channelIn(query);
    if (name === null || channels.some((channel) => channel.name === name)) return found;
    const open: Entry = {
      key: `open ${name}`,
      group: text.channels.title,
      name: text.actions.openNamed(name),
      keys: null,
      run: () => route.go(name),
    };
    return [...found, open];
  }, [all, query, channels, text, route]);
  const chosen = Math.min(at, entries.length - 1);

  useEffect(() => {
    document.getElementById(`${id}-${chosen}`)?.scrollIntoView({ block: 'nearest' });
  }, [id, chosen]);

  const run = (entry: Entry | undefined) => {
    if (entry === undefined) return;
    // Closing gives the focus back; what was chosen may move it on.
    dialog.current?.close();
    entry.run();
  };

  const onKeyDown = (event: KeyboardEvent) => {
    const last = entries.length - 1;
    if (event.key === 'ArrowDown') setAt(chosen >= last ? 0 : chosen + 1);
    else if (event.key === 'ArrowUp') setAt(chosen <= 0 ? last : chosen - 1);
    else if (event.key === 'Enter' && !event.nativeEvent.isComposing) run(entries[chosen]);
    else return;
    event.preventDefault();
  };

  return (
    <dialog ref={dialog} className="dialog palette" aria-label={text.actions.palette} onClose={onClose}>
      <input
        className="input palette-input"
        type="text"
        role="combobox"
        aria-label={text.actions.paletteLabel}
        aria-expanded="true"
        aria-controls={`${id}-list`}
        aria-activedescendant={entries.length === 0 ? undefined : `${id}-${chosen}`}
        aria-autocomplete="list"
        placeholder={text.actions.palettePlaceholder}
        value={query}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        onChange={(event) => {
          setQuery(event.currentTarget.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
      />
      <div className="palette-list" id={`${id}-list`} role="listbox" aria-label={text.actions.palette}>
        {entries.map((entry, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the keys work in the field, which keeps the focus.
          <div
            key={entry.key}
            id={`${id}-${index}`}
            className="palette-entry"
            role="option"
            tabIndex={-1}
            aria-selected={index === chosen}
            onClick={() => run(entry)}
            onPointerMove={() => setAt(index)}
          >
            <span className="palette-group">{entry.group}</span>
            <span className="palette-name">{entry.name}</span>
            {entry.keys !== null && <KeyCaps keys={entry.keys} />}
          </div>
        ))}
      </div>
      {entries.length === 0 && <p className="hint palette-none">{text.actions.paletteNone}</p>}
      <p className="visually-hidden" aria-live="polite">
        {text.actions.paletteCount(entries.length)}
      </p>
    </dialog>
  );
}

/** The canonical channel that was typed, or null. */
function channelIn(query: string): string | null {
  if (!query.includes('/')) return null;
  try {
    return parseChannel(query, 'subscribe');
  } catch {
    return null;
  }
}
