/**
 * Sign-ins under way, in one sealed cookie of bounded size: no table to fill, nothing to clean up, and sign-ins
 * started in several tabs at once do not spoil each other.
 */
import { randomBytes } from 'node:crypto';
import type { Sealer } from '../session/seal.ts';
import type { SignInChecks } from './provider.ts';

interface Transaction extends SignInChecks {
  returnTo: string;
  /** Wall-clock milliseconds. */
  startedAt: number;
}

export interface Transactions {
  /** Starts one. @returns it, and the cookie's new value. */
  start(cookie: string | undefined, returnTo: string): { transaction: Transaction; cookie: string };
  /** Takes the one of `state` out; null when there is none or it is too old. `cookie` null: nothing is left. */
  take(cookie: string | undefined, state: string): { transaction: Transaction | null; cookie: string | null };
}

export const TRANSACTION_LIFE_MS = 10 * 60_000;
/** The newest are kept. With the longest return path, three stay well below a cookie's 4096 bytes. */
const MAX_TRANSACTIONS = 3;
const MAX_COOKIE_LENGTH = 4_000;
/** The cookie's key half: nothing secret, the other half (SESSION_SECRET) protects it. */
const KEY = Buffer.from('sign-in transactions');
const CONTEXT = 'switchboard-sign-in';

export function createTransactions(sealer: Sealer, now: () => number): Transactions {
  function read(cookie: string | undefined): Transaction[] {
    if (cookie === undefined || cookie.length > MAX_COOKIE_LENGTH) return [];
    const plain = sealer.open(Buffer.from(cookie, 'base64url'), KEY, CONTEXT);
    if (plain === null) return [];
    const all = JSON.parse(plain.toString('utf8')) as Transaction[];
    return all.filter(({ startedAt }) => startedAt + TRANSACTION_LIFE_MS > now());
  }

  function write(all: readonly Transaction[]): string {
    return sealer.seal(Buffer.from(JSON.stringify(all)), KEY, CONTEXT).toString('base64url');
  }

  return {
    start(cookie, returnTo) {
      const transaction: Transaction = {
        state: randomText(),
        nonce: randomText(),
        verifier: randomText(),
        returnTo,
        startedAt: now(),
      };
      const kept = read(cookie).slice(1 - MAX_TRANSACTIONS);
      return { transaction, cookie: write([...kept, transaction]) };
    },

    take(cookie, state) {
      const all = read(cookie);
      const transaction = all.find((candidate) => candidate.state === state) ?? null;
      const left = all.filter((candidate) => candidate !== transaction);
      return { transaction, cookie: left.length === 0 ? null : write(left) };
    },
  };
}

/** 256 random bits in 43 characters: also what PKCE (RFC 7636, 4.1) recommends for a verifier. */
function randomText(): string {
  return randomBytes(32).toString('base64url');
}
