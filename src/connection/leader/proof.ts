/**
 * Until when a socket certainly listened. A frame proves it only up to when it was sent, and one that comes after a
 * silence may have waited: in the network, or for a thread that stood still. It counts for nothing until a round trip
 * that began later is complete; that proves everything before its beginning, for frames come in order.
 */
import { FRAME_AGE_MS } from '../../shared/log.ts';
import type { Moment, Socket } from './state.ts';

type Proof = Pick<Socket, 'heardAt' | 'provenWall' | 'provenAt' | 'freshAt' | 'asked'>;

/** A silence as long as a probe may take: whatever comes later may be that old. Milliseconds. */
export const STALE_MS = 2_000;
/** While frames flow, their age is measured this often: on a slow path it grows without any silence. Milliseconds. */
const FRESH_MS = 60_000;

/** What is known of a socket that the service has just acknowledged: it has nothing to claim yet. */
export function proofAtStart(at: Moment): Proof {
  return { heardAt: at.now, provenWall: at.wall, provenAt: 0, freshAt: at.now, asked: null };
}

/** A frame came. */
export function provenByFrame(socket: Socket, at: Moment): Socket {
  const heard = { ...socket, heardAt: at.now };
  if (at.now - socket.heardAt >= STALE_MS) return { ...heard, freshAt: null };
  // By the clock as it is now, be it less than before: it can be set back.
  return socket.freshAt === null ? heard : { ...heard, provenWall: at.wall - FRAME_AGE_MS };
}

/** A probe was answered. */
export function provenByAnswer(socket: Socket, probe: string, at: Moment): Socket {
  const { asked, provenWall } = socket;
  if (asked?.probe !== probe) return socket;
  return {
    ...socket,
    asked: null,
    provenAt: asked.at,
    provenWall: Math.max(provenWall, asked.wall),
    // An answer that took so long was as late as what may follow it.
    freshAt: at.now - asked.at < STALE_MS ? at.now : null,
  };
}

/** Whether a round trip is to be made although the path is alive. */
export function isProofDue({ freshAt, asked }: Socket, now: number): boolean {
  const stale = freshAt === null || now - freshAt >= FRESH_MS;
  return stale && (asked === null || now - asked.at >= STALE_MS);
}
