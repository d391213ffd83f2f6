/**
 * The fault switches of both stand-ins: one typed tree with defaults, changed as a whole or in part.
 * The stand-ins read `current` at the moment of each request; those that hold timers listen for changes.
 */
import { z } from 'zod';

/** Longest delay a timer takes (about 24.8 days). */
const MAX_MS = 2_147_483_647;
const DAY_MS = 24 * 60 * 60 * 1000;

const milliseconds = z.number().int().min(0).max(MAX_MS);
const positiveMilliseconds = z.number().int().min(1).max(MAX_MS);

const eventsFaults = z.strictObject({
  /** Upgrades and HTTP requests are destroyed without an answer, as by a dead server. Open sockets stay. */
  refuseConnections: z.boolean(),
  /** Sockets are accepted and stay open, but nothing is read from or sent to any of them (half-open). */
  silent: z.boolean(),
  /** Delay of `connection_ack` and `subscribe_success`; the subscription begins with its answer. */
  ackDelayMs: milliseconds,
  withholdConnectionAck: z.boolean(),
  /** The subscription is made, its `subscribe_success` never sent. */
  withholdSubscribeAck: z.boolean(),
  /** Channels or patterns (`default/orders`, `default/*`) whose subscribe is denied. */
  deny: z.array(z.string().min(1).max(256)).max(100),
  /** `refuse`: a definite refusal; `lose`: delivered, but the socket of the answer is destroyed. */
  publish: z.enum(['ok', 'refuse', 'lose']),
  /** HTTP publishes taken within any second, from everybody together; 0 = no limit. */
  publishPerSecond: z.number().int().min(0).max(10_000),
  /** Closes a socket when the token that opened it expires. */
  closeOnTokenExpiry: z.boolean(),
  /** Longest life of a socket. The service cuts at 24 hours. */
  maxConnectionMs: positiveMilliseconds,
  /** Time between two `ka` frames. */
  kaIntervalMs: positiveMilliseconds,
  /** What `connection_ack` tells the client. */
  connectionTimeoutMs: positiveMilliseconds,
  /** Whether `GET /event/history` answers. The service has no history; an application may keep one. */
  history: z.boolean(),
});

const providerFaults = z.strictObject({
  /** `unavailable`: 503; `hang`: no answer; `refuse`: socket destroyed; `nonsense`: 200 with HTML. */
  mode: z.enum(['ok', 'unavailable', 'hang', 'refuse', 'nonsense']),
  /** Delay before every request is looked at. */
  delayMs: milliseconds,
  /** How long a rotated refresh token still works; 0 = it dies at once. Cognito allows 0 to 60. */
  rotationGraceSeconds: z.number().int().min(0).max(60),
});

const patchSchema = z.strictObject({
  events: eventsFaults.partial().optional(),
  provider: providerFaults.partial().optional(),
});

type EventsFaults = z.infer<typeof eventsFaults>;
export type ProviderFaults = z.infer<typeof providerFaults>;

export interface Faults {
  events: EventsFaults;
  provider: ProviderFaults;
}

/** Everything works as the real services do. */
const DEFAULT_FAULTS: Readonly<Faults> = {
  events: {
    refuseConnections: false,
    silent: false,
    ackDelayMs: 0,
    withholdConnectionAck: false,
    withholdSubscribeAck: false,
    deny: [],
    publish: 'ok',
    publishPerSecond: 0,
    closeOnTokenExpiry: false,
    maxConnectionMs: DAY_MS,
    kaIntervalMs: 60_000,
    connectionTimeoutMs: 300_000,
    history: false,
  },
  provider: { mode: 'ok', delayMs: 0, rotationGraceSeconds: 60 },
};

type PatchResult = { ok: true; faults: Faults } | { ok: false; error: string };

export interface FaultSwitches {
  readonly current: Readonly<Faults>;
  /** Changes the named fields and leaves the others. Bad input changes nothing and names the field. */
  patch(input: unknown): PatchResult;
  reset(): void;
  /** @returns a function that stops listening. */
  onChange(listener: () => void): () => void;
}

export function createFaultSwitches(): FaultSwitches {
  let current = structuredClone(DEFAULT_FAULTS) as Faults;
  const listeners = new Set<() => void>();

  function set(next: Faults): void {
    current = next;
    for (const listener of listeners) listener();
  }

  return {
    get current() {
      return current;
    },
    patch(input) {
      const parsed = patchSchema.safeParse(input);
      if (!parsed.success) return { ok: false, error: sentenceOf(parsed.error) };
      const { events = {}, provider = {} } = parsed.data;
      // A parsed patch has only fields that were in the JSON, so nothing here can overwrite with undefined.
      set({
        events: { ...current.events, ...(events as Partial<EventsFaults>) },
        provider: { ...current.provider, ...(provider as Partial<ProviderFaults>) },
      });
      return { ok: true, faults: current };
    },
    reset: () => set(structuredClone(DEFAULT_FAULTS) as Faults),
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function sentenceOf(error: z.ZodError): string {
  return error.issues.map((issue) => `${issue.path.join('.') || 'body'}: ${issue.message}`).join('; ');
}
