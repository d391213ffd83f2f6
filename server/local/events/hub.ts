/** Who listens to what, and the fan-out. Knows patterns and receivers, nothing of sockets or of rights. */
import type { EventHistory } from './history.ts';

export interface Receiver {
  /** One event for one subscription. `eventJson` is the event's text, encoded as a JSON string. */
  deliver(subscriptionId: string, eventJson: string): void;
}

export interface Hub {
  /** @param pattern canonical channel, or one that ends in `/*`. @returns a function that ends it. */
  add(pattern: string, subscriptionId: string, receiver: Receiver): () => void;
  /** @param channel canonical. @param event JSON text. */
  publish(channel: string, event: string): void;
}

/** @param history is told of every event before anybody hears it. */
export function createHub(history: Pick<EventHistory, 'record'>): Hub {
  interface Entry {
    subscriptionId: string;
    receiver: Receiver;
  }
  const byPattern = new Map<string, Set<Entry>>();

  return {
    add(pattern, subscriptionId, receiver) {
      const entry = { subscriptionId, receiver };
      const entries = byPattern.get(pattern) ?? new Set();
      byPattern.set(pattern, entries.add(entry));
      return () => {
        entries.delete(entry);
        if (entries.size === 0 && byPattern.get(pattern) === entries) byPattern.delete(pattern);
      };
    },
    publish(channel, event) {
      history.record(channel, event);
      const eventJson = JSON.stringify(event);
      for (const pattern of patternsFor(channel)) {
        for (const { subscriptionId, receiver } of byPattern.get(pattern) ?? []) {
          receiver.deliver(subscriptionId, eventJson);
        }
      }
    },
  };
}

/** The channel itself and each wildcard above it: at most five, so a look-up never scans all patterns. */
function patternsFor(channel: string): string[] {
  const segments = channel.split('/');
  return [channel, ...segments.slice(1).map((_, index) => `${segments.slice(0, index + 1).join('/')}/*`)];
}
