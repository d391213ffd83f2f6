/** Where a recording goes, how fast, and the way to stop it. */
import { type FormEvent, useRef, useState } from 'react';
import { isWildcard, parseChannel } from '../../shared/channel.ts';
import { createStore, type Store } from '../../shared/store.ts';
import { useConnection, useStore } from '../services.ts';
import { useText } from '../text/use-text.ts';
import type { Recording } from './recordings.ts';
import type { Replay, ReplayState } from './replay.ts';
import { ReplayResult } from './replay-result.tsx';
import { useRecordingText } from './use-recording-text.ts';

const SPEEDS = [0.5, 1, 2, 5, 10] as const;

interface ReplayFormProps {
  recording: Recording;
  /** The recorded channels, most events first. */
  channels: readonly { name: string }[];
}

/** The canonical target, or the sentence that says what is wrong with it. */
function targetOf(
  input: string,
  missing: string,
  said: (error: unknown) => string,
): { channel: string } | { problem: string } {
  if (input.trim() === '' || input.trim().endsWith('/')) return { problem: missing };
  try {
    return { channel: parseChannel(input, 'publish') };
  } catch (error) {
    return { problem: said(error) };
  }
}

export function ReplayForm({ recording, channels }: ReplayFormProps) {
  const text = useRecordingText();
  const { said } = useText();
  const connection = useConnection();
  const replay = useStore(recording.replay);
  const [first] = channels;
  const only = channels.length === 1 && first !== undefined ? first.name : null;
  const [target, setTarget] = useState(only !== null && !isWildcard(only) ? only : '');
  const [speed, setSpeed] = useState('1');
  const [confirmed, setConfirmed] = useState(false);
  const [problem, setProblem] = useState<{ field: 'target' | 'confirm'; message: string } | null>(null);
  const targetField = useRef<HTMLInputElement>(null);
  const confirmField = useRef<HTMLInputElement>(null);

  const checked = targetOf(target, text.targetMissing, said);
  const elsewhere = 'channel' in checked && checked.channel !== only;

  const start = (event: FormEvent) => {
    event.preventDefault();
    if ('problem' in checked) {
      setProblem({ field: 'target', message: checked.problem });
      targetField.current?.focus();
    } else if (elsewhere && !confirmed) {
      setProblem({ field: 'confirm', message: text.confirmMissing });
      confirmField.current?.focus();
    } else if (connection === null) setProblem({ field: 'target', message: text.noConnection });
    else {
      setProblem(null);
      recording.startReplay(checked.channel, speed === 'fastest' ? null : Number(speed), connection.outbox);
    }
  };

  return (
    <form className="replay" aria-label={text.replayTitle} onSubmit={start} noValidate>
      <div className="replay-row">
        <label className="field replay-target">
          <span>{text.target}</span>
          <input
            ref={targetField}
            className="input"
            type="text"
            value={target}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            aria-invalid={problem?.field === 'target'}
            aria-describedby={problem?.field === 'target' ? 'replay-problem' : undefined}
            onChange={(event) => {
              setTarget(event.currentTarget.value);
              // Confirmed was another channel.
              setConfirmed(false);
              setProblem(null);
            }}
          />
        </label>
        <label className="field">
          <span>{text.speed}</span>
          <select className="input" value={speed} onChange={(event) => setSpeed(event.currentTarget.value)}>
            {SPEEDS.map((times) => (
              <option key={times} value={times}>
                {text.speedTimes(times)}
              </option>
            ))}
            <option value="fastest">{text.fastest}</option>
          </select>
        </label>
        <StartOrStop replay={replay} />
      </div>
      {elsewhere && (
        <div className="notice notice-warn">
          <p>{text.elsewhere(checked.channel, only ?? text.manyChannels(channels.length))}</p>
          <label className="check">
            <input
              ref={confirmField}
              type="checkbox"
              checked={confirmed}
              aria-describedby={problem?.field === 'confirm' ? 'replay-problem' : undefined}
              onChange={(event) => {
                setConfirmed(event.currentTarget.checked);
                setProblem(null);
              }}
            />
            <span>{text.confirm}</span>
          </label>
        </div>
      )}
      {problem !== null && (
        <p className="field-error" id="replay-problem" role="alert">
          {problem.message}
        </p>
      )}
      {replay !== null && <Progress replay={replay} />}
    </form>
  );
}

const NO_REPLAY: Store<ReplayState | null> = createStore<ReplayState | null>(null);

/** One button that keeps its place and the focus: it starts what is over and stops what runs. */
function StartOrStop({ replay }: { replay: Replay | null }) {
  const text = useRecordingText();
  const running = useStore<ReplayState | null>(replay ?? NO_REPLAY)?.phase === 'running';
  return (
    <button
      type="submit"
      className={running ? 'button button-danger' : 'button button-primary'}
      onClick={(event) => {
        if (!running) return;
        event.preventDefault();
        replay?.stop();
      }}
    >
      {running ? text.stop : text.start}
    </button>
  );
}

function Progress({ replay }: { replay: Replay }) {
  const text = useRecordingText();
  const state = useStore(replay);
  return (
    <div className="replay-progress">
      <progress value={state.sent + state.skipped} max={state.all} aria-label={text.replay} />
      <ReplayResult state={state} target={replay.target} />
    </div>
  );
}
