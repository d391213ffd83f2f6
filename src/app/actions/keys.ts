/** Which action a key press means. */
import { ACTIONS, type ActionDefinition } from './definitions.ts';

/** The part of a `KeyboardEvent` that decides. */
export interface Press {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
}

export interface PressContext {
  /** The focus is where letters are typed. */
  typing: boolean;
  /** Keys without a modifier are allowed. */
  singleKeys: boolean;
}

export function actionOf(press: Press, { typing, singleKeys }: PressContext): ActionDefinition | null {
  const mod = press.ctrlKey || press.metaKey;
  if (press.altKey) return null;
  if (mod) return ACTIONS.find(({ keys }) => keys === `mod+${press.key.toLowerCase()}`) ?? null;
  if (press.key === 'Escape') return ACTIONS.find(({ keys }) => keys === 'Escape') ?? null;
  if (typing || !singleKeys) return null;
  return ACTIONS.find(({ keys }) => keys === press.key) ?? null;
}

/** The keys as a person reads them: `Ctrl K`, `⌘ K`, `?`, `Esc`. */
export function keyCaps(keys: string, apple: boolean): string[] {
  return keys.split('+').map((key) => {
    if (key === 'mod') return apple ? '⌘' : 'Ctrl';
    if (key === 'Escape') return 'Esc';
    return key.length === 1 ? key.toUpperCase() : key;
  });
}
