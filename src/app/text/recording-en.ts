/** English for recordings: read, shown, replayed. Loaded with the first recording; the measure of `recording-zh.ts`. */
import type { Format } from './format.ts';

export function recordingEn({ plural, number, bytes }: Format) {
  const events = (n: number) => plural(n, { one: 'event', other: 'events' });
  return {
    title: 'Recordings',
    show: (name: string) => `Show the recording ${name}`,
    close: (name: string) => `Close the recording ${name}`,
    back: 'Back to the channels',
    facts: (n: number, size: string, channels: number) =>
      `${events(n)}, ${size}, ${plural(channels, { one: 'channel', other: 'channels' })}`,
    reading: (done: number, all: number, n: number) =>
      `Reading ${bytes(done)} of ${bytes(all)}: ${events(n)} so far`,
    stopReading: 'Stop reading',
    stopped: 'Reading was stopped. Nothing of the file is shown.',
    empty: 'The file is empty: a recording has one event on each line.',
    noEvents: 'No line of this file is a recorded event. Export makes files that can be read here.',
    utf16: 'The file is written in UTF-16. Save it as UTF-8 and open it again.',
    unreadable: (reason: string) => `The file could not be read: ${reason}`,
    cut: (n: number) => `Only the first ${events(n)} of this file are shown.`,
    broken: (n: number) => `${plural(n, { one: 'line', other: 'lines' })} could not be read`,
    brokenLine: (line: number, problem: string) => `Line ${number(line)}: ${problem}`,
    brokenMore: (n: number) => `and ${number(n)} more`,
    problems: {
      json: 'this is not JSON',
      object: 'a line is an object with channel, event and receivedAt',
      channel: 'channel is missing, or is not the name of a channel',
      event: 'event is missing',
      time: 'receivedAt is missing, or is not a date and time such as 2026-11-23T10:02:11.042Z',
      long: 'the line is longer than 2 MB',
      utf8: 'the line is not UTF-8',
    },
    replay: 'Replay',
    replayTitle: 'Replay into a channel',
    target: 'Into channel',
    targetMissing: 'Name one channel, such as default/orders.',
    speed: 'Speed',
    speedTimes: (n: number) => `${number(n)}×`,
    fastest: 'As fast as allowed',
    elsewhere: (target: string, recorded: string) =>
      `These events were recorded on ${recorded}. Replaying publishes them for real to everybody on ${target}.`,
    confirm: 'I want to publish them there',
    confirmMissing: 'Confirm first that they should go to another channel.',
    manyChannels: (n: number) => `${number(n)} channels`,
    start: 'Start',
    stop: 'Stop',
    progress: (sent: number, all: number) => `${number(sent)} of ${events(all)} sent`,
    waitingForOutbox: 'Waiting for the outbox',
    skipped: (n: number) => `${events(n)} larger than 240 KB left out`,
    done: (sent: number, all: number, target: string) =>
      `Replay ended: ${number(sent)} of ${events(all)} were sent to ${target}.`,
    stoppedReplay: (sent: number, all: number, target: string) =>
      `Replay stopped: ${number(sent)} of ${events(all)} were sent to ${target}.`,
    failed: (sent: number, all: number, target: string, reason: string) =>
      `Replay stopped: ${number(sent)} of ${events(all)} were sent to ${target}. ${reason}`,
    noConnection: 'The connection is still starting. Try again in a moment.',
    dismiss: 'Dismiss',
  };
}

export type RecordingText = ReturnType<typeof recordingEn>;
