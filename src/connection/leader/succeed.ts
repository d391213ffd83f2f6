/**
 * The successor's side of a succession (docs/connection.md): asks the leader for its estate, has everything
 * connected, and waits for the leader's last word. What must wait for that word (lock, epoch, voice) is the
 * business of whoever called it.
 */
import type { LeaderMessage, LineMessage } from '../../shared/line-messages.ts';
import type { Successor } from './api.ts';
import { type LineEar, type LineEarDeps, openLineEar } from './line-ear.ts';

/** A leader's answer to `succeed`, or an offer that nobody asked for. */
export type Offer = Extract<LeaderMessage, { t: 'estate' }>;

export interface SuccessionDeps extends LineEarDeps {
  /** The name of the one that wants to lead. */
  by: string;
  prepare(estate: Offer): Successor;
  /** All is ready: should the leader die from here on, this successor can lead at once. */
  onReady(successor: Successor): void;
  /** Not wanted any more. */
  signal: AbortSignal;
}

/** A leader answers at once; without an answer there is none, or it deals with another successor. Milliseconds. */
const ESTATE_MS = 1_000;
/** To connect and have every channel confirmed; the leader waits as long. Milliseconds. */
export const READY_MS = 15_000;
/** The leader's settle time, draining and storing, with room. Milliseconds. */
const ENDED_MS = 8_000;

/**
 * Resolves with a successor that is to lead now, or with null: then everything was let go of.
 * @param offered an estate that the leader offered by itself; null to ask for it.
 */
export async function seekSuccession(deps: SuccessionDeps, offered: Offer | null): Promise<Successor | null> {
  const ear = openLineEar(deps);
  deps.signal.addEventListener('abort', ear.close);
  try {
    const estate = offered ?? (await askForEstate(deps, ear));
    return estate === null ? null : await inherit(deps, ear, estate);
  } finally {
    deps.signal.removeEventListener('abort', ear.close);
    ear.close();
  }
}

function askForEstate({ by }: SuccessionDeps, ear: LineEar): Promise<Offer | null> {
  const answer = ear.wait(
    (message) => (message.t === 'estate' && message.to === by ? message : null),
    ESTATE_MS,
  );
  ear.say({ v: 1, t: 'succeed', by });
  return answer;
}

async function inherit(deps: SuccessionDeps, ear: LineEar, estate: Offer): Promise<Successor | null> {
  const { by, signal } = deps;
  const successor = deps.prepare(estate);
  const prepared = await Promise.race([
    successor.ready.then(
      () => true,
      () => false,
    ),
    ear.wait((message) => (goesElsewhere(message, estate, by) ? message : null), READY_MS).then(() => false),
  ]);
  if (prepared && !signal.aborted) {
    deps.onReady(successor);
    const word = ear.wait(
      (message) => (isOurs(message, by) || goesElsewhere(message, estate, by) ? message : null),
      ENDED_MS,
    );
    ear.say({ v: 1, t: 'ready', by });
    const last = await word;
    if (last !== null && isOurs(last, by)) return successor;
  }
  successor.close();
  return null;
}

function isOurs(message: LineMessage, by: string): boolean {
  return message.t === 'ended' && message.to === by;
}

/** Another leads by now, or was named to follow. */
function goesElsewhere(message: LineMessage, estate: Offer, by: string): boolean {
  if (message.t === 'status') return message.epoch > estate.epoch;
  return message.t === 'ended' && message.to !== undefined && message.to !== by;
}
