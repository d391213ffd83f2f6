/** The open recordings under the channels. */
import { CloseIcon } from '../design/icons.tsx';
import { useStore } from '../services.ts';
import { showRecording } from './open-recording.ts';
import type { Recording, Recordings } from './recordings.ts';
import { useRecordingText } from './use-recording-text.ts';
import { useShownRecording } from './use-recordings.ts';

export function RecordingList({ recordings }: { recordings: Recordings }) {
  const text = useRecordingText();
  const open = useStore(recordings.opened);
  const shown = useShownRecording();
  if (open.length === 0) return null;
  const close = (recording: Recording) => {
    recordings.remove(recording.id);
    document.querySelector<HTMLElement>('#main')?.focus();
  };
  return (
    <>
      <h2 className="sidebar-title">{text.title}</h2>
      <ul className="channel-list">
        {open.map((recording) => (
          <li key={recording.id} className="channel" data-selected={recording.id === shown}>
            <button
              type="button"
              className="channel-link"
              aria-label={text.show(recording.name)}
              aria-pressed={recording.id === shown}
              onClick={() => showRecording(recording.id)}
            >
              <span className="view-name">{recording.name}</span>
            </button>
            <button
              type="button"
              className="icon-button"
              aria-label={text.close(recording.name)}
              onClick={() => close(recording)}
            >
              <CloseIcon />
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}
