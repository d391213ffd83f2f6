/** Who in this tab wants which channel, and gets its events. */
import type { EventRecord } from '../../shared/log.ts';

type Receive = (records: readonly EventRecord[]) => void;

export interface JoinedChannels {
  wants(): string[];
  /** Wants a channel; the returned function lets go. */
  join(channel: string, receive: Receive): () => void;
  /** Gives records to those who joined their channels; each channel's together and in order. */
  deliver(records: readonly EventRecord[]): void;
}

/** @param onChange the list of wanted channels changed. */
export function createJoinedChannels(onChange: () => void): JoinedChannels {
  const joined = new Map<string, Set<Receive>>();
  return {
    wants: () => [...joined.keys()],
    join(channel, receive) {
      const receivers = joined.get(channel) ?? new Set<Receive>();
      joined.set(channel, receivers.add(receive));
      if (receivers.size === 1) onChange();
      return () => {
        receivers.delete(receive);
        if (receivers.size > 0 || joined.get(channel) !== receivers) return;
        joined.delete(channel);
        onChange();
      };
    },
    deliver(records) {
      const byChannel = new Map([...joined.keys()].map((channel): [string, EventRecord[]] => [channel, []]));
      for (const record of records) byChannel.get(record.channel)?.push(record);
      for (const [channel, list] of byChannel) {
        if (list.length === 0) continue;
        for (const receive of [...(joined.get(channel) ?? [])]) receive(list);
      }
    },
  };
}
