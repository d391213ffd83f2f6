/**
 * AppSync Events under virtual time: WebSockets with their handshake, subscriptions that may begin to deliver only a
 * while after they were confirmed, a hub that gives every event to all who listen, and the network in between.
 * Frames of one socket arrive in order, or not at all.
 */
import { channelMatches } from '../../../src/shared/channel.ts';
import type { Realm, World } from './world.ts';

export interface SimEvent {
  id: string;
  channel: string;
  text: string;
  /** When the service took it, virtual milliseconds. */
  at: number;
}

interface Sub {
  channel: string;
  /** Delivers what is published from then on. */
  from: number;
  /** Confirmed at. */
  askedAt: number;
}

/** One socket, with both of its ends. */
export interface Wire {
  readonly id: number;
  readonly realm: Realm;
  /** The service's end. */
  open: boolean;
  /** The page's end. */
  readonly client: { readyState: number };
  /** Nothing passes; what is sent waits. */
  readonly silent: boolean;
  readonly subs: Map<string, Sub>;
  /** By subscription id: what the client asked for and did not take back. */
  readonly wanted: Map<string, string>;
}

/** Of the token that a connect or subscribe carries. */
export type TokenCheck = (token: string) => 'good' | 'expired';

export interface ServiceDeps {
  world: World;
  /** How long the next frame takes, milliseconds. */
  delay(): number;
  /** How long the next subscription is confirmed before it delivers, milliseconds. */
  lag(): number;
  check: TokenCheck;
  /** A connection is closed by the service at this age, milliseconds; 0: never. */
  lifetimeMs: number;
  onPublished(event: SimEvent): void;
  /** The event reached code that listens. `asked`: its subscription was not taken back meanwhile. */
  onDelivered(wire: Wire, channel: string, event: SimEvent, asked: boolean): void;
  /** A confirmed subscription did not deliver this event yet. */
  onLagged(channel: string, event: SimEvent): void;

  onClientClosed(wire: Wire): void;
}

export interface SimService {
  WebSocket: typeof WebSocket;
  readonly wires: ReadonlySet<Wire>;
  /** Whether new connections and requests reach the service. */
  reachable: boolean;
  /** The service answers every handshake with an error. */
  refusing: boolean;
  /** Channels that are refused to whoever asks. */
  readonly refused: Map<string, 'denied' | 'failing'>;
  publish(channel: string, texts: readonly { id: string; text: string }[]): void;
  /** Closes every connection, with or without a word. */
  drop(): void;
  /** Everything that is open goes silent. */
  silence(): void;
  /** What was silent goes on where it was, or breaks off, at once or half-way through what had waited. */
  mend(how: 'flush' | 'reset' | 'break'): void;
}

const CONNECTING = 0;
const OPEN = 1;
const CLOSED = 3;
const KEEP_ALIVE_MS = 60_000;
/** Until a device without a network knows that a connection cannot be made. */
const UNREACHABLE_MS = 30;

