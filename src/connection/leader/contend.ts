/**
 * Leads while it holds the leader lock: waits for it, is left it by a leader that ends in its favour, or takes it
 * from one that hangs. Used by every host: the lock says who may lead; the epoch that the leader then takes says
 * who did.
 */
import type { Estate, SuccessionRequest } from '../../shared/line-messages.ts';
import type { Leader, LeaderTokens, Successor } from './api.ts';
import { createGiveOver, type GiveOver } from './give-over.ts';
import { type LineEarDeps, sayOnce } from './line-ear.ts';
import { type Offer, seekSuccession } from './succeed.ts';

/** What a leader tells the one that made it. */
export interface LeaderCalls {
  onRequest(request: SuccessionRequest): void;
  onEnded(): void;
  /** How long the storage may take to give the epoch, milliseconds; null: as long as it takes. */
  storagePatienceMs: number | null;
}

export interface Contender {
  leading(): boolean;
  /** Lets go: the leader stops, the lock is free. Does not contend again before `again`. */
  release(): Promise<void>;
  /** Queues for the lock (anew). Does nothing while queued or leading. */
  again(): void;
  /**
   * Takes over from a leader that agrees, with no break between. Does nothing while leading or taking over.
   * @param offer the leader's offer, where it was the leader that asked.
   */
  succeed(offer?: Offer): void;
  /** Takes the lock from whoever holds it, and leads. */
  steal(): void;
  /** Offers the lead to a tab that `fits`; its name, or null when there is none or this contender does not lead. */
  offer(fits: (tab: string, about: Estate['tabs'][string]) => boolean): string | null;
  /** The same user signed in anew: a leader here goes on with these tokens. */
  renew(tokens: LeaderTokens): void;
}

export interface ContenderDeps extends LineEarDeps {
  /** This contender's name in a succession. */
  name: string;
  /** Null: no Web Locks here; lead at once (the caller knows that it is alone). */
  locks: LockManager | null;
  lockName: string;
  /** Begins to lead. */
  start(calls: LeaderCalls): Promise<Leader>;
  /** Prepares to lead after another. */
  prepare(calls: LeaderCalls, estate: Estate): Successor;
}

/** The lock of a leader that ended in favour of another is kept this long for it to take. Milliseconds. */
const KEPT_MS = 1_000;

/** Whoever hangs may do so in the middle of a transaction, which then blocks the storage. Milliseconds. */
const HURRIED_MS = 150;

/** One time of leading, from before the lock is held. */
interface Tenure {
  calls: LeaderCalls;
  ended: Promise<void>;
  giveOver: GiveOver | null;
  begin(): Promise<Leader>;
}

function createTenure(
  begin: (calls: LeaderCalls) => Promise<Leader>,
  /** Storage may be slow when a browser starts, or while another version of the app lets go: it is waited for. */
  storagePatienceMs: number | null = null,
): Tenure {
  let onEnded = (): void => {};
  const ended = new Promise<void>((resolve) => {
    onEnded = resolve;
  });
  const calls = {
    storagePatienceMs,
    onEnded,
    onRequest: (request: SuccessionRequest) => tenure.giveOver?.hear(request),
  };
  const tenure: Tenure = { calls, ended, giveOver: null, begin: () => begin(calls) };
  return tenure;
}

export function createContender(deps: ContenderDeps): Contender {
  const { clock, locks, lockName, start } = deps;
  /** The claim on the lock, queued or held. */
  let claim: AbortController | null = null;
  let leader: Leader | null = null;
  let giveOver: GiveOver | null = null;
  let succession: AbortController | null = null;
  /** A successor that waits for the leader's last word and could lead at once. */
  let heir: { tenure: Tenure; adopt(): void } | null = null;

  async function lead(signal: AbortSignal, tenure: Tenure): Promise<void> {
    if (signal.aborted) return;
    const over = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    const started = await tenure.begin();
    if (signal.aborted) return started.stop();
    let handedOver = false;
    leader = started;
    giveOver = createGiveOver({
      leader: started,
      clock,
      say: (message) => sayOnce(deps, message),
      onHandOver() {
        handedOver = true;
      },
    });
    tenure.giveOver = giveOver;
    await Promise.race([tenure.ended, over]);
    tenure.giveOver = null;
    giveOver.close();
    giveOver = null;
    leader = null;
    // Whoever waits for the lock may begin before our last rows are stored: the epoch keeps the two apart.
    void started.stop();
    // The one that was named takes it from us; only if that one is gone, the next in the queue may have it.
    if (handedOver && !signal.aborted) {
      await Promise.race([over, new Promise<void>((resolve) => clock.after(KEPT_MS, resolve))]);
    }
  }

  /** @param pick called when the lock is held: how to begin. */
  function take(how: 'queue' | 'steal', pick: () => Tenure): void {
    claim?.abort();
    const mine = new AbortController();
    claim = mine;
    const work = () => lead(mine.signal, pick());
    const options = how === 'steal' ? { steal: true } : { signal: mine.signal };
    void (locks === null ? work() : locks.request(lockName, options, work))
      // Aborted while queued, or taken from a leader that hung or ended in favour of another.
      .catch(() => {})
      .finally(() => {
        mine.abort();
        if (claim === mine) claim = null;
      });
  }

  /** The lock was granted, perhaps because the leader that was to be succeeded is gone: no reason to begin anew. */
  function pickGranted(): Tenure {
    const prepared = heir;
    prepared?.adopt();
    succession?.abort();
    return prepared?.tenure ?? createTenure(start);
  }

  async function inherit(offer: Offer | null): Promise<void> {
    const mine = new AbortController();
    succession = mine;
    let adopted = false;
    let successor: Successor | null = null;
    const tenure = createTenure((calls) => {
      if (successor === null) return start(calls);
      // It may have given up in the last moment; the lock is ours all the same.
      return successor.lead().catch(() => start(calls));
    });
    const found = await seekSuccession(
      {
        ...deps,
        by: deps.name,
        signal: mine.signal,
        prepare(estate) {
          const made = deps.prepare(tenure.calls, estate);
          successor = made;
          return { ready: made.ready, lead: made.lead, close: () => void (adopted || made.close()) };
        },
        onReady() {
          heir = {
            tenure,
            adopt() {
              adopted = true;
            },
          };
        },
      },
      offer,
    );
    heir = null;
    if (succession === mine) succession = null;
    if (found !== null) take('steal', () => tenure);
  }

  return {
    leading: () => leader !== null,
    async release() {
      const stopping = leader;
      leader = null;
      succession?.abort();
      claim?.abort();
      claim = null;
      await stopping?.stop();
    },
    again() {
      if (claim === null) take('queue', pickGranted);
    },
    succeed(offer) {
      if (leader === null && succession === null) void inherit(offer ?? null);
    },
    steal() {
      succession?.abort();
      take('steal', () => createTenure(start, HURRIED_MS));
    },
    offer(fits) {
      const tabs = Object.entries(leader?.estate().tabs ?? {});
      const found = tabs.find(([tab, about]) => tab !== deps.name && fits(tab, about))?.[0] ?? null;
      if (found !== null) giveOver?.offer(found);
      return found;
    },
    renew: (tokens) => leader?.renew(tokens),
  };
}
