/** Publishing over HTTP: requests that arrive or not, and answers that are lost, late, in part or a refusal. */
import type { SimService, TokenCheck } from './service.ts';
import type { Realm, World } from './world.ts';

export type PostMode =
  | 'ok'
  | 'lost-before'
  | 'lost-after'
  | 'hanging'
  | 'throttled'
  /** The last event of a request is put off. */
  | 'partly-throttled'
  /** An error of the server after it took the events. */
  | 'broken'
  | 'refused';

/** One request. */
export interface Attempt {
  readonly realm: Realm;
  readonly ids: readonly string[];
  readonly at: number;
  /** When the sender heard of the acceptance. */
  answeredAt: number | null;
  /** When the sender heard anything at all, or gave up. */
  settledAt: number | null;
}

export interface PublisherDeps {
  world: World;
  service: SimService;
  check: TokenCheck;
  delay(): number;
  onAttempt(attempt: Attempt): void;
  /** The service took these of its events. */
  onAccepted(ids: readonly string[]): void;
}

export interface SimPublisher {
  mode: PostMode;
  /** `fetch` of the context that runs now. */
  fetch: typeof fetch;
}

/** What the service answers. */
interface Answer {
  status: number;
  body: object;
  /** How many of the events it took, from the first on. */
  taken: number;
}

const problem = (status: number, errorType: string): Answer => ({
  ...{ status, taken: 0 },
  body: { errors: [{ errorType, message: 'Not now.' }] },
});

export function createPublisher(deps: PublisherDeps): SimPublisher {
  const { world, service, delay } = deps;

  function judge(count: number, token: string): Answer {
    if (deps.check(token) === 'expired') return problem(401, 'UnauthorizedException');
    switch (publisher.mode) {
      case 'throttled':
        return problem(429, 'LimitExceededException');
      case 'refused':
        return problem(403, 'UnauthorizedException');
      case 'broken':
        return { ...problem(500, 'InternalFailure'), taken: count };
      case 'partly-throttled':
        return {
          ...{ status: 200, taken: count - 1 },
          body: { failed: [{ index: count - 1, code: 'ThrottlingException', message: 'Too many.' }] },
        };
      default:
        return { status: 200, body: { failed: [] }, taken: count };
    }
  }

  function request(init: RequestInit): Promise<Response> {
    const realm = world.inside();
    const { channel, events } = JSON.parse(String(init.body)) as { channel: string; events: string[] };
    const token = new Headers(init.headers).get('authorization') ?? '';
    const sent = events.map((text) => ({ id: (JSON.parse(text) as { id: string }).id, text }));
    const attempt: Attempt = {
      ...{ realm, ids: sent.map(({ id }) => id), at: world.now() },
      ...{ answeredAt: null, settledAt: null },
    };
    deps.onAttempt(attempt);
    return new Promise((resolve, reject) => {
      const lose = (): void => {
        attempt.settledAt ??= world.now();
        reject(new TypeError('Failed to fetch'));
      };
      init.signal?.addEventListener('abort', lose);
      world.post(delay(), null, () => {
        const { mode } = publisher;
        if (!service.reachable || mode === 'lost-before') {
          world.post(delay(), realm, lose);
          return;
        }
        const answer = judge(sent.length, token);
        const taken = sent.slice(0, answer.taken);
        deps.onAccepted(taken.map(({ id }) => id));
        service.publish(channel.slice(1), taken);
        if (mode === 'hanging') return;
        world.post(delay(), realm, () => {
          if (mode === 'lost-after') {
            lose();
            return;
          }
          attempt.settledAt ??= world.now();
          if (answer.status === 200 && answer.taken === sent.length) attempt.answeredAt = world.now();
          resolve(responseOf(answer));
        });
      });
    });
  }

  /** Whether anybody answers. */
  function ask(): Promise<Response> {
    const realm = world.inside();
    return new Promise((resolve, reject) => {
      world.post(delay(), null, () => {
        const there = service.reachable;
        world.post(delay(), realm, () => {
          if (there) resolve(new Response(null, { status: 404 }));
          else reject(new TypeError('Failed to fetch'));
        });
      });
    });
  }

  const publisher: SimPublisher = {
    mode: 'ok',
    fetch: (_address, init = {}) => (init.mode === 'no-cors' ? ask() : request(init)),
  };
  return publisher;
}

/** Not the platform's own: its body would be read after the step that it belongs to. */
function responseOf({ status, body }: Answer): Response {
  const headers = new Headers(status === 429 ? { 'retry-after': '1' } : {});
  return { status, headers, text: () => Promise.resolve(JSON.stringify(body)) } as unknown as Response;
}