export function createService(deps: ServiceDeps): SimService {
  const { world } = deps;
  const wires = new Set<End>();
  let serial = 0;

  class End implements Wire {
    static readonly CONNECTING = CONNECTING;
    static readonly OPEN = OPEN;
    static readonly CLOSED = CLOSED;
    readyState = CONNECTING;
    onopen: (() => void) | null = null;
    onclose: (() => void) | null = null;
    onerror: (() => void) | null = null;
    onmessage: ((event: MessageEvent) => void) | null = null;

    readonly id = ++serial;
    readonly realm = world.inside();
    readonly client = this;
    open = false;
    readonly subs = new Map<string, Sub>();
    readonly wanted = new Map<string, string>();
    #upAfter = 0;
    #downAfter = 0;
    #waiting: (() => void)[] = [];
    /** The network broke it off: what is still under way does not arrive, or it would come out of order. */
    #brokenOff = false;
    #silentSince: number | null = null;
    #token: string;

    constructor(_address: string, protocols: string[]) {
      const header = protocols[1]?.replace(/^header-/, '') ?? '';
      this.#token = (
        JSON.parse(atob(header.replace(/-/g, '+').replace(/_/g, '/'))) as { Authorization: string }
      ).Authorization;
      this.realm.onGone(() => this.#left());
      if (!service.reachable) {
        world.post(UNREACHABLE_MS, this.realm, () => this.#clientEnds());
        return;
      }
      wires.add(this);
      this.up(() => {
        this.open = true;
        this.down(() => {
          this.readyState = OPEN;
          this.onopen?.();
        });
        if (deps.lifetimeMs > 0) world.post(deps.lifetimeMs, null, () => this.hangUp());
      });
    }

    send(text: string): void {
      if (this.readyState !== OPEN) return;
      const frame = JSON.parse(text) as Record<string, unknown>;
      if (frame.type === 'subscribe') this.wanted.set(String(frame.id), String(frame.channel).slice(1));
      if (frame.type === 'unsubscribe') this.wanted.delete(String(frame.id));
      this.up(() => this.#take(frame));
    }

    close(): void {
      if (this.readyState === CLOSED) return;
      this.readyState = CLOSED;
      deps.onClientClosed(this);
      this.up(() => this.#forget());
      world.post(0, this.realm, () => this.onclose?.());
    }

    /** From the client to the service. */
    up(fn: () => void): void {
      if (this.silent) {
        this.#waiting.push(() => this.up(fn));
        return;
      }
      const at = Math.max(world.now() + deps.delay(), this.#upAfter);
      this.#upAfter = at;
      world.post(at - world.now(), null, () => {
        if (this.silent) this.#waiting.push(() => this.up(fn));
        else fn();
      });
    }

    /** From the service to the client. */
    down(fn: () => void): void {
      if (this.silent) {
        this.#waiting.push(() => this.down(fn));
        return;
      }
      const at = Math.max(world.now() + deps.delay(), this.#downAfter);
      this.#downAfter = at;
      world.post(at - world.now(), null, () => {
        if (this.silent) this.#waiting.push(() => this.down(fn));
        else if (!this.#brokenOff) {
          world.post(0, this.realm, () => {
            if (this.readyState !== CLOSED) fn();
          });
        }
      });
    }

    say(frame: object): void {
      this.down(() => {
        if (this.readyState === OPEN) this.onmessage?.({ data: JSON.stringify(frame) } as MessageEvent);
      });
    }

    /** The service closes the connection. */
    hangUp(): void {
      if (!this.open) return;
      this.#forget();
      this.down(() => this.#clientEnds());
    }

    /** The network breaks off both ends. */
    reset(): void {
      this.#brokenOff = true;
      this.#waiting = [];
      this.#silentSince = null;
      this.#forget();
      world.post(deps.delay(), this.realm, () => this.#clientEnds());
    }

    get silent(): boolean {
      return this.#silentSince !== null;
    }

    silence(): void {
      this.#silentSince ??= world.now();
    }

    flush(): void {
      if (this.#silentSince !== null) world.stalled(this.#silentSince);
      this.#silentSince = null;
      for (const again of this.#waiting.splice(0)) again();
    }

    /** The network delivers half of what has waited, and breaks off. */
    breakOff(): void {
      this.#waiting.length = Math.ceil(this.#waiting.length / 2);
      this.flush();
      this.hangUp();
    }

    deliver(event: SimEvent): void {
      for (const [id, sub] of this.subs) {
        if (!channelMatches(sub.channel, event.channel)) continue;
        if (sub.from > world.now()) {
          deps.onLagged(sub.channel, event);
          continue;
        }
        this.down(() => {
          if (this.readyState !== OPEN) return;
          deps.onDelivered(this, sub.channel, event, this.wanted.has(id));
          this.onmessage?.({ data: JSON.stringify({ type: 'data', id, event: event.text }) } as MessageEvent);
        });
      }
    }

    #clientEnds(): void {
      if (this.readyState === CLOSED) return;
      this.readyState = CLOSED;
      deps.onClientClosed(this);
      this.onclose?.();
    }

    #left(): void {
      this.readyState = CLOSED;
      this.#forget();
    }

    #forget(): void {
      this.open = false;
      this.subs.clear();
      wires.delete(this);
    }

    #take(frame: Record<string, unknown>): void {
      if (!this.open) return;
      const id = String(frame.id);
      switch (frame.type) {
        case 'connection_init':
          if (service.refusing) this.#refuseConnection('InternalFailure', 'Try again later.');
          else if (deps.check(this.#token) === 'expired')
            this.#refuseConnection('UnauthorizedException', 'Token has expired.');
          else {
            this.say({ type: 'connection_ack', connectionTimeoutMs: 300_000 });
            this.#keepAlive();
          }
          return;
        case 'subscribe':
          this.#subscribe(id, String(frame.channel).slice(1), frame);
          return;
        case 'unsubscribe':
          if (this.subs.delete(id)) this.say({ type: 'unsubscribe_success', id });
          else
            this.say({
              type: 'unsubscribe_error',
              id,
              errors: [{ errorType: 'UnknownOperationError', message: `Unknown id ${id}` }],
            });
      }
    }

    #subscribe(id: string, channel: string, frame: Record<string, unknown>): void {
      const refusal = service.refused.get(channel);
      const token = (frame.authorization as { Authorization: string }).Authorization;
      const fail = (errorType: string, message: string): void =>
        this.say({ type: 'subscribe_error', id, errors: [{ errorType, message }] });
      if (deps.check(token) === 'expired') fail('UnauthorizedException', 'Token has expired.');
      else if (refusal === 'denied') fail('UnauthorizedException', 'Not allowed here.');
      else if (refusal === 'failing') fail('InternalFailure', 'Try again later.');
      else if (this.subs.has(id)) fail('DuplicatedOperationError', 'This id is taken.');
      else {
        this.subs.set(id, { channel, askedAt: world.now(), from: world.now() + deps.lag() });
        this.say({ type: 'subscribe_success', id });
      }
    }

    #refuseConnection(errorType: string, message: string): void {
      this.say({ type: 'connection_error', errors: [{ errorType, message }] });
      this.hangUp();
    }

    #keepAlive(): void {
      if (!this.open) return;
      this.say({ type: 'ka' });
      world.post(KEEP_ALIVE_MS, null, () => this.#keepAlive());
    }
  }

  const service: SimService = {
    WebSocket: End as unknown as typeof WebSocket,
    wires,
    reachable: true,
    refusing: false,
    refused: new Map(),
    publish(channel, texts) {
      for (const { id, text } of texts) {
        const event = { id, channel, text, at: world.now() };
        deps.onPublished(event);
        for (const wire of wires) if (wire.open) wire.deliver(event);
      }
    },
    drop() {
      for (const wire of [...wires]) wire.reset();
    },
    silence() {
      for (const wire of wires) wire.silence();
    },
    mend(how) {
      for (const wire of [...wires]) {
        if (!wire.silent) continue;
        if (how === 'flush') wire.flush();
        else if (how === 'break') wire.breakOff();
        else wire.reset();
      }
    },
  };
  return service;
}
