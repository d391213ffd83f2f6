/**
 * The leader: what the runner hears is written to the log and the coverage, and told to all tabs over one
 * BroadcastChannel; what the tabs want is told to the runner. The same code in every host; a host only decides
 * when it begins and ends. It must not know React, the page, or how its host was chosen.
 */
import { errorToWire } from '../../shared/errors.ts';
import { isLate } from '../../shared/is-late.ts';
import { type LeaderMessage, parseLineMessage } from '../../shared/line-messages.ts';
import { gapsOf, joinIntervals } from '../../store/coverage-log.ts';
import type { Estate, Leader, LeaderDeps } from './api.ts';
import { createCoverageWriter } from './coverage-writer.ts';
import { createEventWriter, STORAGE_SILENT } from './event-writer.ts';
import { loadCatchUp, type MakeCatchUp } from './load-catch-up.ts';
import { isDrained } from './reducer.ts';
import { createRunner, type Runner, type RunnerSink } from './runner.ts';
import type { LeaderEvent, LeaderState } from './state.ts';
import { describeLeader } from './status.ts';
import { createTabPresence } from './tab-presence.ts';
import { SETTLE_MS } from './timing.ts';

/** Tabs count on a heartbeat this often while somebody looks. Milliseconds. */
export const BEAT_MS = 1_000;
/** Open intervals of coverage are written this often. Milliseconds. */
const COVERAGE_MS = 5_000;
/** A tick that comes this much too late means that the device slept or the clock was set. Milliseconds. */
const JUMP_MS = 4_000;

/** What the leader takes over: an epoch of its own, whether there is a log, and how gaps are closed. */
export interface Office {
  epoch: number;
  history: 'kept' | 'unavailable';
  /** Why there is no log, as a sentence; null while there is one. */
  historyReason: string | null;
  catchUp: MakeCatchUp;
}

/** What a successor heard before it led. */
export interface Inheritance {
  events: readonly { channel: string; event: string; receivedAt: number }[];
  intervals: readonly Parameters<RunnerSink['cover']>[0][];
}

/** Starts leading. The caller holds the leader lock, where there are locks. */
export async function startLeader(deps: LeaderDeps): Promise<Leader> {
  const office = await takeOffice(deps);
  const runner = createRunner(deps, SILENT);
  const leader = lead(runner, office, { events: [], intervals: [] }, deps);
  runner.dispatch({ t: 'tick' });
  return leader;
}

const SILENT: RunnerSink = { record() {}, cover() {}, changed() {}, signedOut() {} };

/** Takes the next epoch: whoever led before writes nothing more from here on. */
export async function takeOffice(deps: LeaderDeps): Promise<Office> {
  const { history, clock, storagePatienceMs } = deps;
  const catchUp = loadCatchUp(deps);
  let historyReason = STORAGE_SILENT;
  try {
    const taken = history.events.nextEpoch();
    if (storagePatienceMs === null || !(await isLate(taken, storagePatienceMs, clock))) {
      const epoch = await taken;
      const kept = history.durable ? 'kept' : 'unavailable';
      return { epoch, history: kept, historyReason: null, catchUp: await catchUp };
    }
  } catch (error) {
    historyReason = errorToWire(error).message;
  }
  return { epoch: clock.wall(), history: 'unavailable', historyReason, catchUp: await catchUp };
}

