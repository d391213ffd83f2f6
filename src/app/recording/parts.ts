/** What is loaded with the first recording: one entrance, so that it is one file. */
export { ClosedReplay } from './closed-replay.tsx';
export { RecordingList } from './recording-list.tsx';
export { RecordingView } from './recording-view.tsx';
export { createRecordings } from './recordings.ts';
