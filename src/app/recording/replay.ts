/**
 * Publishes recorded events again, in their order and at their pace, through the outbox. It never fills the outbox:
 * with enough rows waiting there it waits too, and goes on later than it should rather than all at once.
 */
import type { EventRecord, Outbox } from '../../connection/api.ts';
import type { Clock } from '../../shared/clock.ts';
import { MAX_EVENT_BYTES, MAX_EVENTS_PER_PUBLISH, utf8Bytes } from '../../shared/publish-rules.ts';
import { createStore, type Store } from '../../shared/store.ts';

/** Rows of a replay that may wait in the outbox: about a second of sending. */
const MAX_WAITING_ROWS = 20;
/** Longest single timer, milliseconds: browsers count in 32 bits. */
const MAX_TIMER_MS = 3_600_000;

export interface ReplayState {
  phase: 'running' | 'done' | 'stopped' | 'failed';
  /** Events that are in the outbox or further. */
  sent: number;
  all: number;
  /** Events that are too large to publish. */
  skipped: number;
  /** Whether it waits until the outbox has sent more. */
  waits: boolean;
  /** Why it failed, as a sentence. */
  reason: string | null;
}

export interface Replay extends Store<ReplayState> {
  readonly target: string;
  stop(): void;
}

export interface ReplayDeps {
  /** The recorded events in order, in pages. */
  pages: AsyncIterable<readonly EventRecord[]>;
  all: number;
  /** Canonical, no wildcard. */
  target: string;
  /** Times as fast as it was recorded; null: as fast as the outbox takes them. */
  speed: number | null;
  outbox: Pick<Outbox, 'publish' | 'get' | 'subscribe'>;
  clock: Clock;
}

export function startReplay({ pages, all, target, speed, outbox, clock }: ReplayDeps): Replay {
  const store = createStore<ReplayState>({
    phase: 'running',
    sent: 0,
    all,
    skipped: 0,
    waits: false,
    reason: null,
  });
  /** Our rows that are not over, and whether the outbox has shown them yet: it does so a moment after it took them. */
  const open = new Map<string, boolean>();
  const began = clock.monotonic();
  let firstAt: number | null = null;
  /** Ends whatever is being waited for. */
  let wake: (() => void) | null = null;
  /** Looks whether what is waited for has happened in the outbox. */
  let onOutbox: (() => void) | null = null;
  let batch: EventRecord[] = [];

  const set = (change: Partial<ReplayState>) => store.set({ ...store.get(), ...change });
  const running = () => store.get().phase === 'running';
  const end = (phase: 'done' | 'stopped' | 'failed', reason: string | null = null) => {
    if (!running()) return;
    stopWatching();
    set({ phase, reason, waits: false });
    wake?.();
  };

  const stopWatching = outbox.subscribe(() => {
    const here = new Map(outbox.get().map((row) => [row.id, row]));
    for (const [id, seen] of open) {
      const row = here.get(id);
      if (row === undefined ? seen : row.state === 'delivered') open.delete(id);
      else if (row?.state === 'refused') {
        // The first refusal ends it: the next thousand would be refused as well.
        end('failed', row.reason);
        return;
      } else if (row !== undefined) open.set(id, true);
    }
    onOutbox?.();
  });

  /** When an event should go out, milliseconds after the beginning; one that is older than the last goes with it. */
  function dueOf({ receivedAt }: EventRecord): number {
    if (speed === null) return 0;
    firstAt ??= receivedAt;
    return (receivedAt - firstAt) / speed;
  }

  async function waitUntil(at: number): Promise<void> {
    for (let left = at - (clock.monotonic() - began); left > 0 && running(); ) {
      await new Promise<void>((resolve) => {
        const cancel = clock.after(Math.min(left, MAX_TIMER_MS), resolve);
        wake = () => {
          cancel();
          resolve();
        };
      });
      left = at - (clock.monotonic() - began);
    }
  }

  /** Waits until no more than `rows` of ours wait in the outbox. */
  async function waitForOutbox(rows: number): Promise<void> {
    if (open.size <= rows || !running()) return;
    set({ waits: true });
    await new Promise<void>((resolve) => {
      wake = resolve;
      onOutbox = () => {
        if (open.size <= rows) resolve();
      };
    });
    onOutbox = null;
    if (running()) set({ waits: false });
  }

  async function flush(): Promise<void> {
    if (batch.length === 0) return;
    await waitForOutbox(MAX_WAITING_ROWS - 1);
    if (!running()) return;
    const events = batch.map(({ event }): unknown => JSON.parse(event));
    batch = [];
    open.set(await outbox.publish(target, events), false);
    set({ sent: store.get().sent + events.length });
  }

  async function take(record: EventRecord): Promise<void> {
    const at = dueOf(record);
    if (at > clock.monotonic() - began) {
      await flush();
      await waitUntil(at);
    }
    if (!running()) return;
    // As it will be sent: escapes in the recording may be longer.
    if (utf8Bytes(JSON.stringify(JSON.parse(record.event))) > MAX_EVENT_BYTES) {
      set({ skipped: store.get().skipped + 1 });
      return;
    }
    batch.push(record);
    if (batch.length === MAX_EVENTS_PER_PUBLISH) await flush();
  }

  async function run(): Promise<void> {
    for await (const page of pages) {
      for (const record of page) {
        if (!running()) return;
        await take(record);
      }
    }
    await flush();
    await waitForOutbox(0);
    end('done');
  }

  run().catch((error: unknown) => end('failed', error instanceof Error ? error.message : String(error)));

  return { get: store.get, subscribe: store.subscribe, target, stop: () => end('stopped') };
}
