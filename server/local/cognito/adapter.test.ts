import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStateFile, type StateFile } from '../state-file.ts';
import { createAdapterFactory } from './adapter.ts';

let folder: string;
let state: StateFile;
let now: number;
let graceSeconds: number;

beforeEach(() => {
  now = 1_000_000;
  graceSeconds = 60;
  folder = mkdtempSync(join(tmpdir(), 'switchboard-adapter-'));
  state = openStateFile(folder, () => now);
});
afterEach(() => {
  state.close();
  rmSync(folder, { recursive: true, force: true });
});

function adapter(model: string) {
  const used = () => new Error('used');
  return createAdapterFactory(
    state,
    () => graceSeconds,
    () => now,
    used,
  )(model);
}

describe('the storage of the provider', () => {
  it('counts the grace period of a refresh token from its first use', async () => {
    const tokens = adapter('RefreshToken');
    await tokens.upsert('t', { grantId: 'g' }, 3600);
    await tokens.consume('t');
    now += 50_000;
    await tokens.consume('t');
    expect(await tokens.find('t')).not.toHaveProperty('consumed');
    now += 10_000;
    expect(await tokens.find('t')).toHaveProperty('consumed');
    await expect(tokens.consume('t')).rejects.toThrow('used');
  });

  it('lets a token be used once when both users found it unused', async () => {
    graceSeconds = 0;
    const tokens = adapter('RefreshToken');
    await tokens.upsert('t', {}, 3600);
    expect(await Promise.all([tokens.find('t'), tokens.find('t')])).toEqual([{}, {}]);
    const uses = await Promise.allSettled([tokens.consume('t'), tokens.consume('t')]);
    expect(uses.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  });

  it('gives codes no grace', async () => {
    const codes = adapter('AuthorizationCode');
    await codes.upsert('c', {}, 300);
    await codes.consume('c');
    expect(await codes.find('c')).toHaveProperty('consumed');
  });

  it('forgets what has expired, was destroyed or revoked with its grant, and keeps models apart', async () => {
    const [tokens, sessions] = [adapter('RefreshToken'), adapter('Session')];
    await tokens.upsert('a', { grantId: 'g' }, 10);
    await tokens.upsert('b', { grantId: 'g' });
    await tokens.upsert('c', { grantId: 'other' });
    await sessions.upsert('b', { uid: 'u', grantId: 'g' });
    now += 10_000;
    expect(await tokens.find('a')).toBeUndefined();
    await tokens.revokeByGrantId('g');
    expect(await tokens.find('b')).toBeUndefined();
    expect(await tokens.find('c')).toBeDefined();
    expect(await sessions.findByUid('u')).toMatchObject({ uid: 'u' });
    await sessions.destroy('b');
    expect(await sessions.find('b')).toBeUndefined();
  });
});
