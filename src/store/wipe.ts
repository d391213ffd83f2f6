/** Deletes all that the device keeps of one user. A wipe that the closing of a page cuts short is finished by the next page. */
import { lineNames } from '../shared/line-messages.ts';
import { deleteDatabase } from './database.ts';

/** The part of `localStorage` that is used. */
export interface NoteStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

const NOTE = 'switchboard:pending-wipe';

/**
 * Resolves when every context has let go of the user's database and it is deleted. The note stays: a leader that ends in
 * these moments may write its last words into a new one, so the next page deletes once more.
 */
export async function wipeUser(sub: string, storage: NoteStorage): Promise<void> {
  storage.setItem(NOTE, sub);
  await deleteDatabase(lineNames(sub).database);
}

/** Finishes a wipe that an earlier page began. */
export async function finishWipe(storage: NoteStorage): Promise<void> {
  const sub = storage.getItem(NOTE);
  if (sub === null) return;
  await deleteDatabase(lineNames(sub).database);
  storage.removeItem(NOTE);
}
