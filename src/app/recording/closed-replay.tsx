/** Says what became of a replay whose recording was closed while it ran. */
import { useStore } from '../services.ts';
import type { Recordings } from './recordings.ts';
import type { Replay } from './replay.ts';
import { ReplayResult } from './replay-result.tsx';
import { useRecordingText } from './use-recording-text.ts';

export function ClosedReplay({ recordings }: { recordings: Recordings }) {
  const replay = useStore(recordings.closedReplay);
  if (replay === null) return null;
  return <Told replay={replay} onSeen={() => recordings.closedReplay.set(null)} />;
}

function Told({ replay, onSeen }: { replay: Replay; onSeen(): void }) {
  const text = useRecordingText();
  const state = useStore(replay);
  return (
    <div className="notice recording-told">
      <ReplayResult state={state} target={replay.target} />
      <button
        type="button"
        className="button button-small"
        onClick={() => {
          onSeen();
          document.querySelector<HTMLElement>('#main')?.focus();
        }}
      >
        {text.dismiss}
      </button>
    </div>
  );
}
