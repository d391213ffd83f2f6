/** Times, durations and sizes as people read them. Times are in the device's zone: never render them on the server. */
import { text } from './text.ts';

const pad = (n: number, width = 2) => String(n).padStart(width, '0');

/** `10:02:11` of a wall-clock time (milliseconds since 1970), local. */
export function formatTime(wallMs: number): string {
  const date = new Date(wallMs);
  return `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`;
}

/** `10:02:11.042`. */
export function formatTimeMs(wallMs: number): string {
  return `${formatTime(wallMs)}.${pad(new Date(wallMs).getMilliseconds(), 3)}`;
}

/** `2026-11-23 10:02:11`. */
export function formatDateTime(wallMs: number): string {
  const date = new Date(wallMs);
  return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())} ${formatTime(wallMs)}`;
}

/** The two ends of a span; with dates where they are not both on the day of `nowMs`. */
export function formatSpan(fromMs: number, toMs: number, nowMs: number): [from: string, to: string] {
  const day = (ms: number) => new Date(ms).toDateString();
  const today = day(fromMs) === day(toMs) && day(toMs) === day(nowMs);
  return today ? [formatTime(fromMs), formatTime(toMs)] : [formatDateTime(fromMs), formatDateTime(toMs)];
}

/** `48 s`, `4 min 05 s`, `2 h 10 min`; never negative. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return text.duration.seconds(seconds);
  if (seconds < 3600) return text.duration.minutes(Math.floor(seconds / 60), seconds % 60);
  return text.duration.hours(Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60));
}

/** `312 B`, `1.2 KB`, `240 KB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1024) return text.bytes.b(bytes);
  const kb = bytes / 1024;
  if (kb < 1024) return text.bytes.kb(kb < 10 ? kb.toFixed(1) : String(Math.round(kb)));
  return text.bytes.mb((kb / 1024).toFixed(1));
}
