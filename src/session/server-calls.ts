/** The two calls of the session to its own server besides the token: "who am I", and "sign me out". */
import type { Clock } from '../shared/clock.ts';
import type { SessionAnswer } from '../shared/page-data.ts';
import { EPOCH_HEADER, REQUEST_HEADER } from '../shared/token.ts';
import { parseSessionInfo } from './memory.ts';

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** Nobody waits longer for these two; they are tried again later. */
const CALL_TIMEOUT_MS = 10_000;

export interface ServerCalls {
  /** Null: the server could not be reached, or gave no answer that means anything. */
  session(epoch: number): Promise<SessionAnswer | null>;
  /** `done: false`: the server has not heard of it. */
  signOut(epoch: number): Promise<{ done: boolean; epoch: number | null; next: string | null }>;
}

export function createServerCalls(deps: { fetch: Fetch; clock: Clock }): ServerCalls {
  async function call(url: string, epoch: number, init: RequestInit): Promise<[number, unknown] | null> {
    const abort = new AbortController();
    const stopTimer = deps.clock.after(CALL_TIMEOUT_MS, () => abort.abort());
    try {
      const response = await deps.fetch(url, {
        ...init,
        headers: { accept: 'application/json', [REQUEST_HEADER]: '1', [EPOCH_HEADER]: String(epoch) },
        credentials: 'same-origin',
        mode: 'same-origin',
        signal: abort.signal,
      });
      return [response.status, await response.json().catch(() => null)];
    } catch {
      return null;
    } finally {
      stopTimer();
    }
  }

  return {
    async session(epoch) {
      const answer = await call('/api/session', epoch, { method: 'GET' });
      if (answer === null || answer[0] !== 200) return null;
      return parseSessionAnswer(answer[1]);
    },
    async signOut(epoch) {
      // `keepalive`: the window may be closed right after the button was pressed.
      const answer = await call('/auth/sign-out', epoch, { method: 'POST', keepalive: true });
      if (answer === null) return { done: false, epoch: null, next: null };
      const [status, body] = answer;
      const fields = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
      const ours = status === 200 && typeof fields.epoch === 'number';
      const alreadyOut = status === 401 && fields.code === 'signed-out';
      return {
        done: ours || alreadyOut,
        epoch: typeof fields.epoch === 'number' ? fields.epoch : null,
        next: ours && typeof fields.next === 'string' && isWebAddress(fields.next) ? fields.next : null,
      };
    },
  };
}

function parseSessionAnswer(body: unknown): SessionAnswer | null {
  if (typeof body !== 'object' || body === null) return null;
  const { signedIn, session, epoch } = body as Record<string, unknown>;
  if (signedIn === false) return { signedIn, epoch: typeof epoch === 'number' ? epoch : 0 };
  const info = parseSessionInfo(session);
  return signedIn === true && info !== null ? { signedIn, session: info } : null;
}

/** A local path or http(s): never `javascript:` and the like, for the page will go there. */
function isWebAddress(address: string): boolean {
  return /^https?:\/\//i.test(address) || /^\/(?![/\\])/.test(address);
}
