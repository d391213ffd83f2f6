/** One recording in the centre: read, then listed, filtered and looked at like a channel, and replayed. */
import { useCallback, useEffect, useRef, useState } from 'react';
import type { Coverage, Feed } from '../../connection/api.ts';
import { createStore } from '../../shared/store.ts';
import { BackIcon, CloseIcon } from '../design/icons.tsx';
import { useDesk, useWindow } from '../desk/desk-context.ts';
import type { FilterInput } from '../desk/filter-input.ts';
import { NEW_VIEW, withView } from '../desk/window-state.ts';
import { FeedRows } from '../feed/feed-rows.tsx';
import { FeedSplit } from '../feed/feed-split.tsx';
import { useReader } from '../feed/use-reader.ts';
import { FilterBar } from '../filter/filter-bar.tsx';
import { useStore } from '../services.ts';
import { useText } from '../text/use-text.ts';
import { showRecording, viewKeyOf } from './open-recording.ts';
import { RECORDED_EPOCH } from './recorded-feed.ts';
import type { ReadResult } from './recording-index.ts';
import type { Recording, RecordingState, Recordings } from './recordings.ts';
import { ReplayForm } from './replay-form.tsx';
import { useRecordingText } from './use-recording-text.ts';

interface RecordingViewProps {
  recordings: Recordings;
  id: string;
}

export function RecordingView({ recordings, id }: RecordingViewProps) {
  const recording = useStore(recordings.opened).find((one) => one.id === id);
  return recording === undefined ? null : (
    <OneRecording recording={recording} onClose={() => recordings.remove(id)} />
  );
}

function OneRecording({ recording, onClose }: { recording: Recording; onClose(): void }) {
  const text = useRecordingText();
  const { format } = useText();
  const state = useStore(recording.state);
  const title = useRef<HTMLHeadingElement>(null);
  // What was in the centre is gone, and the focus with it.
  useEffect(() => title.current?.focus(), []);
  const back = () => {
    showRecording(null);
    document.querySelector<HTMLElement>('#main')?.focus();
  };
  return (
    <section className="feed recording" aria-label={recording.name}>
      <div className="feed-head">
        <button type="button" className="icon-button" aria-label={text.back} onClick={back}>
          <BackIcon />
        </button>
        <div className="feed-title">
          <h1 ref={title} tabIndex={-1}>
            {recording.name}
          </h1>
          {state.kind === 'ready' && (
            <span className="hint">
              {text.facts(
                state.result.index.count,
                format.bytes(recording.size),
                state.result.index.channels().length,
              )}
            </span>
          )}
        </div>
        <button
          type="button"
          className="icon-button"
          aria-label={text.close(recording.name)}
          onClick={() => {
            onClose();
            document.querySelector<HTMLElement>('#main')?.focus();
          }}
        >
          <CloseIcon />
        </button>
      </div>
      {state.kind === 'ready' ? (
        <Ready recording={recording} feed={state.feed} result={state.result} />
      ) : (
        <NotReady recording={recording} state={state} />
      )}
    </section>
  );
}

function NotReady({
  recording,
  state,
}: {
  recording: Recording;
  state: Exclude<RecordingState, { kind: 'ready' }>;
}) {
  const text = useRecordingText();
  const { said } = useText();
  if (state.kind === 'reading') {
    return (
      <div className="recording-wait">
        <progress value={state.bytes} max={recording.size} aria-label={recording.name} />
        <p className="hint">{text.reading(state.bytes, recording.size, state.events)}</p>
        <button type="button" className="button" onClick={() => recording.stop()}>
          {text.stopReading}
        </button>
      </div>
    );
  }
  const sentences = {
    empty: text.empty,
    utf16: text.utf16,
    'no-events': text.noEvents,
    stopped: text.stopped,
    unreadable: text.unreadable(said(state.reason ?? '')),
  };
  return (
    <div className="recording-wait">
      <p className="notice notice-danger" role="alert">
        {sentences[state.failure]}
      </p>
      {state.result !== null && <Broken result={state.result} />}
    </div>
  );
}

function Broken({ result: { broken, listed } }: { result: ReadResult }) {
  const text = useRecordingText();
  if (broken === 0) return null;
  return (
    <details className="notice notice-warn recording-broken">
      <summary>{text.broken(broken)}</summary>
      <ul>
        {listed.map(({ line, problem }) => (
          <li key={line}>{text.brokenLine(line, text.problems[problem])}</li>
        ))}
        {broken > listed.length && <li>{text.brokenMore(broken - listed.length)}</li>}
      </ul>
    </details>
  );
}

/** Of a recording nothing is known about when somebody listened. */
const NO_GAPS = createStore<Coverage>({ loading: false, live: false, intervals: [], gaps: [] });
const NO_COVERAGE = { coverage: () => NO_GAPS };

interface ReadyProps {
  recording: Recording;
  feed: Feed;
  result: ReadResult;
}

function Ready({ recording, feed, result }: ReadyProps) {
  const text = useRecordingText();
  const { window: desk } = useDesk();
  const { index } = result;
  const key = viewKeyOf(recording.name);
  const view = useWindow((state) => state.views[key]) ?? NEW_VIEW;
  const [problem, setProblem] = useState<string | null>(null);
  /** Undefined: it is not known yet whether the filter of last time means something. */
  const [filter, setFilter] = useState<FilterInput | null | undefined>(
    view.filter === null ? null : undefined,
  );
  const applyFilter = useCallback(
    (next: FilterInput | null | 'keep') => setFilter((before) => (next === 'keep' ? (before ?? null) : next)),
    [],
  );
  const [placed, setPlaced] = useState(false);
  const reader = useReader(
    NO_COVERAGE,
    placed && filter !== undefined ? feed : null,
    filter ?? null,
    setProblem,
  );

  // A recording is read from its beginning, and later from where it was left.
  useEffect(() => {
    const place = { epoch: RECORDED_EPOCH, n: index.line(0), offset: 0 };
    if (desk.get().views[key] === undefined) desk.update((now) => withView(now, key, { place }));
    setPlaced(true);
  }, [desk, key, index]);

  return (
    <>
      <FilterBar channel={key} filter={view.filter} reader={reader} saveable={false} onApply={applyFilter} />
      <FeedSplit view={key} feed={feed} reader={reader}>
        {problem !== null && <p className="notice notice-danger feed-notice">{problem}</p>}
        {result.cut && <p className="notice notice-warn feed-notice">{text.cut(index.count)}</p>}
        <Broken result={result} />
        <FeedRows
          key={reader === null ? 'none' : 'some'}
          channel={key}
          reader={reader}
          live={false}
          filtered={filter !== null && filter !== undefined}
          target={null}
          onProblem={setProblem}
        />
      </FeedSplit>
      <ReplayForm recording={recording} channels={index.channels()} />
    </>
  );
}
