/** A BroadcastChannel, a WebSocket and tokens for the tests of the leader. */
import type { HeldToken } from '../../shared/token-machine.ts';
import type { LeaderTokens } from './api.ts';

/** BroadcastChannels of one test: they hear each other, and never themselves, a task later. */
export function createAir(): typeof BroadcastChannel {
  const members = new Set<Fake>();
  class Fake {
    onmessage: ((event: MessageEvent) => void) | null = null;
    readonly name: string;
    constructor(name: string) {
      this.name = name;
      members.add(this);
    }
    postMessage(data: unknown): void {
      const copy: unknown = structuredClone(data);
      queueMicrotask(() => {
        for (const member of members) {
          if (member !== this && member.name === this.name)
            member.onmessage?.({ data: copy } as MessageEvent);
        }
      });
    }
    close(): void {
      members.delete(this);
    }
  }
  return Fake as unknown as typeof BroadcastChannel;
}

/** A service whose sockets the test speaks through. */
export function createService() {
  const sockets: FakeSocket[] = [];
  const waiters: (() => void)[] = [];
  const tell = (): void => {
    for (const wake of waiters.splice(0)) wake();
  };

  class FakeSocket {
    static readonly OPEN = 1;
    readyState = 1;
    onopen: (() => void) | null = null;
    onclose: (() => void) | null = null;
    onmessage: ((event: { data: unknown }) => void) | null = null;
    readonly sent: Record<string, unknown>[] = [];
    constructor() {
      sockets.push(this);
      queueMicrotask(() => {
        this.onopen?.();
        tell();
      });
    }
    send(text: string): void {
      this.sent.push(JSON.parse(text) as Record<string, unknown>);
      tell();
    }
    close(): void {
      this.readyState = 3;
      tell();
    }
    /** The service says something, whatever it is. */
    say(frame: unknown): void {
      this.onmessage?.({ data: typeof frame === 'object' ? JSON.stringify(frame) : frame });
    }
  }

  /** The first value of `find` that is not undefined, now or after something happened. */
  async function until<T>(find: () => T | undefined): Promise<T> {
    for (;;) {
      const found = find();
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => waiters.push(resolve));
    }
  }

  return {
    WebSocket: FakeSocket as unknown as typeof WebSocket,
    sockets,
    until,
    /** The request for a channel on the newest socket, as soon as it is made. */
    asked: (channel: string) =>
      until(() =>
        sockets.at(-1)?.sent.find((frame) => frame.type === 'subscribe' && frame.channel === `/${channel}`),
      ),
  };
}

/** Tokens that are there at once; a forced one is new. */
export function createTokens(): LeaderTokens & { signOut(): void; given: string[] } {
  const given: string[] = [];
  const listeners = new Set<() => void>();
  let serial = 0;
  return {
    given,
    async get({ force = false } = {}): Promise<HeldToken> {
      if (force || serial === 0) serial += 1;
      given.push(`token-${serial}`);
      return { accessToken: `token-${serial}`, sub: 'u', epoch: 1, renewAt: 1e9, endsAt: 1e9 } as HeldToken;
    },
    onSignedOut(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    wake() {},
    signOut() {
      for (const listener of listeners) listener();
    },
  };
}

/** A service that answers everything at once, and delivers what the test publishes to every subscription. */
export function createAnsweringService(options: { refuse?: (channel: string) => boolean } = {}) {
  const sockets: AnsweringSocket[] = [];
  let away = false;

  class AnsweringSocket {
    static readonly OPEN = 1;
    readyState = 0;
    onopen: (() => void) | null = null;
    onclose: (() => void) | null = null;
    onmessage: ((event: { data: unknown }) => void) | null = null;
    /** Channels by subscription id. */
    readonly subs = new Map<string, string>();
    constructor() {
      sockets.push(this);
      queueMicrotask(() => {
        if (away) {
          this.cut();
          return;
        }
        this.readyState = 1;
        this.onopen?.();
      });
    }
    send(text: string): void {
      const frame = JSON.parse(text) as { type: string; id: string; channel: string };
      queueMicrotask(() => this.answer(frame));
    }
    answer({ type, id, channel }: { type: string; id: string; channel: string }): void {
      if (type === 'connection_init') this.say({ type: 'connection_ack', connectionTimeoutMs: 300_000 });
      if (type === 'unsubscribe') {
        this.say({ type: this.subs.delete(id) ? 'unsubscribe_success' : 'unsubscribe_error', id });
      }
      if (type !== 'subscribe') return;
      const refused = this.subs.size >= 200 || options.refuse?.(channel.slice(1)) === true;
      if (!refused) this.subs.set(id, channel.slice(1));
      this.say({ type: refused ? 'subscribe_error' : 'subscribe_success', id });
    }
    say(frame: object): void {
      if (this.readyState === 1) this.onmessage?.({ data: JSON.stringify(frame) });
    }
    close(): void {
      this.readyState = 3;
    }
    /** The service cuts it. */
    cut(): void {
      this.readyState = 3;
      this.onclose?.();
    }
  }

  const open = (): AnsweringSocket[] => sockets.filter(({ readyState }) => readyState === 1);
  return {
    WebSocket: AnsweringSocket as unknown as typeof WebSocket,
    sockets,
    open,
    /** What HTTP has of it. */
    fetch: async (): Promise<Response> => {
      if (away) throw new TypeError('Failed to fetch');
      return new Response(null, { status: 404 });
    },
    goAway(): void {
      away = true;
      for (const socket of open()) socket.cut();
    },
    comeBack(): void {
      away = false;
    },
    publish(channel: string, event: string): void {
      for (const socket of open()) {
        for (const [id, subscribed] of socket.subs) {
          if (subscribed === channel) socket.say({ type: 'data', id, event });
        }
      }
    },
  };
}

/** Numbers in [0, 1) that a seed decides (mulberry32). */
export function createDice(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
