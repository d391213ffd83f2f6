import { describe, expect, it } from 'vitest';
import { makeJwt } from './test-doubles.ts';
import { tokenEnd } from './token-life.ts';
import { emptyTokenMachine, heldToken, reduceToken, type TokenEvent } from './token-machine.ts';

const at = (now: number) => ({ now, wall: 1_700_000_000_000 + now });

function load(expiresIn: number, whole: number) {
  const accessToken = makeJwt({ sub: 'ann' });
  const [asked, effects] = reduceToken(emptyTokenMachine(), { type: 'wanted', force: false, at: at(0) });
  expect(effects).toEqual([{ type: 'load', id: 1, force: false }]);
  const answer = { accessToken, expiresIn, sub: 'ann', epoch: 1 };
  return reduceToken(asked, { type: 'loaded', id: 1, answer, wholeSeconds: whole, jitter: 0.5, at: at(100) });
}

describe('reduceToken', () => {
  it.each([10, 49, 50, 51, 200, 300, 301, 3_600])('knows the real end of a token of %i s', (whole) => {
    const token = heldToken(load(whole, whole)[0].state);
    if (token === null) throw new Error('There is no token.');
    expect(tokenEnd(token)).toBeCloseTo(whole * 1000, 5);
    expect(token.renewAt).toBeLessThan(token.endsAt);
    expect(token.endsAt).toBeLessThan(whole * 1000);
  });

  it('changes nothing in the machine that it is given', () => {
    const [machine] = load(300, 300);
    const before = structuredClone(machine);
    const events: TokenEvent[] = [
      { type: 'wanted', force: true, at: at(1_000) },
      { type: 'raised', epoch: 9, reason: 'user', at: at(1_000) },
      { type: 'seen', epoch: 9, sub: 'bob', signedIn: true, at: at(1_000) },
      { type: 'woke', at: { now: 1_000, wall: 1_800_000_000_000 } },
    ];
    for (const event of events) reduceToken(machine, event);
    expect(machine).toEqual(before);
  });

  it('has nothing to do with an answer to a load that is over', () => {
    const [machine] = load(300, 300);
    const late: TokenEvent = { type: 'refused', id: 1, epoch: 99, jitter: 0, at: at(200) };
    expect(reduceToken(machine, late)).toEqual([machine, []]);
  });
});
