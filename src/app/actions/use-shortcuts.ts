/** Listens for the keys of the registry, for the whole page. */
import { useEffect } from 'react';
import { useDesk } from '../desk/desk-context.ts';
import { actionOf } from './keys.ts';

/** Input types in which letters are not typed. */
const NOT_TYPED = new Set(['button', 'checkbox', 'radio', 'range', 'submit', 'reset', 'color', 'file']);

function isTyping(target: EventTarget | null): boolean {
  if (target instanceof HTMLInputElement) return !NOT_TYPED.has(target.type);
  return (
    target instanceof HTMLTextAreaElement ||
    target instanceof HTMLSelectElement ||
    (target instanceof HTMLElement && target.isContentEditable)
  );
}

export function useShortcuts(): void {
  const { actions, preferences } = useDesk();
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      // Somebody nearer has used it, or an input method is composing a letter with it.
      if (event.defaultPrevented || event.isComposing) return;
      const typing = isTyping(event.target);
      const { singleKeys } = preferences.get();
      const action = actionOf(event, { typing, singleKeys });
      if (action === null) return;
      // An open dialog or menu is a world of its own, and Escape closes it by itself.
      if (document.querySelector('dialog[open], :popover-open') !== null) return;
      if (actions.run(action.id)) event.preventDefault();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [actions, preferences]);
}