/** Leads with `runner` from here on: nothing that it hears falls between. */
export function lead(runner: Runner, office: Office, inheritance: Inheritance, deps: LeaderDeps): Leader {
  const { clock } = deps;
  const { epoch } = office;
  const leaderId = Math.floor(deps.random() * 36 ** 6)
    .toString(36)
    .padStart(6, '0');
  const line = new deps.BroadcastChannel(deps.line);
  const { events: log } = deps.history;
  let history: 'kept' | 'unavailable' | 'full' = office.history;
  let { historyReason } = office;
  let lastStatusAt = Number.NEGATIVE_INFINITY;
  let lastCoverageAt = clock.monotonic();
  let lastBeat = { monotonic: clock.monotonic(), wall: clock.wall() };
  let over = false;
  let onDrained = (): void => {};

  const writer = createEventWriter({
    epoch,
    log,
    silent: historyReason === STORAGE_SILENT,
    limits: deps.history.limits,
    clock,
    announce: (from, records) => say({ v: 1, t: 'events', epoch, from, records }),
    onHistory(now, reason) {
      if ((now === history && reason === historyReason) || !deps.history.durable) return;
      history = now;
      historyReason = reason;
      tellStatus();
    },
    onSuperseded: stop,
  });
  const coverage = createCoverageWriter({
    epoch,
    log: deps.history.coverage,
    flushEvents: writer.flush,
    oldestEvent: log.oldest,
    announce: (channels) => say({ v: 1, t: 'coverage', epoch, channels }),
  });
  const catchUp = office.catchUp({
    epoch,
    writer,
    clock,
    checkpoints: deps.history.checkpoints,
    token: runner.accessToken,
    fetch: deps.fetch,
    cover: coverage.put,
    gaps: async (channel) => gapsOf(channel, joinIntervals(await deps.history.coverage.read(channel)), true),
    logged: log.forward,
  });
  const presence = createTabPresence({
    locks: deps.locks,
    clock,
    onGone: (tab) => runner.dispatch({ t: 'tab-gone', tab }),
  });

  function say(message: LeaderMessage): void {
    // A leader that moved has no state worth telling any more; its successor has.
    const last = message.t === 'ended' || (message.t === 'status' && runner.state().ended !== 'moved');
    if (!over || last) line.postMessage(message);
  }

  function tellStatus(): void {
    lastStatusAt = clock.monotonic();
    const token = runner.token();
    const status = describeLeader(runner.state(), {
      now: lastStatusAt,
      leaderId,
      build: deps.build,
      host: deps.host,
      sockets: runner.sockets(),
      history,
      historyReason,
      token: token === null ? null : { endsInMs: token.held.endsAt - lastStatusAt, used: token.used },
    });
    say({ v: 1, t: 'status', epoch, n: writer.announced(), status });
  }

  line.onmessage = ({ data }: MessageEvent<unknown>) => {
    const message = parseLineMessage(data);
    if (message === null || over) return;
    if (message.t === 'tab') {
      const { tab, wants, visible, locked, online, known = 0 } = message;
      // It heard a leader whose epoch never reached the storage, and hears nothing of ours: the next one is to be higher.
      if (known > epoch) void log.append(known, []).then(stop, stop);
      presence.seen(tab, locked);
      runner.dispatch({ t: 'tab', tab, wants, visible, locked, online });
      tellStatus();
    } else if (message.t === 'bye') {
      presence.left(message.tab);
    } else if (message.t === 'nudge') {
      nudge(message.cause, message.online);
    } else if (message.t === 'challenge') {
      tellStatus();
    } else if (message.t === 'succeed' || message.t === 'ready') {
      deps.onRequest(message);
    } else if (message.t === 'status' && message.epoch > epoch) {
      // Somebody leads with a newer epoch: the lock was taken from us while we slept.
      void stop();
    }
  };

  function nudge(cause: Extract<LeaderEvent, { t: 'nudge' }>['cause'], online: boolean): void {
    if (cause !== 'offline' && cause !== 'publish') runner.wake();
    runner.dispatch({ t: 'nudge', cause, online });
  }

  function beat(): void {
    const now = { monotonic: clock.monotonic(), wall: clock.wall() };
    const late = Math.max(now.monotonic - lastBeat.monotonic, Math.abs(now.wall - lastBeat.wall)) - BEAT_MS;
    lastBeat = now;
    if (late > JUMP_MS) nudge('clock-jump', runner.state().online);
    if (now.monotonic - lastCoverageAt >= COVERAGE_MS) {
      lastCoverageAt = now.monotonic;
      void coverage.extend(runner.state(), catchUp.extend);
    }
    // Never longer than one beat and a half without a word, whenever the last change was told.
    if (now.monotonic - lastStatusAt >= BEAT_MS / 2) tellStatus();
    cancelBeat = clock.after(BEAT_MS, beat);
  }

  async function finish(how: 'signed-out' | 'stop' | 'moved', to?: string): Promise<void> {
    if (over) return;
    over = true;
    runner.dispatch({ t: how });
    cancelBeat();
    runner.close();
    presence.close();
    catchUp.close();
    onDrained();
    // Whoever follows a handover reads what is stored; nobody waits for a leader that just stops.
    if (how === 'moved') await writer.flush().then(coverage.flush);
    say(to === undefined ? { v: 1, t: 'ended', epoch } : { v: 1, t: 'ended', epoch, to });
    deps.onEnded();
    await coverage.flush();
    deps.history.close();
    line.close();
  }

  function stop(): Promise<void> {
    return finish('stop');
  }

  async function handOver(to: string): Promise<void> {
    runner.dispatch({ t: 'leave' });
    await new Promise<void>((resolve) => {
      onDrained = resolve;
      clock.after(SETTLE_MS, () => runner.dispatch({ t: 'drain' }));
    });
    await finish('moved', to);
  }

  let cancelBeat = clock.after(BEAT_MS, beat);
  runner.tell({
    record: catchUp.record,
    cover: catchUp.cover,
    changed() {
      tellStatus();
      if (isDrained(runner.state())) onDrained();
    },
    signedOut: () => void finish('signed-out'),
  });
  for (const [tab, { locked }] of Object.entries(runner.state().tabs)) presence.seen(tab, locked);
  for (const { channel, event, receivedAt } of inheritance.events) {
    writer.write(channel, event, { receivedAt });
  }
  for (const interval of inheritance.intervals) catchUp.cover(interval);

  return {
    epoch,
    stop,
    handOver,
    renew: (tokens) => runner.renew(tokens),
    estate: () => estateOf(runner.state()),
  };
}

function estateOf(s: LeaderState): Estate {
  const tabs: Estate['tabs'] = {};
  for (const [tab, { wants, visible, locked }] of Object.entries(s.tabs)) {
    tabs[tab] = { wants: [...wants], visible, locked };
  }
  return { tabs };
}
