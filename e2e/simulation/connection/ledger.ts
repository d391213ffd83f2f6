/**
 * What really happened in a run, as nobody inside it knows: which event reached whom, who led when, what the
 * service took. Breaches of promises are collected with their moment.
 */

import { channelMatches } from '../../../src/shared/channel.ts';
import { parseLineMessage } from '../../../src/shared/line-messages.ts';
import { comparePositions, type EventRecord } from '../../../src/shared/log.ts';
import type { CoverageRow } from '../../../src/store/database.ts';
import type { Attempt } from './publisher.ts';
import type { SimEvent, Wire } from './service.ts';
import type { Realm, World } from './world.ts';

/** A frame of the service takes this long at most: what it sent later than this before an end may not have come. */
export const FRAME_MS = 200;
/**
 * From an event's arrival to its commit, with every transaction before it as slow as can be, and beside a planned
 * change, where it waits 2 s for its twin. Milliseconds.
 */
const STORED_MS = 4_500;
/** Somebody who runs knows of a newer leader after this. Milliseconds. */
const HEARD_MS = 3_000;
/** From a leader's last word to its successor's theft of the lock. Milliseconds. */
const HAND_OVER_MS = 1_500;
/** Thefts from a leader that hangs: 30 s from permission to permission, and each may take a moment to be carried out. */
const FORCE_EVERY_MS = 29_000;
/** `WebSocket.CLOSED`. */
const CLOSED = 3;
/** How long the outbox waits for an answer. Milliseconds. */
const ANSWER_MS = 15_000;

/** All that the device keeps, as it is now. */
export interface Kept {
  newestEpoch: number;
  events: readonly EventRecord[];
  coverage: readonly CoverageRow[];
}

/** A record of the log, and when it came there. */
export interface Logged {
  record: EventRecord;
  at: number;
}

interface Pending {
  wire: Wire;
  key: string;
  at: number;
}

interface Arrival {
  event: SimEvent;
  /** Whether it must be logged. */
  due: boolean;
  /** When it first came, by context. Wall clock. */
  at: Map<Realm, number>;
}

/** Of copies with the same id, the one that a context recorded as received then. */
function nearest(copies: readonly Arrival[], realm: Realm, receivedAt: number): Arrival | undefined {
  const distance = ({ at, due }: Arrival): number =>
    Math.abs((at.get(realm) ?? 0) - receivedAt) + (due ? 0 : 1);
  return copies.toSorted((a, b) => distance(a) - distance(b))[0];
}

export interface Ledger {
  readonly broken: string[];
  /** The log in its order. */
  log(): readonly Logged[];
  coverage(): readonly CoverageRow[];
  /** Whether storage failed at any time: then less is promised. */
  readonly storageFailed: boolean;
  must(holds: boolean, promise: string): void;
  published(event: SimEvent): void;
  /** @param asked what comes for a subscription that was taken back may be logged, and need not be. */
  delivered(wire: Wire, channel: string, event: SimEvent, asked: boolean): void;
  lagged(channel: string, event: SimEvent): void;
  clientClosed(wire: Wire): void;
  gone(realm: Realm): void;
  said(realm: Realm, data: unknown): void;
  /** The leader lock was taken from its holder. */
  stolen(by: Realm): void;
  written(realm: Realm, kept: Kept): void;
  storageFails(): void;
  storageWorks(): void;
  /** A page was told that its publish is kept. */
  queued(realm: Realm, channel: string, ids: readonly string[]): void;
  attempted(attempt: Attempt): void;
  accepted(ids: readonly string[]): void;
  /** What must hold between two moves. */
  check(): void;
  /** Events that the log of this channel lacks although somebody may have listened. */
  missing(channel: string): SimEvent[];
  /** Everything that was queued was taken, or is among `refused`. */
  checkOutbox(refused: ReadonlySet<string>): void;
}

const keyOf = (channel: string, id: string): string => `${channel} ${id}`;

export function eventId(record: Pick<EventRecord, 'event'>): string {
  return (JSON.parse(record.event) as { id: string }).id;
}

/** Epochs from here on are wall clocks, milliseconds since 1970. */
const CLOCK_EPOCHS = 1_000_000_000_000;

