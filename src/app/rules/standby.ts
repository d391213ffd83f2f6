/**
 * Every window wants the channels of the rules, not only the one that watches: when that one closes, the channels stay
 * subscribed, and the next one finds in the log what came in between.
 */
import type { Connection } from '../../connection/api.ts';

export interface Standby {
  want(channels: readonly string[]): void;
  close(): void;
}

export function createStandby({ events }: Pick<Connection, 'events'>): Standby {
  const wanted = new Map<string, () => void>();

  function open(channel: string): () => void {
    let over = false;
    let leave = () => {};
    events.connect(channel).then(
      (joined) => {
        leave = () => joined.close();
        if (over) leave();
      },
      () => {
        // Denied, or signed out: there is nothing to hold on to.
      },
    );
    return () => {
      over = true;
      leave();
    };
  }

  function want(channels: readonly string[]): void {
    for (const [channel, close] of wanted) {
      if (channels.includes(channel)) continue;
      close();
      wanted.delete(channel);
    }
    for (const channel of channels) if (!wanted.has(channel)) wanted.set(channel, open(channel));
  }

  return { want, close: () => want([]) };
}
