import { describe, expect, it } from 'vitest';
import { createSealer } from '../session/seal.ts';
import { createTransactions } from './transactions.ts';

const SEALER = createSealer(['a secret of at least thirty-two characters']);

describe('transactions', () => {
  it('stay below the size of a cookie, whatever is started', () => {
    const transactions = createTransactions(SEALER, () => 0);
    let cookie: string | undefined;
    for (let round = 0; round < 20; round += 1) {
      cookie = transactions.start(cookie, `/${'x'.repeat(511)}`).cookie;
    }
    expect(cookie?.length).toBeLessThan(4_000);
  });

  it('hide what they hold, and hold nothing after a change of one byte', () => {
    const transactions = createTransactions(SEALER, () => 0);
    const { transaction, cookie } = transactions.start(undefined, '/c/default/secret');
    const bytes = Buffer.from(cookie, 'base64url');
    expect(bytes.includes(transaction.verifier)).toBe(false);
    expect(bytes.includes('/c/default/secret')).toBe(false);
    bytes[40] = (bytes[40] ?? 0) ^ 1;
    expect(transactions.take(bytes.toString('base64url'), transaction.state).transaction).toBeNull();
  });

  it('are taken once', () => {
    const transactions = createTransactions(SEALER, () => 0);
    const { transaction, cookie } = transactions.start(undefined, '/');
    const taken = transactions.take(cookie, transaction.state);
    expect(taken).toEqual({ transaction, cookie: null });
  });
});
