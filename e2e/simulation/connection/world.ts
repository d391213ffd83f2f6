/**
 * Virtual time, and the contexts (pages, workers) that live in it. Everything that happens to a context is a task:
 * one entry into its code, after which all its promises settle before anything else happens. So `inside()` names
 * the context whose code runs now, and the globals (`globals.ts`) can answer for it.
 */
import type { Clock } from '../../../src/shared/clock.ts';

export type RealmState = 'running' | 'frozen' | 'cached' | 'gone';

/** One JavaScript context. */
export interface Realm {
  readonly name: string;
  readonly state: RealmState;
  readonly clock: Clock;
  /** Since when it runs without a break, virtual milliseconds. */
  runningSince(): number;
  /** Runs when it is gone, whatever ended it. */
  onGone(listener: () => void): void;
}

export interface PostOptions {
  /** Not kept for a page in the back/forward cache: broadcasts are lost there. */
  lostInCache?: boolean;
}

export interface World {
  /** Virtual milliseconds since the beginning. */
  now(): number;
  wall(): number;
  createRealm(name: string): Realm;
  /** The context whose code runs now. @throws when none does: then something leaked out of the simulation. */
  inside(): Realm;
  /** Runs `fn` in `realm` (null: in the outside world) after `ms`. The returned function cancels it. */
  post(ms: number, realm: Realm | null, fn: () => void | Promise<void>, options?: PostOptions): () => void;
  /** Runs `fn` in `realm` now, and all that follows from it at once. */
  enter(realm: Realm, fn: () => void): Promise<void>;
  /** A running context waits from now on. */
  hold(realm: Realm, state: 'frozen' | 'cached'): void;
  /** A waiting context goes on: `first` runs before all that had to wait, or after it. */
  thaw(realm: Realm, first: (() => void) | null, order: 'before' | 'after'): void;
  /** Code that is being loaded: nothing else happens until it is there. */
  loading<T>(code: Promise<T>): Promise<T>;
  /** Ends a context: nothing of it runs ever again. */
  end(realm: Realm): void;
  /**
   * Time passes, and everything due in it happens.
   * @throws when more happens in a moment than can be: something goes round and round without time passing.
   */
  pass(ms: number): Promise<void>;
  /** Something stood still from then until now without a word. */
  stalled(from: number): void;
  /** When something did, too short for a leader to notice; virtual milliseconds. */
  stalls(): readonly { from: number; to: number }[];
  /** Entries so far. */
  steps(): number;
}

interface Task {
  at: number;
  order: number;
  realm: InnerRealm | null;
  fn: (() => void | Promise<void>) | null;
  lostInCache: boolean;
}

interface InnerRealm extends Realm {
  state: RealmState;
  held: Task[];
  gone: (() => void)[];
  /** When it last began or ceased to run. */
  since: number;
}

/** A leader takes a shorter silence, of its own thread or of the network, for a busy moment. Milliseconds. */
const STALL_MS = 2_000;
/** Entries within one virtual second; a healthy run has some hundred. */
const MAX_STEPS_A_SECOND = 5_000;
const WALL_AT_START = 1_700_000_000_000;

