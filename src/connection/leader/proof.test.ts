import { describe, expect, it } from 'vitest';
import { FRAME_AGE_MS } from '../../shared/log.ts';
import { isProofDue, proofAtStart, provenByAnswer, provenByFrame, STALE_MS } from './proof.ts';
import type { Moment, Socket } from './state.ts';

/** Wall clock when the monotonic one is at 0. */
const WALL = 1_000_000;
const at = (now: number): Moment => ({ now, wall: WALL + now, random: 0 });

function acknowledged(): Socket {
  return {
    ...{ id: 1, startedAt: 0, ackedAt: 0, renewAt: null, generation: 0, subs: {} },
    ...proofAtStart(at(0)),
  };
}
const withAsked = (socket: Socket, probe: string, { now, wall }: Moment): Socket => ({
  ...socket,
  asked: { probe, at: now, wall },
});
const provenUntil = (socket: Socket): number => socket.provenWall - WALL;

describe('listening is proven', () => {
  it('by the wall clock as it is, when the wall clock is set back', () => {
    const socket = provenByFrame(acknowledged(), at(1_000));
    const back = { ...at(1_001), wall: WALL + 501 };
    expect(provenUntil(provenByFrame(socket, back))).toBe(501 - FRAME_AGE_MS);
  });

  it('up to each frame, less what its age may be, while they follow each other', () => {
    let socket = acknowledged();
    for (let now = 1_500; now <= 15_000; now += 1_500) socket = provenByFrame(socket, at(now));
    expect(provenUntil(socket)).toBe(15_000 - FRAME_AGE_MS);
    expect(isProofDue(socket, 15_000)).toBe(false);
  });

  it('by nothing that comes after a silence, for it may have waited as long', () => {
    let socket = provenByFrame(acknowledged(), at(1_000));
    socket = provenByFrame(socket, at(1_000 + STALE_MS));
    socket = provenByFrame(socket, at(1_001 + STALE_MS));
    expect(provenUntil(socket)).toBe(1_000 - FRAME_AGE_MS);
    expect(isProofDue(socket, 1_001 + STALE_MS)).toBe(true);
  });

  it('by an answer, up to when it was asked for, and then by what follows it', () => {
    let socket = provenByFrame(acknowledged(), at(9_000));
    socket = withAsked(socket, 'p1', at(9_100));
    expect(isProofDue(socket, 9_100)).toBe(false);
    expect(provenUntil(provenByAnswer(socket, 'p0', at(9_200)))).toBe(0);
    socket = provenByAnswer(provenByFrame(socket, at(9_200)), 'p1', at(9_200));
    expect(provenUntil(socket)).toBe(9_100);
    expect(provenUntil(provenByFrame(socket, at(9_400)))).toBe(9_400 - FRAME_AGE_MS);
  });

  it('by an answer that was late no further than that: what follows may be as late', () => {
    let socket = withAsked(acknowledged(), 'p1', at(100));
    socket = provenByAnswer(provenByFrame(socket, at(5_000)), 'p1', at(5_000));
    expect(provenUntil(socket)).toBe(100);
    expect(provenUntil(provenByFrame(socket, at(5_010)))).toBe(100);
    expect(isProofDue(socket, 5_010)).toBe(true);
  });

  it('anew each minute while frames flow, and again where the answer does not come', () => {
    let socket = acknowledged();
    for (let now = 1_000; now <= 60_000; now += 1_000) socket = provenByFrame(socket, at(now));
    expect(isProofDue(socket, 60_000)).toBe(true);
    socket = withAsked(socket, 'p1', at(60_000));
    expect(isProofDue(socket, 61_000)).toBe(false);
    expect(isProofDue(socket, 62_000)).toBe(true);
  });
});
