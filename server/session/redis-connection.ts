/**
 * One connection to a Redis server that comes back by itself and never keeps anybody waiting for long: a short
 * break is waited out, a long one is answered with an error at once. Knows nothing of sessions.
 */
import { createClient, RESP_TYPES } from '@redis/client';
import { fullJitterMs } from '../../src/shared/backoff.ts';
import type { Clock } from '../../src/shared/clock.ts';
import type { RedisScript } from './redis-scripts.ts';

type Argument = string | Buffer;

export interface RedisConnection {
  /** Sends a command. Texts in replies are bytes. Rejects when the server was silent for {@link ANSWER_LIMIT_MS}. */
  send<Reply>(command: readonly Argument[]): Promise<Reply>;
  /** Runs a script, teaching it to the server where that does not know it (yet, or since a restart). */
  run<Reply>(script: RedisScript, ...args: readonly (Argument | number)[]): Promise<Reply>;
  close(): Promise<void>;
}

export interface RedisConnectionDeps {
  /** `redis://[user:password@]host[:port][/database]`, or `rediss://` for TLS. */
  url: string;
  clock: Clock;
  random(): number;
}

/** How long the server may be silent, or the connection be missing, before a command fails, milliseconds. */
const ANSWER_LIMIT_MS = 2_000;
/** How long a command may take in all where the server does answer, but is behind. */
const BEHIND_LIMIT_MS = 10_000;
/** A connection that is away for longer is not waited for any more. */
const BRIDGE_MS = 2_000;
/** Commands that wait for the connection, or for their answer: above, the server is behind for good. */
const MAX_WAITING = 10_000;
const RECONNECT = { baseMs: 100, capMs: 2_000 };
const BYTES = { typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } };

export function createRedisConnection({ url, clock, random }: RedisConnectionDeps): RedisConnection {
  /** Since when there is no connection (monotonic); null while there is one. */
  let awaySince: number | null = clock.monotonic();
  let cause = 'not connected yet';
  /** When the server was last heard (monotonic). */
  let heardAt = 0;
  let closed = false;
  const waiting = new Set<() => void>();
  let client = connect();

  function connect() {
    const made = createClient({
      url,
      // What an operator sees in CLIENT LIST.
      name: 'switchboard',
      // The plainest protocol: every version of Redis and Valkey speaks it.
      RESP: 2,
      maintNotifications: 'disabled',
      disableClientInfo: true,
      // We wait ourselves, with a limit.
      disableOfflineQueue: true,
      commandsQueueMaxLength: MAX_WAITING,
      // Ours covers the wait for the answer, too.
      commandOptions: { timeout: 0 },
      socket: {
        connectTimeout: ANSWER_LIMIT_MS,
        reconnectStrategy: (retries) => 1 + fullJitterMs(RECONNECT, retries, random),
      },
    });
    let forgetGreeting = () => {};
    made.on('connect', () => {
      forgetGreeting();
      forgetGreeting = clock.after(ANSWER_LIMIT_MS, () => replace(made, 'no answer to the greeting'));
    });
    made.on('error', (error: unknown) => {
      forgetGreeting();
      if (made !== client) return;
      cause = reason(error);
      awaySince ??= clock.monotonic();
    });
    made.on('ready', () => {
      forgetGreeting();
      if (made !== client) return;
      awaySince = null;
      heardAt = clock.monotonic();
      const ready = [...waiting];
      waiting.clear();
      for (const go of ready) go();
    });
    // It tries for ever, so it rejects only when it is closed or replaced.
    made.connect().catch(() => undefined);
    return made;
  }

  /**
   * Connects anew where the connection is there but leads nowhere: without an answer (a fail-over leaves a
   * connection half-open, and TCP would take a quarter of an hour to notice), or to a server that may not write.
   */
  function replace(failed: typeof client, why: string): void {
    if (failed !== client || closed) return;
    cause = why;
    awaySince ??= clock.monotonic();
    client = connect();
    failed.destroy();
  }

  function send<Reply>(command: readonly Argument[]): Promise<Reply> {
    const askedAt = clock.monotonic();
    return new Promise((resolve, reject) => {
      if (closed) return reject(unavailable('closed'));
      if (awaySince !== null && (askedAt - awaySince >= BRIDGE_MS || waiting.size >= MAX_WAITING)) {
        return reject(unavailable(cause));
      }
      let used: typeof client | null = null;
      let cancel = clock.after(ANSWER_LIMIT_MS, timeUp);
      // One more turn first: where this process was busy for so long, answers have come that it has not looked at.
      function timeUp(): void {
        cancel = clock.after(0, decide);
      }
      /** Answers come in order, so a server that has answered others since will come to this one, too. */
      function decide(): void {
        const now = clock.monotonic();
        const quietMs = now - Math.max(heardAt, askedAt);
        if (used !== null && quietMs < ANSWER_LIMIT_MS && now - askedAt < BEHIND_LIMIT_MS) {
          cancel = clock.after(ANSWER_LIMIT_MS - quietMs, timeUp);
          return;
        }
        waiting.delete(go);
        reject(unavailable(used === null ? cause : `no answer within ${ANSWER_LIMIT_MS} ms`));
        if (used !== null && quietMs >= ANSWER_LIMIT_MS) replace(used, 'no answer');
      }
      function go(): void {
        const chosen = client;
        used = chosen;
        chosen.sendCommand<Reply>([...command], BYTES).then(
          (reply) => {
            heardAt = clock.monotonic();
            cancel();
            resolve(reply);
          },
          (error: unknown) => {
            cancel();
            if (isReply(error, 'READONLY')) replace(chosen, 'READONLY');
            reject(isReply(error, 'NOSCRIPT') ? error : unavailable(reason(error)));
          },
        );
      }
      if (awaySince === null) go();
      else waiting.add(go);
    });
  }

  return {
    send,

    async run(script, ...args) {
      const given = args.map((arg) => (typeof arg === 'number' ? String(arg) : arg));
      try {
        return await send(['EVALSHA', script.sha1, '0', ...given]);
      } catch (error) {
        if (!isReply(error, 'NOSCRIPT')) throw error;
        return send(['EVAL', script.text, '0', ...given]);
      }
    },

    async close() {
      if (closed) return;
      closed = true;
      if (client.isReady) {
        await new Promise<void>((resolve) => {
          const cancel = clock.after(ANSWER_LIMIT_MS, resolve);
          client
            .close()
            .then(resolve, () => resolve())
            .finally(cancel);
        });
      }
      client.destroy();
    },
  };
}

function isReply(error: unknown, code: string): boolean {
  return error instanceof Error && error.message.startsWith(code);
}

/** For the log and for `/readyz`: an error code or name, never an address or a password. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const { code } = error as { code?: unknown };
  if (typeof code === 'string') return code;
  // Redis begins its own errors with a code: WRONGPASS, NOAUTH, LOADING, OOM.
  return /^[A-Z]{3,}\b/.exec(error.message)?.[0] ?? error.constructor.name;
}

function unavailable(why: string): Error {
  return new Error(`The session store (Redis) is not available: ${why}.`);
}