/** @param afterStep called after every single entry. */
export function createWorld(afterStep: () => void): World {
  const heap: Task[] = [];
  const realms = new Map<Realm, InnerRealm>();
  const loads = new Set<Promise<unknown>>();
  let now = 1_000;
  const stalls: { from: number; to: number }[] = [];
  let serial = 0;
  let steps = 0;
  let current: Realm | null = null;

  const inner = (realm: Realm): InnerRealm => {
    const found = realms.get(realm);
    if (found === undefined) throw new Error(`The context ${realm.name} is of another world.`);
    return found;
  };

  function schedule(task: Task): () => void {
    if (Number.isNaN(task.at)) throw new Error('A timer was set to no time at all.');
    push(heap, task);
    return () => {
      task.fn = null;
    };
  }

  function stalled(from: number): void {
    if (now - from < STALL_MS) stalls.push({ from, to: now });
  }

  async function run(task: Task): Promise<void> {
    const { realm, fn } = task;
    if (fn === null || realm?.state === 'gone') return;
    if (realm !== null && realm.state !== 'running') {
      if (!(task.lostInCache && realm.state === 'cached')) realm.held.push(task);
      return;
    }
    await step(realm, fn);
  }

  async function step(realm: Realm | null, fn: () => void | Promise<void>): Promise<void> {
    steps += 1;
    const outer = current;
    current = realm;
    try {
      await fn();
      await turn();
      while (loads.size > 0) {
        await Promise.all(loads);
        await turn();
      }
    } finally {
      current = outer;
    }
    afterStep();
  }

  return {
    now: () => now,
    wall: () => WALL_AT_START + now,
    steps: () => steps,
    stalls: () => stalls,
    stalled,
    inside() {
      if (current === null) throw new Error('Code of a context ran outside of every context.');
      return current;
    },
    createRealm(name) {
      const realm: InnerRealm = {
        name,
        state: 'running',
        held: [],
        gone: [],
        since: now,
        runningSince: () => realm.since,
        onGone: (listener) => void realm.gone.push(listener),
        clock: {
          monotonic: () => now,
          wall: () => WALL_AT_START + now,
          after: (ms, fn) =>
            schedule({ at: now + Math.max(0, ms), order: serial++, realm, fn, lostInCache: false }),
        },
      };
      realms.set(realm, realm);
      return realm;
    },
    post: (ms, realm, fn, { lostInCache = false } = {}) =>
      schedule({
        at: now + ms,
        order: serial++,
        realm: realm === null ? null : inner(realm),
        fn,
        lostInCache,
      }),
    async enter(realm, fn) {
      if (realm.state === 'running') await step(realm, fn);
    },
    hold(realm, state) {
      const it = inner(realm);
      if (it.state !== 'running') return;
      it.state = state;
      it.since = now;
    },
    thaw(realm, first, order) {
      const it = inner(realm);
      if (it.state === 'gone' || it.state === 'running') return;
      it.state = 'running';
      stalled(it.since);
      it.since = now;
      const waited = it.held.splice(0);
      const signal = (): void => {
        if (first !== null) schedule({ at: now, order: serial++, realm: it, fn: first, lostInCache: false });
      };
      if (order === 'before') signal();
      for (const task of waited) schedule({ ...task, at: now, order: serial++, fn: () => task.fn?.() });
      if (order === 'after') signal();
    },
    async loading(code) {
      loads.add(code);
      return code.finally(() => loads.delete(code));
    },
    end(realm) {
      const it = inner(realm);
      if (it.state === 'gone') return;
      it.state = 'gone';
      it.held = [];
      for (const listener of it.gone.splice(0)) listener();
    },
    async pass(ms) {
      const end = now + ms;
      let second = { from: now, steps };
      for (let next = heap[0]; next !== undefined && next.at <= end; next = heap[0]) {
        pop(heap);
        now = Math.max(now, next.at);
        if (now - second.from >= 1_000) second = { from: now, steps };
        if (steps - second.steps > MAX_STEPS_A_SECOND) {
          throw new Error(
            `At ${now} ms it goes round and round, now in ${next.realm?.name ?? 'the outside'}.`,
          );
        }
        await run(next);
      }
      now = end;
    },
  };
}

/** Lets every promise that can settle do so. */
export function turn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}

const before = (a: Task, b: Task): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

function push(heap: Task[], task: Task): void {
  let at = heap.length;
  heap.push(task);
  while (at > 0) {
    const parent = (at - 1) >> 1;
    const above = heap[parent];
    if (above === undefined || !before(task, above)) break;
    heap[at] = above;
    at = parent;
  }
  heap[at] = task;
}

function pop(heap: Task[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  let at = 0;
  for (;;) {
    const left = heap[2 * at + 1];
    const right = heap[2 * at + 2];
    if (left === undefined) break;
    const [child, next] =
      right !== undefined && before(right, left) ? [right, 2 * at + 2] : [left, 2 * at + 1];
    if (!before(child, last)) break;
    heap[at] = child;
    at = next;
  }
  heap[at] = last;
}
