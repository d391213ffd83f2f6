/** `events` in Amplify's shape over the shared connection. */
import { parseChannel } from '../../shared/channel.ts';
import { AppError } from '../../shared/errors.ts';
import type { ChannelStatus, ConnectionPhase } from '../../shared/line-messages.ts';
import type { EventRecord } from '../../shared/log.ts';
import type { EventsChannel, Outbox, SharedEvents, SubscriptionObserver } from '../api.ts';

export interface SharedEventsDeps {
  outbox: Outbox;
  /** An observer threw: a fault of the app, which must not keep the event from the others. */
  report(error: unknown): void;
  /** Wants a channel; the returned function lets go. Records of the channel go to `receive`. */
  join(channel: string, receive: (records: readonly EventRecord[]) => void): () => void;
  status: {
    get(): { phase: ConnectionPhase; channels: Readonly<Record<string, ChannelStatus>> };
    subscribe(listener: () => void): () => void;
  };
}

export function createSharedEvents({ outbox, join, status, report }: SharedEventsDeps): SharedEvents {
  /** Resolves when the service confirmed the channel. */
  function confirmed(channel: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const check = (): void => {
        const { phase, channels } = status.get();
        const state = channels[channel];
        if (phase === 'signed-out')
          settle(() => reject(new AppError('signed-out', 'You are signed out. Sign in again.')));
        else if (state?.phase === 'live') settle(resolve);
        else if (state?.phase === 'denied') {
          settle(() =>
            reject(
              new AppError('denied', `The service denied ${channel}: ${state.reason ?? 'no reason given'}`),
            ),
          );
        }
      };
      const off = status.subscribe(check);
      function settle(how: () => void): void {
        off();
        how();
      }
      queueMicrotask(check);
    });
  }

  return {
    async connect(name) {
      const channel = parseChannel(name, 'subscribe');
      const observers = new Set<SubscriptionObserver<unknown>>();
      const leave = join(channel, (records) => {
        if (observers.size > 0) for (const record of records) tell(observers, record, report);
      });
      try {
        await confirmed(channel);
      } catch (error) {
        leave();
        throw error;
      }
      return channelOf(channel, observers, leave, outbox);
    },
    async post(channel, events) {
      await outbox.publish(channel, Array.isArray(events) ? events : [events]);
    },
  };
}

function channelOf(
  channel: string,
  observers: Set<SubscriptionObserver<unknown>>,
  leave: () => void,
  outbox: Outbox,
): EventsChannel {
  let open = true;
  function mustBeOpen(): void {
    if (!open) throw new AppError('closed', `The channel ${channel} was closed; connect to it again.`);
  }
  return {
    subscribe(observer) {
      mustBeOpen();
      const entry = observer as SubscriptionObserver<unknown>;
      observers.add(entry);
      return { unsubscribe: () => void observers.delete(entry) };
    },
    async publish(event) {
      mustBeOpen();
      await outbox.publish(channel, [event]);
    },
    close() {
      open = false;
      observers.clear();
      leave();
    },
  };
}

function tell(
  observers: ReadonlySet<SubscriptionObserver<unknown>>,
  record: EventRecord,
  report: (error: unknown) => void,
): void {
  const call = parsed(record);
  for (const observer of [...observers]) {
    try {
      call(observer);
    } catch (error) {
      report(error);
    }
  }
}

function parsed({
  channel,
  event: text,
  epoch,
  n,
}: EventRecord): (observer: SubscriptionObserver<unknown>) => void {
  try {
    const event: unknown = JSON.parse(text);
    return (observer) => observer.next({ id: `${epoch}.${n}`, type: 'data', event });
  } catch (cause) {
    const error = new AppError('bad-json', `An event on ${channel} is not JSON.`, { cause });
    return (observer) => observer.error(error);
  }
}
