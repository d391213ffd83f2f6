/** Which line listens to which channel: a channel stays where it is, a full line is followed by a further one. */
import { wantedChannels } from './channels.ts';
import { abandon } from './line.ts';
import { type LeaderEffect, type LeaderState, type Line, type Moment, newLine } from './state.ts';

/** Gives every wanted channel a line, and closes lines that have none left; one stays in any case. */
export function assignChannels(s: LeaderState, at: Moment, effects: LeaderEffect[]): void {
  const wanted = wantedChannels(s);
  const assigned = new Set<string>();
  for (const line of s.lines) {
    line.channels = line.channels.filter((channel) => wanted.has(channel));
    for (const channel of line.channels) assigned.add(channel);
  }
  const lines: Line[] = [...s.lines];
  for (const channel of wanted) {
    if (assigned.has(channel)) continue;
    let line = lines.find(({ channels, capacity }) => channels.length < capacity);
    if (line === undefined) {
      s.serial += 1;
      line = newLine(s.serial);
      lines.push(line);
    }
    line.channels = [...line.channels, channel];
  }
  const used = lines.filter(({ channels }) => channels.length > 0);
  s.lines = used.length > 0 ? used : lines.slice(0, 1);
  for (const line of lines) {
    if (!s.lines.includes(line)) abandon(s, line, at, effects);
  }
}
