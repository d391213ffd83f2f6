/** The pages of one browser: each runs the product's `createConnection` and joins channels as an app would. */
import type { Connection, EventsChannel, Feed } from '../../../src/connection/api.ts';
import { createConnection } from '../../../src/connection/index.ts';
import type { TokenClient } from '../../../src/session/api.ts';
import type { EventsConfig } from '../../../src/shared/page-data.ts';
import type { Surroundings } from './globals.ts';
import type { Realm, World } from './world.ts';

/** A channel as one page uses it: as a feed, and as an app that was written for Amplify. */
export interface Join {
  readonly channel: string;
  readonly feed: Feed;
  /** Positions that the observer was given, in order. */
  readonly seen: string[];
  /** Since when the observer listens; null while the service has not confirmed. */
  observedAt: number | null;
  stream: EventsChannel | null;
  left: boolean;
}

export interface SimPage {
  readonly slot: number;
  readonly realm: Realm;
  readonly connection: Connection;
  readonly joins: Map<string, Join>;
  /** Channels that it joined at any time. */
  readonly joined: Set<string>;
  visible: boolean;
}

export interface PagesDeps {
  world: World;
  locks: (realm: Realm) => LockManager | null;
  tokens(realm: Realm): TokenClient;
  /** The sign-in that a page of now belongs to. */
  epoch(): number;
  sub: string;
  events: EventsConfig;
  /** A page crashed: what else lived in its process. */
  onCrash(realm: Realm): void;
}

export interface Pages {
  readonly slots: (SimPage | null)[];
  of(realm: Realm): Surroundings;
  open(slot: number, channels: readonly string[], build: 'a' | 'b'): Promise<void>;
  join(page: SimPage, channel: string): Promise<void>;
  leave(page: SimPage, channel: string): Promise<void>;
  close(page: SimPage): Promise<void>;
  crash(page: SimPage): void;
  /** `hung`: without a word to the page. */
  stop(page: SimPage, how: 'frozen' | 'hung' | 'cached'): Promise<void>;
  thaw(page: SimPage, order: 'before' | 'after'): void;
  /** Whether it stands still without having been told. */
  hangs(page: SimPage): boolean;
  show(page: SimPage, visible: boolean): Promise<void>;
  /** The back/forward cache lets go of a page. */
  evict(realm: Realm): void;
  signal(page: SimPage, event: 'online' | 'offline' | 'focus'): Promise<void>;
}

export function createPages(deps: PagesDeps, count: number): Pages {
  const { world } = deps;
  const surroundings = new Map<
    Realm,
    Surroundings & { targets: { window: EventTarget; document: EventTarget } }
  >();
  const stopped = new Map<Realm, 'frozen' | 'hung' | 'cached'>();
  let serial = 0;

  function surround(realm: Realm, isVisible: () => boolean): void {
    const targets = { window: new EventTarget(), document: new EventTarget() };
    const listen =
      (target: EventTarget) =>
      (
        type: string,
        listener: EventListenerOrEventListenerObject,
        options?: AddEventListenerOptions | boolean,
      ) =>
        target.addEventListener(type, listener, options);
    surroundings.set(realm, {
      targets,
      window: { addEventListener: listen(targets.window) },
      document: {
        addEventListener: listen(targets.document),
        get visibilityState(): DocumentVisibilityState {
          return isVisible() ? 'visible' : 'hidden';
        },
      },
      locks: deps.locks(realm),
    });
  }

  function fire(page: SimPage, on: 'window' | 'document', type: string, more: object = {}): void {
    surroundings.get(page.realm)?.targets[on].dispatchEvent(Object.assign(new Event(type), more));
  }

  function setVisible(page: SimPage, visible: boolean): void {
    if (page.visible === visible) return;
    page.visible = visible;
    fire(page, 'document', 'visibilitychange');
  }

  function joinNow(page: SimPage, channel: string): void {
    if (page.joins.has(channel)) return;
    page.joined.add(channel);
    const { connection } = page;
    const join: Join = {
      channel,
      feed: connection.feed(channel),
      seen: [],
      observedAt: null,
      stream: null,
      left: false,
    };
    page.joins.set(channel, join);
    connection.events.connect(channel).then(
      (stream) => {
        if (join.left) {
          stream.close();
          return;
        }
        join.stream = stream;
        join.observedAt = world.now();

        stream.subscribe({ next: ({ id }) => void join.seen.push(id), error: () => undefined });
      },
      // Denied, or closed meanwhile: the feed still shows what there is.
      () => undefined,
    );
  }

  function gone(page: SimPage): void {
    if (pages.slots[page.slot] === page) pages.slots[page.slot] = null;
    world.end(page.realm);
  }

  const pages: Pages = {
    slots: Array.from({ length: count }, () => null),
    of(realm) {
      const own = surroundings.get(realm);
      if (own !== undefined) return own;
      surround(realm, () => false);
      return pages.of(realm);
    },
    async open(slot, channels, build) {
      const before = pages.slots[slot];
      if (before) await pages.close(before);
      serial += 1;
      const realm = world.createRealm(`page ${serial}`);
      let page: SimPage | null = null;
      surround(realm, () => page?.visible ?? true);
      await world.enter(realm, () => {
        const connection = createConnection({
          sub: deps.sub,
          epoch: deps.epoch(),
          build,
          events: deps.events,
          tokens: deps.tokens(realm),
          workerUrl: '/worker.js',
          serviceWorker: () => true,
        });
        page = { slot, realm, connection, joins: new Map(), joined: new Set(), visible: true };
        pages.slots[slot] = page;
        for (const channel of channels) joinNow(page, channel);
      });
    },
    join: (page, channel) => world.enter(page.realm, () => joinNow(page, channel)),
    leave: (page, channel) =>
      world.enter(page.realm, () => {
        const join = page.joins.get(channel);
        if (join === undefined) return;
        page.joins.delete(channel);
        join.left = true;
        join.feed.close();
        join.stream?.close();
      }),
    async close(page) {
      await world.enter(page.realm, () => {
        setVisible(page, false);
        fire(page, 'window', 'pagehide', { persisted: false });
      });
      gone(page);
    },
    crash(page) {
      gone(page);
      deps.onCrash(page.realm);
    },
    async stop(page, how) {
      if (page.realm.state !== 'running') return;
      if (how !== 'hung') {
        await world.enter(page.realm, () => {
          setVisible(page, false);
          if (how === 'cached') fire(page, 'window', 'pagehide', { persisted: true });
          else fire(page, 'document', 'freeze');
        });
      }
      stopped.set(page.realm, how);
      world.hold(page.realm, how === 'cached' ? 'cached' : 'frozen');
    },
    thaw(page, order) {
      const how = stopped.get(page.realm);
      if (how === undefined) return;
      stopped.delete(page.realm);
      const signal = (): void => {
        if (how === 'cached') fire(page, 'window', 'pageshow', { persisted: true });
        else fire(page, 'document', 'resume');
        setVisible(page, true);
      };
      world.thaw(page.realm, how === 'hung' ? null : signal, order);
    },
    hangs: ({ realm }) => stopped.get(realm) === 'hung',
    show: (page, visible) => world.enter(page.realm, () => setVisible(page, visible)),
    evict(realm) {
      const page = pages.slots.find((each) => each?.realm === realm);
      if (page) gone(page);
    },
    signal: (page, event) =>
      world.enter(page.realm, () => {
        fire(page, 'window', event);
      }),
  };
  return pages;
}
