import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createSealer } from './seal.ts';

const KEY = randomBytes(32);
const PLAIN = Buffer.from('the refresh token');

describe('sealing', () => {
  it('opens what it sealed, and shows nothing of it', () => {
    const sealer = createSealer(['first secret']);
    const sealed = sealer.seal(PLAIN, KEY, 'id');
    expect(sealer.open(sealed, KEY, 'id')).toEqual(PLAIN);
    expect(sealed.includes(PLAIN)).toBe(false);
    expect(sealer.seal(PLAIN, KEY, 'id')).not.toEqual(sealed);
  });

  it('needs the key, the secret and the context', () => {
    const sealed = createSealer(['first secret']).seal(PLAIN, KEY, 'id');
    expect(createSealer(['first secret']).open(sealed, randomBytes(32), 'id')).toBeNull();
    expect(createSealer(['first secret']).open(sealed, KEY, 'another id')).toBeNull();
    expect(createSealer(['other secret']).open(sealed, KEY, 'id')).toBeNull();
  });

  it('opens with every secret of the ring and seals with the newest', () => {
    const old = createSealer(['old']).seal(PLAIN, KEY, 'id');
    const ring = createSealer(['new', 'old']);
    expect(ring.open(old, KEY, 'id')).toEqual(PLAIN);
    expect(createSealer(['new']).open(ring.seal(PLAIN, KEY, 'id'), KEY, 'id')).toEqual(PLAIN);
  });

  it('opens nothing that was changed or cut anywhere', () => {
    const sealer = createSealer(['first secret']);
    const sealed = sealer.seal(PLAIN, KEY, 'id');
    for (let at = 0; at < sealed.length; at += 1) {
      const changed = Buffer.from(sealed);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(sealer.open(changed, KEY, 'id')).toBeNull();
      expect(sealer.open(sealed.subarray(0, at), KEY, 'id')).toBeNull();
    }
  });
});
