/** Publishing over HTTP: requests that arrive or not, and answers that are lost, late or a refusal. */
import { AppError } from '../../../src/shared/errors.ts';
import type { SimService } from './service.ts';
import type { Realm, World } from './world.ts';

export type PostMode = 'ok' | 'lost-before' | 'lost-after' | 'hanging' | 'throttled' | 'broken' | 'refused';

/** One request. */
export interface Attempt {
  readonly realm: Realm;
  readonly ids: readonly string[];
  readonly at: number;
  accepted: boolean;
  /** When the sender heard of the acceptance. */
  answeredAt: number | null;
  /** When the sender heard anything at all. */
  settledAt: number | null;
}

export interface PublisherDeps {
  world: World;
  service: SimService;
  delay(): number;
  onAttempt(attempt: Attempt): void;
  onAccepted(attempt: Attempt, channel: string): void;
}

export interface SimPublisher {
  mode: PostMode;
  /** `post` of the context that runs now. */
  of(realm: Realm): (channel: string, events: readonly unknown[]) => Promise<void>;
}

const lost = (): AppError => new AppError('network', 'The answer was lost.', { retryable: true });

export function createPublisher({
  world,
  service,
  delay,
  onAttempt,
  onAccepted,
}: PublisherDeps): SimPublisher {
  const publisher: SimPublisher = {
    mode: 'ok',
    of: (realm) => (channel, events) =>
      new Promise<void>((resolve, reject) => {
        const { mode } = publisher;
        const ids = events.map((event) => (event as { id: string }).id);
        const attempt: Attempt = {
          realm,
          ids,
          at: world.now(),
          accepted: false,
          answeredAt: null,
          settledAt: null,
        };
        onAttempt(attempt);
        const answer = (error: AppError | null): void =>
          void world.post(delay(), realm, () => {
            attempt.settledAt = world.now();
            if (error !== null) {
              reject(error);
              return;
            }
            attempt.answeredAt = world.now();
            resolve();
          });
        world.post(delay(), null, () => {
          if (!service.reachable || mode === 'lost-before') return answer(lost());
          if (mode === 'throttled') {
            return answer(
              new AppError('rate-limited', 'Too many at once.', { retryable: true, retryAfterMs: 1_000 }),
            );
          }
          if (mode === 'refused') return answer(new AppError('denied', 'Not allowed here.'));
          attempt.accepted = true;
          onAccepted(attempt, channel);
          service.publish(
            channel,
            events.map((event, index) => ({ id: ids[index] ?? '', text: JSON.stringify(event) })),
          );
          if (mode === 'hanging') return;
          answer(mode === 'lost-after' || mode === 'broken' ? lost() : null);
        });
      }),
  };
  return publisher;
}
