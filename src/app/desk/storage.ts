/** Where a desk is kept on the device, under which names, and how all of it goes. */

/** The part of `localStorage` that is used. */
export type DeskStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'key' | 'length'>;

/** How long changes are gathered before they are written, milliseconds: typing must not wait for the disk. */
export const SAVE_AFTER_MS = 300;

export const preferencesKey = (sub: string): string => `switchboard-preferences:${sub}`;
export const windowKey = (sub: string, id: string): string => `${windowPrefix(sub)}${id}`;
/** What the composer keeps: templates with their counter, and what was sent. */
export const templatesKey = (sub: string): string => `switchboard-templates:${sub}`;
export const sentKey = (sub: string): string => `switchboard-sent:${sub}`;
/** What the watch rules found and nobody has seen. */
export const watchedKey = (sub: string): string => `switchboard-watched:${sub}`;
/** Version 1 kept one desk for all windows. */
export const oldDeskKey = (sub: string): string => `switchboard.desk.${sub}`;

const windowPrefix = (sub: string): string => `switchboard-window:${sub}:`;

/** The browser's storage of one kind, or null where there is none or it is forbidden. */
export function deviceStorage(kind: 'localStorage' | 'sessionStorage'): DeskStorage | null {
  try {
    return globalThis[kind] ?? null;
  } catch {
    return null;
  }
}

/** The value under `key`; null also where storage cannot be read. */
export function readKey(storage: DeskStorage | null, key: string): string | null {
  try {
    return storage?.getItem(key) ?? null;
  } catch {
    return null;
  }
}

/** Whether it was written: a full or forbidden storage keeps nothing, and the desk lives on in its page. */
export function writeKey(storage: DeskStorage | null, key: string, value: string): boolean {
  try {
    storage?.setItem(key, value);
    return storage !== null;
  } catch {
    return false;
  }
}

export function removeKey(storage: DeskStorage | null, key: string): void {
  try {
    storage?.removeItem(key);
  } catch {
    // A storage that cannot be written holds nothing of ours.
  }
}

/** Ids of the user's stored windows. */
export function storedWindows(storage: DeskStorage | null, sub: string): string[] {
  const prefix = windowPrefix(sub);
  const ids: string[] = [];
  try {
    for (let at = 0; at < (storage?.length ?? 0); at += 1) {
      const key = storage?.key(at) ?? '';
      if (key.startsWith(prefix)) ids.push(key.slice(prefix.length));
    }
  } catch {
    return [];
  }
  return ids;
}

/** Removes everything that any window keeps of the user. */
export function wipeDesk(sub: string, storage: DeskStorage | null): void {
  for (const id of storedWindows(storage, sub)) removeKey(storage, windowKey(sub, id));
  removeKey(storage, preferencesKey(sub));
  removeKey(storage, templatesKey(sub));
  removeKey(storage, sentKey(sub));
  removeKey(storage, watchedKey(sub));
  removeKey(storage, oldDeskKey(sub));
}
