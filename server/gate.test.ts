import { describe, expect, it } from 'vitest';
import { REQUEST_HEADER } from '../src/shared/token.ts';
import { refusal, SCRIPT_READ, STATE_CHANGE } from './gate.ts';

const OWN = 'https://sw.example';
const SITES = ['same-origin', 'same-site', 'cross-site', 'none'];
const MODES = ['cors', 'same-origin', 'no-cors', 'navigate', 'websocket'];
const DESTINATIONS = ['empty', 'document', 'iframe', 'image', 'script', 'worker', 'object'];
const ORIGINS = [
  OWN,
  undefined,
  'https://evil.example',
  'null',
  'http://sw.example',
  'https://sw.example:444',
];

function headers(site?: string, mode?: string, dest?: string, origin?: string, marked = false) {
  return {
    ...(site && { 'sec-fetch-site': site }),
    ...(mode && { 'sec-fetch-mode': mode }),
    ...(dest && { 'sec-fetch-dest': dest }),
    ...(origin && { origin }),
    ...(marked && { [REQUEST_HEADER]: '1' }),
  };
}

const shapes = SITES.flatMap((site) =>
  MODES.flatMap((mode) =>
    DESTINATIONS.flatMap((dest) => ORIGINS.map((origin) => ({ site, mode, dest, origin }))),
  ),
);

describe('the gate for reads by script', () => {
  it('opens for same-origin requests by script, and for no other shape', () => {
    for (const { site, mode, dest, origin } of shapes) {
      const right =
        site === 'same-origin' &&
        (mode === 'cors' || mode === 'same-origin') &&
        dest === 'empty' &&
        (origin === undefined || origin === OWN);
      for (const marked of [false, true]) {
        const verdict = refusal(headers(site, mode, dest, origin, marked), SCRIPT_READ, OWN);
        expect(verdict === null, `${site} ${mode} ${dest} ${origin} ${marked}`).toBe(right);
      }
    }
  });

  it('asks for the header where no Fetch Metadata comes', () => {
    expect(refusal(headers(), SCRIPT_READ, OWN)).toContain(REQUEST_HEADER);
    expect(refusal(headers(undefined, undefined, undefined, undefined, true), SCRIPT_READ, OWN)).toBeNull();
    const foreign = headers(undefined, undefined, undefined, 'https://evil.example', true);
    expect(refusal(foreign, SCRIPT_READ, OWN)).toContain('Origin');
  });

  it('takes no part of Fetch Metadata for the whole', () => {
    expect(refusal(headers(undefined, 'cors', 'empty', undefined, true), SCRIPT_READ, OWN)).not.toBeNull();
    expect(refusal(headers('same-origin'), SCRIPT_READ, OWN)).toBeNull();
  });
});

describe('the gate for changes of state', () => {
  it('opens for our own scripts and forms with the exact Origin, and for no other shape', () => {
    for (const { site, mode, dest, origin } of shapes) {
      const right =
        site === 'same-origin' &&
        ['cors', 'same-origin', 'navigate'].includes(mode) &&
        ['empty', 'document'].includes(dest) &&
        origin === OWN;
      const verdict = refusal(headers(site, mode, dest, origin), STATE_CHANGE, OWN);
      expect(verdict === null, `${site} ${mode} ${dest} ${origin}`).toBe(right);
    }
  });

  it('asks for Origin and the header where no Fetch Metadata comes', () => {
    const ask = (origin?: string, marked = false) =>
      refusal(headers(undefined, undefined, undefined, origin, marked), STATE_CHANGE, OWN);
    expect(ask(OWN, true)).toBeNull();
    expect(ask(OWN)).not.toBeNull();
    expect(ask(undefined, true)).not.toBeNull();
    expect(ask('https://evil.example', true)).not.toBeNull();
  });
});
