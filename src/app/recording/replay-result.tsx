/** How far a replay has come, in a sentence. */
import type { RecordingText } from '../text/recording-en.ts';
import { useText } from '../text/use-text.ts';
import type { ReplayState } from './replay.ts';
import { useRecordingText } from './use-recording-text.ts';

function sentenceFor(text: RecordingText, state: ReplayState, target: string, reason: string): string {
  const { phase, sent, all } = state;
  switch (phase) {
    case 'running':
      return text.progress(sent, all);
    case 'done':
      return text.done(sent, all, target);
    case 'stopped':
      return text.stoppedReplay(sent, all, target);
    case 'failed':
      return text.failed(sent, all, target, reason);
    default:
      return phase satisfies never;
  }
}

export function ReplayResult({ state, target }: { state: ReplayState; target: string }) {
  const text = useRecordingText();
  const { said } = useText();
  return (
    <p className="replay-result" data-tone={state.phase === 'failed' ? 'error' : 'plain'}>
      {/* While it runs the numbers change too often to be read out. */}
      <span aria-live={state.phase === 'running' ? 'off' : 'polite'}>
        {sentenceFor(text, state, target, said(state.reason ?? ''))}
      </span>
      {state.waits && <span className="hint"> {text.waitingForOutbox}</span>}
      {state.skipped > 0 && <span className="hint"> {text.skipped(state.skipped)}</span>}
    </p>
  );
}
