/** Listens to the line for a while, for who waits for one answer. */
import type { Clock } from '../../shared/clock.ts';
import { type LineMessage, parseLineMessage } from '../../shared/line-messages.ts';

export interface LineEar {
  say(message: LineMessage): void;
  /**
   * The first message from now on that `pick` makes something of; null after `ms` milliseconds, or when the ear is
   * closed.
   */
  wait<T>(pick: (message: LineMessage) => T | null, ms: number): Promise<T | null>;
  close(): void;
}

export interface LineEarDeps {
  /** Name of the BroadcastChannel between leader and tabs. */
  line: string;
  BroadcastChannel: typeof BroadcastChannel;
  clock: Clock;
}

export function openLineEar(deps: LineEarDeps): LineEar {
  const channel = new deps.BroadcastChannel(deps.line);
  const waiters = new Set<(message: LineMessage | null) => void>();
  channel.onmessage = ({ data }: MessageEvent<unknown>) => {
    const message = parseLineMessage(data);
    if (message !== null) for (const hear of [...waiters]) hear(message);
  };
  return {
    say: (message) => channel.postMessage(message),
    wait: (pick, ms) =>
      new Promise((resolve) => {
        const hear = (message: LineMessage | null): void => {
          const found = message === null ? null : pick(message);
          if (message !== null && found === null) return;
          cancel();
          waiters.delete(hear);
          resolve(found);
        };
        const cancel = deps.clock.after(ms, () => hear(null));
        waiters.add(hear);
      }),
    close() {
      channel.close();
      for (const hear of [...waiters]) hear(null);
    },
  };
}

/** Says one thing on the line. */
export function sayOnce(deps: Pick<LineEarDeps, 'line' | 'BroadcastChannel'>, message: LineMessage): void {
  const channel = new deps.BroadcastChannel(deps.line);
  channel.postMessage(message);
  channel.close();
}
