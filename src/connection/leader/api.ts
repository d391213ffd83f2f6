/** What a host needs to know of a leader and of its successor. `leader.ts` and `successor.ts` make them. */
import type { Clock } from '../../shared/clock.ts';
import type { Estate, HostKind, SuccessionRequest } from '../../shared/line-messages.ts';
import type { EventsConfig } from '../../shared/page-data.ts';
import type { HeldToken } from '../../shared/token-machine.ts';
import type { LeaderHistory } from '../../store/history.ts';

export type { Estate };

/** All that the leader needs of the session. */
export interface LeaderTokens {
  get(options?: { force?: boolean }): Promise<HeldToken>;
  /** Tells of the definite end of the session. */
  onSignedOut(listener: () => void): () => void;
  /** The device woke or the network changed: waiting times from before no longer hold. */
  wake(): void;
}

export interface LeaderDeps {
  host: HostKind;
  /** The build that this code is of. */
  build: string;
  /** Name of the BroadcastChannel to the tabs. */
  line: string;
  history: LeaderHistory;
  events: EventsConfig;
  tokens: LeaderTokens;
  clock: Clock;
  random(): number;
  /** For the application's history. */
  fetch(url: string, init: RequestInit): Promise<Response>;
  WebSocket: typeof WebSocket;
  BroadcastChannel: typeof BroadcastChannel;
  locks: LockManager | null;
  online: boolean;
  /** Somebody wants to succeed this leader. */
  onRequest(request: SuccessionRequest): void;
  /**
   * How long the storage may take to give the epoch, milliseconds: without an answer one is taken from the clock. Null:
   * as long as it takes.
   */
  storagePatienceMs: number | null;
  /** The leader ended by itself: signed out, or a newer one took over. */
  onEnded(): void;
}

export interface Leader {
  readonly epoch: number;
  /** Ends it: the sockets close, the tabs are told, what was received is stored. */
  stop(): Promise<void>;
  /**
   * Ends it in favour of a successor that is ready: after the settle time nothing is under way on its sockets any
   * more, all is stored, and the tabs are told who follows. Never rejects.
   * @param to who follows, as `ended` names it.
   */
  handOver(to: string): Promise<void>;
  /** The same user signed in anew: from now on these tokens count, and each socket is replaced by one of theirs. */
  renew(tokens: LeaderTokens): void;
  estate(): Estate;
}

/** A leader to be: connected and subscribed, but without lock, epoch or voice. */
export interface Successor {
  /**
   * Resolves when every channel of the estate is confirmed or refused.
   * @throws AppError `closed` when it was closed or gave up before.
   */
  readonly ready: Promise<void>;
  /**
   * Leads from here on; to be called once, with the leader lock held.
   * @throws AppError `closed` when it was closed or gave up (it holds back 20,000 events at most).
   */
  lead(): Promise<Leader>;
  /** Lets go of everything; nothing was ever said or written. */
  close(): void;
}
