/** What an answer of the token endpoint means. Only our own server's words may sign anybody out. */
import { decodeClaims, parseTokenAnswer, type TokenAnswer } from './token.ts';
import type { LoadFailure } from './token-machine.ts';

/** The part of a fetch `Response` that is read. */
export interface TokenResponse {
  status: number;
  headers: { get(name: string): string | null };
  json(): Promise<unknown>;
}

/** What a load came to. */
export type Outcome =
  | { type: 'loaded'; answer: TokenAnswer; wholeSeconds: number | null }
  | { type: 'refused'; epoch: number | null }
  | { type: 'failed'; failure: LoadFailure };

/** The failure of a load that nobody answered, or somebody else than our server. */
export function noAnswer(message: string, online: boolean): LoadFailure {
  return { code: 'token-unavailable', message, from: 'network', offline: !online };
}

/** What an answer of the token endpoint means. */
export async function readAnswer(response: TokenResponse): Promise<Outcome> {
  if (response.status === 200) {
    try {
      const answer = parseTokenAnswer(await response.json());
      return { type: 'loaded', answer, wholeSeconds: wholeLife(answer.accessToken) };
    } catch {
      // A captive portal's page, or a body that broke off: no answer of ours, so nothing is known.
      const message = 'Something else answered in place of the server (a Wi-Fi sign-in page?).';
      return { type: 'failed', failure: noAnswer(message, true) };
    }
  }
  const problem = await readProblem(response);
  // A 401 of anything but our own server must not sign anybody out.
  if (response.status === 401 && problem.code === 'signed-out') {
    return { type: 'refused', epoch: typeof problem.epoch === 'number' ? problem.epoch : null };
  }
  const detail = typeof problem.detail === 'string' ? problem.detail : null;
  if (response.status === 403) {
    const message = detail ?? 'The server refused the request for a token.';
    return { type: 'failed', failure: { code: 'request-refused', message, from: 'server' } };
  }
  const failure: LoadFailure = {
    code: 'token-unavailable',
    message: detail ?? `The token endpoint answered ${response.status}.`,
    // A service worker says 503 for "no network" too, and marks it, so that the network's return ends the wait.
    from: problem.cause === 'network' ? 'network' : 'server',
    retryAfterMs: retryAfterMs(response.headers.get('retry-after')),
  };
  return { type: 'failed', failure };
}

async function readProblem(response: TokenResponse): Promise<Record<string, unknown>> {
  try {
    const body = await response.json();
    return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** `Retry-After` in seconds (RFC 9110, 10.2.3). The form with a date would need the client's wall clock. */
function retryAfterMs(header: string | null): number | undefined {
  const text = header?.trim() ?? '';
  return /^\d{1,9}$/.test(text) ? Number(text) * 1000 : undefined;
}

/** The token's whole life, `exp - iat`, seconds; null where it does not say. */
function wholeLife(accessToken: string): number | null {
  try {
    const { exp, iat } = decodeClaims(accessToken);
    return typeof exp === 'number' && typeof iat === 'number' && exp > iat ? exp - iat : null;
  } catch {
    return null;
  }
}
