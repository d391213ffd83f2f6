/**
 * Which channels somebody looks at, over all windows: each says what it shows while it has the focus, and says so
 * again every few seconds, so that one that crashed is soon forgotten.
 */
import type { Clock } from '../../shared/clock.ts';

/** A window that has the focus says again what it shows after this, milliseconds … */
const AGAIN_MS = 5_000;
/** … and is forgotten when it did not for this long. */
const FORGET_MS = 12_000;

/** The part of `BroadcastChannel` that is used. */
export interface LookLine {
  postMessage(message: LookMessage): void;
  onmessage: ((event: MessageEvent) => void) | null;
  close(): void;
}

interface LookMessage {
  /** The window that speaks. */
  from: string;
  /** What it shows; null: it has no focus, or shows none. */
  channel: string | null;
}

export interface Lookers {
  /** This window shows `channel` and has the focus; null: it does not. */
  look(channel: string | null): void;
  isLookedAt(channel: string): boolean;
  close(): void;
}

export interface LookersDeps {
  id: string;
  /** Null where the browser has none: then windows do not know of each other. */
  line: LookLine | null;
  clock: Clock;
  /** Somebody looks at the channel, in this window or another. */
  onLook(channel: string): void;
}

export function createLookers({ id, line, clock, onLook }: LookersDeps): Lookers {
  const looking = new Map<string, { channel: string; at: number }>();
  let own: string | null = null;
  let cancel = () => {};

  function hear({ from, channel }: LookMessage): void {
    if (channel === null) {
      looking.delete(from);
      return;
    }
    looking.set(from, { channel, at: clock.monotonic() });
    onLook(channel);
  }

  function say(): void {
    cancel();
    const message = { from: id, channel: own };
    hear(message);
    line?.postMessage(message);
    if (own !== null) cancel = clock.after(AGAIN_MS, say);
  }

  if (line !== null) {
    line.onmessage = ({ data }) => {
      if (isLookMessage(data)) hear(data);
    };
  }
  return {
    look(channel) {
      if (channel === own) return;
      own = channel;
      say();
    },
    isLookedAt(channel) {
      const now = clock.monotonic();
      return [...looking.values()].some((one) => one.channel === channel && now - one.at < FORGET_MS);
    },
    close() {
      if (own !== null) {
        own = null;
        say();
      }
      cancel();
      line?.close();
    },
  };
}

function isLookMessage(data: unknown): data is LookMessage {
  if (typeof data !== 'object' || data === null || !('from' in data) || !('channel' in data)) return false;
  return typeof data.from === 'string' && (data.channel === null || typeof data.channel === 'string');
}
