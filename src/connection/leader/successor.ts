/**
 * A leader to be. It connects and subscribes beside the leader that it is to follow, and holds back what it hears: it
 * has no lock, takes no epoch, writes nothing and says nothing. Once the other has drained and the lock is held, it
 * writes what the other did not record, and leads.
 */
import type { Clock } from '../../shared/clock.ts';
import { AppError } from '../../shared/errors.ts';
import { parseLineMessage } from '../../shared/line-messages.ts';
import type { EventRecord } from '../../shared/log.ts';
import type { Estate, LeaderDeps, Successor } from './api.ts';
import { type Inheritance, lead, takeOffice } from './leader.ts';
import { createRunner, type Runner } from './runner.ts';
import type { LeaderState } from './state.ts';
import { describeChannels } from './status.ts';
import { createTwinFinder, TWIN_WAIT_MS, type TwinFinder } from './twins.ts';

/** More than this is not held back in memory: then there is no succession now. */
const MAX_HELD_EVENTS = 20_000;
/** Records of the other leader that are read for comparison, beyond as many as were held back. */
const COMPARE_MORE = 2_000;

/** A thread that stands still for so long, and … */
const STOOD_STILL_MS = 1_500;
/** … notices it by this beat. Milliseconds. */
const BEAT_MS = 500;

type Held = Inheritance['events'][number];

/** Prepares to follow a leader whose tabs are `estate`. */
export function prepareLeader(deps: LeaderDeps, estate: Estate): Successor {
  const { clock } = deps;
  const held: Held[] = [];
  const intervals: Inheritance['intervals'][number][] = [];
  let over = false;
  let aliveAt = clock.monotonic();
  let cancelBeat = clock.after(BEAT_MS, beat);
  let settled: { resolve(): void; reject(error: AppError): void } | null = null;
  const ready = new Promise<void>((resolve, reject) => {
    settled = { resolve, reject };
  });
  // Whoever only closes it need not listen.
  ready.catch(() => {});

  const line = new deps.BroadcastChannel(deps.line);
  const runner = createRunner(deps, {
    record(channel, event) {
      watch();
      held.push({ channel, event, receivedAt: clock.wall() });
      if (held.length > MAX_HELD_EVENTS) giveUp();
    },
    cover: (interval) => void intervals.push(interval),
    changed() {
      if (isSettled(runner.state())) settled?.resolve();
    },
    signedOut: giveUp,
  });

  // What the tabs want may change while the other still leads: heard here too, and not answered.
  line.onmessage = ({ data }: MessageEvent<unknown>) => {
    const message = parseLineMessage(data);
    if (message?.t === 'tab') {
      const { tab, wants, visible, locked, online } = message;
      runner.dispatch({ t: 'tab', tab, wants, visible, locked, online });
    } else if (message?.t === 'bye') {
      runner.dispatch({ t: 'tab-gone', tab: message.tab });
    }
  };

  /** Of what came while the thread stood still nobody knows when: it cannot be told from what the other recorded. */
  function watch(): void {
    const since = aliveAt;
    aliveAt = clock.monotonic();
    if (aliveAt - since > STOOD_STILL_MS) giveUp();
  }

  function beat(): void {
    watch();
    if (!over) cancelBeat = clock.after(BEAT_MS, beat);
  }

  function giveUp(): void {
    if (over) return;
    release();
    settled?.reject(closed());
    runner.dispatch({ t: 'stop' });
    runner.close();
    held.length = 0;
  }

  function release(): void {
    over = true;
    cancelBeat();
    line.close();
  }

  for (const [tab, { wants, visible, locked }] of Object.entries(estate.tabs)) {
    runner.dispatch({ t: 'tab', tab, wants, visible, locked, online: deps.online });
  }
  runner.dispatch({ t: 'tick' });

  return {
    ready,
    async lead() {
      watch();
      if (over) throw closed();
      const office = await takeOffice(deps);
      const limit = 2 * held.length + COMPARE_MORE;
      const recorded = await deps.history.events.newest(limit).catch((): EventRecord[] => []);
      if (over) throw closed();
      release();
      // From here to `lead` nothing waits: what is heard next is heard by the leader.
      const finder = finderOf(recorded);
      const events = notIn(finder, held);
      return lead(withoutTwins(runner, finder, clock), office, { events, intervals }, deps);
    },
    close: giveUp,
  };
}

/** Whatever the reason: nobody is told but the one that asked, and it only needs to know. */
function closed(): AppError {
  return new AppError('closed', 'The successor was closed.');
}

function finderOf(recorded: readonly EventRecord[]): TwinFinder<unknown> {
  return createTwinFinder(
    recorded.map(({ channel, event: text, receivedAt: at }) => ({ channel, text, at })),
  );
}

/** What was held back and the other did not record: both received it at nearly the same time, on this device's clock. */
function notIn(recorded: TwinFinder<unknown>, held: readonly Held[]): Held[] {
  return held.filter(
    ({ channel, event: text, receivedAt: at }) => recorded.take({ channel, text, at }) === null,
  );
}

/** The runner, without what the other recorded last: on a socket that is slower than its own it is still to come. */
function withoutTwins(runner: Runner, recorded: TwinFinder<unknown>, clock: Clock): Runner {
  return {
    ...runner,
    tell(sink) {
      runner.tell({
        ...sink,
        record(channel, text) {
          if (recorded.take({ channel, text, at: clock.wall() }) === null) sink.record(channel, text);
        },
      });
      clock.after(TWIN_WAIT_MS, () => runner.tell(sink));
    },
  };
}

/** Whether it is connected and every wanted channel has its answer. */
function isSettled(s: LeaderState): boolean {
  return (
    s.lines.every(({ current }) => current !== null) &&
    Object.values(describeChannels(s)).every(({ phase }) => phase !== 'waiting' && phase !== 'subscribing')
  );
}
