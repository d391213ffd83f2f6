/**
 * Deletes all that the device keeps of one user. A wipe that the closing of a page cuts short is finished by the
 * next page: a note stays until it is done.
 */
import { lineNames } from '../shared/line-messages.ts';
import { deleteDatabase } from './database.ts';

/** The part of `localStorage` that is used. */
export interface NoteStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

const NOTE = 'switchboard:pending-wipe';

/** Resolves when every context has let go of the user's database and it is deleted. */
export async function wipeUser(sub: string, storage: NoteStorage): Promise<void> {
  storage.setItem(NOTE, sub);
  await deleteDatabase(lineNames(sub).database);
  storage.removeItem(NOTE);
}

/** Finishes a wipe that an earlier page began. */
export async function finishWipe(storage: NoteStorage): Promise<void> {
  const sub = storage.getItem(NOTE);
  if (sub !== null) await wipeUser(sub, storage);
}
