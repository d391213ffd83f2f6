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
