/** Takes the files that are opened or dropped, and loads what shows them with the first one. */
import { useEffect, useState } from 'react';
import { useAction } from '../actions/use-action.ts';
import { useChannel, useDesk } from '../desk/desk-context.ts';
import { withoutOpen } from '../desk/window-state.ts';
import { useStore } from '../services.ts';
import { useText } from '../text/use-text.ts';
import {
  chooseRecording,
  openRecording,
  shownRecording,
  showRecording,
  takeFiles,
  viewKeyOf,
  waitingFiles,
} from './open-recording.ts';

const loadParts = () => import('./parts.ts');
type Parts = Awaited<ReturnType<typeof loadParts>>;

export interface LoadedRecordings {
  parts: Parts;
  recordings: ReturnType<Parts['createRecordings']>;
}

const NO_FILES: readonly File[] = [];

const holdsFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') === true;

/** Null until the first recording is opened. */
export function useRecordings(): LoadedRecordings | null {
  const text = useText();
  const { announce, window: desk, route } = useDesk();
  const [loaded, setLoaded] = useState<LoadedRecordings | null>(null);
  const files = useStore(waitingFiles, NO_FILES);
  useAction('openRecording', chooseRecording);

  useEffect(() => {
    if (files.length === 0) return;
    if (loaded !== null) {
      loaded.recordings.open(takeFiles());
      return;
    }
    let over = false;
    const forget = (name: string) => desk.update((now) => withoutOpen(now, viewKeyOf(name)));
    loadParts().then(
      (parts) => {
        if (!over) setLoaded({ parts, recordings: parts.createRecordings(forget) });
      },
      () => {
        // Taken out, so that opening the file again tries again.
        takeFiles();
        announce(text.detail.loadFailed);
      },
    );
    return () => {
      over = true;
    };
  }, [files, loaded, announce, text, desk]);

  useEffect(() => () => loaded?.recordings.close(), [loaded]);

  // Whoever goes to a channel leaves the recording, also to the one that it covers.
  useEffect(() => route.subscribe(() => showRecording(null)), [route]);

  useEffect(() => {
    // Dropped beside a place for it, the browser would leave the app and show the file instead.
    const onOver = (event: DragEvent) => {
      if (holdsFiles(event)) event.preventDefault();
    };
    const onDrop = (event: DragEvent) => {
      if (!holdsFiles(event)) return;
      event.preventDefault();
      openRecording([...(event.dataTransfer?.files ?? [])]);
    };
    addEventListener('dragover', onOver);
    addEventListener('drop', onDrop);
    return () => {
      removeEventListener('dragover', onOver);
      removeEventListener('drop', onDrop);
    };
  }, []);

  return loaded;
}

/** Whether a recording is in the centre. */
export function useShownRecording(): string | null {
  return useStore(shownRecording, null);
}

/** The channel that is read now; null also while a recording covers it. */
export function useReadChannel(): string | null {
  const channel = useChannel();
  return useShownRecording() === null ? channel : null;
}