export function createLedger(world: World): Ledger {
  const broken: string[] = [];
  const published: SimEvent[] = [];
  /**
   * What reached a leader and is not in the log, by channel and id. One id can be several events: a publish whose
   * answer was lost comes again.
   */
  const arrivals = new Map<string, Arrival[]>();
  /** By channel: what the log has. */
  const logged = new Map<string, Set<SimEvent>>();
  const positions = new Set<string>();
  const order: Logged[] = [];
  let coverage: readonly CoverageRow[] = [];
  let pending: Pending[] = [];
  /** Not the product's fault: the service had not begun to deliver, or nothing could be kept. */
  const excused = new Set<string>();
  const owners = new Map<number, Realm>();
  /** By context, which may have begun to lead twice, one after the other. */
  const epochs = new Map<Realm, Set<number>>();
  let newest = { epoch: 0, realm: null as Realm | null, at: 0 };
  let badSince: number | null = null;
  let badUntil = Number.NEGATIVE_INFINITY;
  let storageFailed = false;
  let handedOverAt = Number.NEGATIVE_INFINITY;
  let forcedAt = Number.NEGATIVE_INFINITY;
  const attempts = new Map<string, Attempt[]>();
  const queues = new Map<string, string[]>();
  const taken: string[] = [];

  function must(holds: boolean, promise: string): void {
    if (!holds) broken.push(`at ${world.now()} ms: ${promise}`);
  }

  const storageBad = (): boolean => badSince !== null || world.now() < badUntil;

  function leads(realm: Realm): boolean {
    return newest.realm === realm;
  }

  function tookEpoch(realm: Realm, epoch: number): void {
    must(epoch > newest.epoch, `the epoch grows (${newest.epoch}, then ${epoch})`);
    newest = { epoch, realm, at: world.now() };
    epochs.set(realm, (epochs.get(realm) ?? new Set()).add(epoch));
    // What earlier leaders were about to store may be refused from now on; what is older had its time.
    pending = pending.filter(({ wire }) => wire.realm === realm && wire.client.readyState !== CLOSED);
  }

  function stored(realm: Realm, record: EventRecord): void {
    const id = eventId(record);
    const key = keyOf(record.channel, id);
    must(
      record.epoch === newest.epoch,
      `nothing of epoch ${record.epoch} is stored after ${newest.epoch} began`,
    );
    const came = arrivals.get(key) ?? [];
    const mine = nearest(came, realm, record.receivedAt);
    must(mine !== undefined, `${key} is logged once (again by ${realm.name})`);
    if (mine !== undefined) {
      arrivals.set(
        key,
        came.filter(({ event }) => event !== mine.event),
      );
      logged.set(record.channel, loggedOf(record.channel).add(mine.event));
    }
    const last = order.at(-1);
    must(
      last === undefined || comparePositions(last.record, record) < 0,
      `the log grows at its end (${key})`,
    );
    order.push({ record, at: world.now() });
    const waiting = pending.findIndex((other) => other.key === key);
    if (waiting !== -1) pending.splice(waiting, 1);
  }

  const loggedOf = (channel: string): Set<SimEvent> => logged.get(channel) ?? new Set();

  function missing(channel: string): SimEvent[] {
    const has = loggedOf(channel);
    return published.filter(
      (event) =>
        channelMatches(channel, event.channel) &&
        !has.has(event) &&
        !excused.has(keyOf(channel, event.id)) &&
        !world.stalls().some(({ from, to }) => from - FRAME_MS <= event.at && event.at <= to),
    );
  }

  function checkCoverage(): void {
    for (const { channel, from, to } of coverage) {
      const wallAtZero = world.wall() - world.now();
      for (const event of missing(channel)) {
        const claimed = event.at + wallAtZero > from && event.at + wallAtZero <= to;
        must(
          !claimed,
          `coverage of ${channel} claims ${from - wallAtZero} to ${to - wallAtZero} ms, but ${event.id} of ${event.at} ms is not in the log`,
        );
      }
    }
  }

  return {
    broken,
    must,
    missing,
    log: () => order,
    coverage: () => coverage,
    get storageFailed() {
      return storageFailed;
    },
    published: (event) => void published.push(event),
    delivered(wire, channel, event, asked) {
      const key = keyOf(channel, event.id);
      if (storageBad()) excused.add(key);
      if (loggedOf(channel).has(event)) return;
      const came = arrivals.get(key) ?? [];
      const before = came.find((arrival) => arrival.event === event);
      const at = before?.at ?? new Map<Realm, number>();
      if (!at.has(wire.realm)) at.set(wire.realm, world.wall());
      if (before === undefined) arrivals.set(key, [...came, { at, event, due: asked }]);
      if (!asked || before?.due === true) return;
      if (before !== undefined) before.due = true;
      if (!storageBad()) pending.push({ wire, key, at: world.now() });
    },
    lagged: (channel, { id }) => void excused.add(keyOf(channel, id)),
    clientClosed(wire) {
      // Held back by a successor that gave up: the leader has them.
      if (!leads(wire.realm)) pending = pending.filter((waiting) => waiting.wire !== wire);
    },
    gone(realm) {
      pending = pending.filter(({ wire }) => wire.realm !== realm);
    },
    said(realm, data) {
      const message = parseLineMessage(data);
      if (message === null || !('epoch' in message)) return;
      const { epoch, t } = message;
      if (t === 'ended' && message.to !== undefined) handedOverAt = world.now();
      const owner = owners.get(epoch);
      owners.set(epoch, owner ?? realm);
      must(
        owner === undefined || owner === realm,
        `only one acts in epoch ${epoch} (${owner?.name}, ${realm.name})`,
      );
      // Taken from the clock: whoever hangs, hangs in a transaction, and the storage answers nobody.
      storageFailed ||= epoch >= CLOCK_EPOCHS;
      if (storageFailed) return;
      must(
        epochs.get(realm)?.has(epoch) === true || t === 'ended',
        `${realm.name} took the epoch ${epoch} it speaks in`,
      );
      const late = t === 'status' && epoch < newest.epoch && world.now() - newest.at > HEARD_MS;
      if (late && newest.realm?.state === 'running') {
        must(
          world.now() - realm.runningSince() < HEARD_MS,
          `${realm.name} stops when epoch ${newest.epoch} has begun`,
        );
      }
    },
    stolen(by) {
      // A successor takes the lock from a leader that ended in its favour.
      if (storageFailed || world.now() - handedOverAt < HAND_OVER_MS) return;
      must(
        world.now() - forcedAt >= FORCE_EVERY_MS || by.runningSince() > forcedAt,
        `${by.name} takes the lead by force at most once in a while (the last time at ${forcedAt} ms)`,
      );
      forcedAt = world.now();
    },
    written(realm, kept) {
      if (kept.newestEpoch !== newest.epoch) tookEpoch(realm, kept.newestEpoch);
      for (const record of kept.events) {
        const position = `${record.epoch}.${record.n}`;
        if (positions.has(position)) continue;
        positions.add(position);
        stored(realm, record);
      }
      coverage = kept.coverage;
      checkCoverage();
    },
    storageFails() {
      storageFailed = true;
      badSince ??= world.now();
      for (const { key } of pending) excused.add(key);
      pending = [];
    },
    storageWorks() {
      if (badSince === null) return;
      badSince = null;
      badUntil = world.now() + STORED_MS;
    },
    queued(realm, channel, ids) {
      const queue = `${realm.name} ${channel}`;
      const serial = (id: string): number => Number(id.slice(1));
      queues.set(
        queue,
        [...(queues.get(queue) ?? []), ...ids].sort((a, b) => serial(a) - serial(b)),
      );
    },
    attempted(attempt) {
      for (const id of attempt.ids) {
        const before = attempts.get(id) ?? [];
        for (const { realm, at, settledAt, answeredAt } of before) {
          const flying = settledAt === null && realm.state === 'running' && world.now() - at < ANSWER_MS;
          must(
            !flying,
            `${id} is not sent by ${attempt.realm.name} while ${realm.name} waits for its answer`,
          );
          const known =
            answeredAt !== null && world.now() - answeredAt > STORED_MS && realm.state === 'running';
          must(
            !known || storageFailed,
            `${id} is not sent again after ${realm.name} heard that it was taken`,
          );
        }
        attempts.set(id, [...before, attempt]);
      }
    },
    accepted: (ids) => void taken.push(...ids.filter((id) => !taken.includes(id))),
    check() {
      if (storageBad()) return;
      for (const { wire, key, at } of pending) {
        if (wire.realm.state !== 'running' || !leads(wire.realm)) continue;
        const since = Math.max(at, newest.at, wire.realm.runningSince());
        must(
          world.now() - since < STORED_MS,
          `${key} reached the leader (${wire.realm.name}) at ${at} ms and is not in the log`,
        );
      }
    },
    checkOutbox(refused) {
      for (const [queue, ids] of queues) {
        const places = ids.map((id) => {
          const place = taken.indexOf(id);
          must(place !== -1 || refused.has(id), `${id}, queued by ${queue}, reaches the service`);
          return place;
        });
        const came = places.filter((place) => place !== -1);
        must(
          came.every((place, index) => index === 0 || place > (came[index - 1] ?? 0)),
          `what ${queue} queued comes in order: ${ids.join(' ')} came as ${taken.filter((id) => ids.includes(id)).join(' ')}`,
        );
      }
    },
  };
}
