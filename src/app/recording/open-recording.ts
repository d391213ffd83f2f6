/**
 * The door to recordings: files go in from anywhere in the page (a button, a drop, a launch), and whoever shows them
 * takes them out. One for the page, as there is one person before it; all else is loaded when a file is there.
 */
import { createStore, type Store } from '../../shared/store.ts';

const waiting = createStore<readonly File[]>([]);
const shown = createStore<string | null>(null);

/** Files that nobody has taken yet. */
export const waitingFiles: Store<readonly File[]> = waiting;
/** Id of the recording in the centre; null: a channel is there. */
export const shownRecording: Store<string | null> = shown;

/** Under which name a window remembers how a recording is looked at, until the page ends; no channel is called so. */
export const viewKeyOf = (name: string): string => `recording: ${name}`;

/** Opens files as recordings beside the channels; the last one is shown. May be called before the desk is there. */
export function openRecording(files: readonly File[]): void {
  if (files.length > 0) waiting.set([...waiting.get(), ...files]);
}

export function takeFiles(): readonly File[] {
  const files = waiting.get();
  waiting.set([]);
  return files;
}

/** @param id null: the centre shows a channel again. */
export function showRecording(id: string | null): void {
  shown.set(id);
}

/** Lets the person choose files. Call it while a click or a key is being answered. */
export function chooseRecording(): void {
  const input = document.createElement('input');
  input.type = 'file';
  input.multiple = true;
  input.accept = '.ndjson,.jsonl,application/x-ndjson';
  input.onchange = () => openRecording([...(input.files ?? [])]);
  input.click();
}
