/**
 * The history over HTTP: docs/catch-up.md. What comes back was made by somebody else, so all of it is checked: an
 * answer that does not fit is a failure like no answer.
 */
import type { Clock } from '../../shared/clock.ts';
import { AppError } from '../../shared/errors.ts';
import type { CatchUp, HistoryMark, PageQuery, PastEvent, PastPage } from './catch-up.ts';

export interface HttpCatchUpDeps {
  /** Address of the history, without a query. */
  history: string;
  /** An access token; `force`: certainly another than the last one. */
  token(force: boolean): Promise<string>;
  fetch(url: string, init: RequestInit): Promise<Response>;
  clock: Clock;
}

/** From the request to the last byte of the answer, milliseconds. Events are held back for it, so it is short. */
const TIMEOUT_MS = 3_000;
/** Positions are sent back in addresses. */
const MAX_POSITION_LENGTH = 1_024;

export function createHttpCatchUp({ history, token, fetch, clock }: HttpCatchUpDeps): CatchUp {
  async function send(url: string, force: boolean): Promise<{ status: number; text: string }> {
    const abort = new AbortController();
    const cancel = clock.after(TIMEOUT_MS, () => abort.abort());
    try {
      const response = await fetch(url, {
        headers: { authorization: `Bearer ${await token(force)}` },
        cache: 'no-store',
        credentials: 'omit',
        // The token is for this address, not for one that it points to.
        redirect: 'error',
        signal: abort.signal,
      });
      // Read here, so that the time-out covers the body as well.
      return { status: response.status, text: await response.text() };
    } catch (cause) {
      if (cause instanceof AppError) throw cause;
      throw new AppError('network', 'The history could not be reached.', { cause, retryable: true });
    } finally {
      cancel();
    }
  }

  async function get(url: string): Promise<unknown> {
    let answer = await send(url, false);
    if (answer.status === 401) answer = await send(url, true);
    const { status, text } = answer;
    if (status === 401 || status === 403) throw new AppError('denied', 'The history refuses this user.');
    if (status >= 500 || status === 429) {
      throw new AppError('network', `The history answered ${status}.`, { retryable: true });
    }
    if (status !== 200) throw new AppError('protocol', `The history answered ${status}.`);
    try {
      return JSON.parse(text) as unknown;
    } catch (cause) {
      throw nonsense(cause);
    }
  }

  return {
    position: async () => readMark(await get(`${history}/position`)),
    async fetchAfter({ channel, after, until, limit }) {
      const query = new URLSearchParams({ channel: `/${channel}`, after, until, limit: `${limit}` });
      return readPage(await get(`${history}?${query}`), { channel, after, until, limit });
    },
  };
}

function readMark(value: unknown): HistoryMark {
  if (!isRecord(value) || !isPosition(value.position) || !isTime(value.at)) throw nonsense();
  return { position: value.position, at: value.at };
}

function readPage(value: unknown, { after, limit }: PageQuery): PastPage {
  if (!isRecord(value) || !Array.isArray(value.events)) throw nonsense();
  const { events, more, lost } = value;
  if (typeof more !== 'boolean' || typeof lost !== 'boolean' || events.length > limit) throw nonsense();
  if (!events.every(isPastEvent)) throw nonsense();
  // A page that leads nowhere would be asked for again and again.
  if (more && (events.at(-1)?.position ?? after) === after) throw nonsense();
  return { events: events.map(({ event, at, position }) => ({ event, at, position })), more, lost };
}

function isPastEvent(value: unknown): value is PastEvent {
  return isRecord(value) && typeof value.event === 'string' && isTime(value.at) && isPosition(value.position);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isPosition(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= MAX_POSITION_LENGTH;
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}

function nonsense(cause?: unknown): AppError {
  return new AppError('protocol', 'The history answered something that its protocol does not allow.', {
    cause,
  });
}
