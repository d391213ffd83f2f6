import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { createOwners } from './owner.ts';

const SUB = '3c5f1d1e-7a55-4b1e-9d0e-0a8f4f5f2b11';

it('is the same for one user and secret, and of no use to who knows the user alone', () => {
  const owner = createOwners(['first secret']).of(SUB);
  expect(createOwners(['first secret']).of(SUB)).toBe(owner);
  expect(createOwners(['other secret']).of(SUB)).not.toBe(owner);
  expect(createOwners(['first secret']).of('somebody else')).not.toBe(owner);
  expect(owner).toMatch(/^[0-9a-f]{64}$/);
  expect(owner).not.toBe(createHash('sha256').update(SUB).digest('hex'));
});

it('is written under the newest secret and found under all', () => {
  const before = createOwners(['old']);
  const ring = createOwners(['new', 'old', 'old']);
  expect(ring.of(SUB)).not.toBe(before.of(SUB));
  expect(ring.all(SUB)).toEqual([ring.of(SUB), before.of(SUB)]);
});
