/**
 * One browser under virtual time: pages with the real session, one service worker with the real broker, and what
 * they share. Pages can be frozen (everything for them waits), lie in the back/forward cache (messages for them are
 * lost), or be loaded past the worker; the worker can be killed at any moment.
 */

import type { Session } from '../../src/session/api.ts';
import { createSession } from '../../src/session/index.ts';
import type { PageSignal } from '../../src/session/signals.ts';
import type { Clock } from '../../src/shared/clock.ts';
import type { SessionInfo } from '../../src/shared/page-data.ts';
import { TOKEN_PATH } from '../../src/shared/token.ts';
import { createTokenBroker, type TokenBroker } from '../../sw/token-broker.ts';
import type { Network } from './network.ts';

export interface SimPage {
  readonly slot: number;
  readonly session: Session;
  state: 'running' | 'frozen' | 'cached' | 'gone';
  /** The user that this page first knew: it may never show or get another one's things. */
  sub: string | null;
  visible: boolean;
  /** Since when it runs without a break, virtual milliseconds. */
  runningSince: number;
  signal(signal: PageSignal): void;
}

export interface BrowserDeps {
  clock: Clock;
  network: Network;
  random(): number;
  /** How long the next message between pages takes, milliseconds. */
  messageDelay(): number;
  /** How often "Sign out" was pressed so far. */
  signOuts(): number;
  /** Told of every page, before it does anything. */
  onPage(page: SimPage): void;
}

export interface SimBrowser {
  /** By slot; null while nothing is loaded there. */
  readonly pages: (SimPage | null)[];
  /** What the device says about its network. */
  believesOnline: boolean;
  /** Loads a page into a slot: the sign-in of `code` first, where given. */
  load(slot: number, options: { code?: string; controlled: boolean }): Promise<void>;
  killWorker(): void;
  freeze(slot: number, how: 'frozen' | 'cached'): void;
  /** @param first whether the page hears that it is shown before all that had to wait, or after it. */
  thaw(slot: number, first: boolean): void;
  /** Sets the wall clock of this device. */
  setClock(ms: number): void;
  /** Token requests under way from each context; never more than one. */
  mostAtOnce(): number;
  close(): void;
}

interface End {
  hear(data: unknown): void;
}

export function createSimBrowser(deps: BrowserDeps, slots: number): SimBrowser {
  const { clock, network, random } = deps;
  const storage = new Map<string, string>();
  const ends = new Set<End>();
  const internals = new Map<SimPage, { held: (() => void)[]; close(): void }>();
  let wallOffset = 0;
  let most = 0;
  let signingIn = false;
  let worker: { broker: TokenBroker; end(): void; asks: Set<(error: Error) => void> } | null = null;

  const deviceClock = (run: (fn: () => void) => void): Clock => ({
    monotonic: clock.monotonic,
    wall: () => clock.wall() + wallOffset,
    after(ms, fn) {
      let cancelled = false;
      const cancel = clock.after(ms, () =>
        run(() => {
          if (!cancelled) fn();
        }),
      );
      return () => {
        cancelled = true;
        cancel();
      };
    },
  });

  function post(from: End, message: unknown): void {
    const data: unknown = structuredClone(message);
    for (const end of ends) {
      if (end !== from) clock.after(deps.messageDelay(), () => ends.has(end) && end.hear(data));
    }
  }

  /** A `fetch` that counts the token requests of its context. */
  function countingFetch(): (url: string, init: RequestInit) => Promise<Response> {
    const flying = new Set<RequestInit>();
    return async (url, init) => {
      if (url !== TOKEN_PATH) return network.send(url, init);
      flying.add(init);
      most = Math.max(most, flying.size);
      const over = () => flying.delete(init);
      init.signal?.addEventListener('abort', over);
      return network.send(url, init).finally(over);
    };
  }

  function startWorker(): NonNullable<typeof worker> {
    let alive = true;
    const run = (fn: () => void) => {
      if (alive) fn();
    };
    const send = countingFetch();
    const end: End = { hear: () => undefined };
    ends.add(end);
    const broker = createTokenBroker({
      clock: deviceClock(run),
      random,
      isOnline: () => browser.believesOnline,
      channel: {
        addEventListener: (_type, listener) => {
          end.hear = (data) => run(() => listener({ data }));
        },
      },
      // What a killed worker had asked for arrives nowhere.
      fetch: (url, init) =>
        new Promise((resolve, reject) => {
          send(url, init).then(
            (response) => run(() => resolve(response)),
            (error) => run(() => reject(error)),
          );
        }),
    });
    const asks = new Set<(error: Error) => void>();
    return {
      broker,
      asks,
      end() {
        alive = false;
        ends.delete(end);
      },
    };
  }

  function askWorker(init: RequestInit): Promise<Response> {
    worker ??= startWorker();
    const { broker, asks } = worker;
    return new Promise((resolve, reject) => {
      asks.add(reject);
      init.signal?.addEventListener('abort', () => reject(new DOMException('Aborted', 'AbortError')));
      broker.respond({
        request: { headers: new Headers(init.headers), cache: init.cache ?? 'default' } as Request,
        respondWith: (response) => void response.then(resolve, reject).finally(() => asks.delete(reject)),
        waitUntil: () => undefined,
      });
    });
  }

  function open(slot: number, said: SessionInfo | null | 'unknown', controlled: boolean): void {
    const held: (() => void)[] = [];
    const listeners = new Set<(signal: PageSignal) => void>();
    const end: End = { hear: () => undefined };
    ends.add(end);
    const run = (fn: () => void): void => {
      if (page.state === 'running') fn();
      else if (page.state !== 'gone') held.push(fn);
    };
    const direct = countingFetch();
    let left = false;
    const session = createSession({
      page: { session: said },
      clock: deviceClock((fn) => run(fn)),
      random,
      fetch: (url, init) =>
        new Promise((resolve, reject) => {
          const answered = url === TOKEN_PATH && controlled ? askWorker(init) : direct(url, init);
          answered.then(
            (response) => run(() => resolve(response)),
            (error) => run(() => reject(error)),
          );
        }),
      channel: {
        postMessage: (message) => post(end, message),
        addEventListener: (_type, listener) => {
          end.hear = (data) => {
            // A page in the back/forward cache hears nothing, and is not told later.
            if (page.state !== 'cached') run(() => listener({ data }));
          };
        },
        close: () => ends.delete(end),
      },
      storage: {
        getItem: (key) => storage.get(key) ?? null,
        setItem: (key, value) => void storage.set(key, value),
        removeItem: (key) => void storage.delete(key),
      },
      signals: {
        subscribe(listener) {
          listeners.add(listener);
          return () => listeners.delete(listener);
        },
        visible: () => page.visible && page.state === 'running',
        online: () => browser.believesOnline,
      },
      onUserChanged() {
        if (left) return;
        left = true;
        clock.after(0, () => run(() => void browser.load(slot, { controlled })));
      },
    });
    const page: SimPage = {
      slot,
      session,
      state: 'running',
      sub: null,
      visible: true,
      runningSince: clock.monotonic(),
      signal(signal) {
        for (const listener of [...listeners]) run(() => listener(signal));
      },
    };
    browser.pages[slot] = page;
    internals.set(page, {
      held,
      close() {
        page.state = 'gone';
        session.close();
        ends.delete(end);
      },
    });
    deps.onPage(page);
  }

  function closePage(slot: number): void {
    const page = browser.pages[slot];
    if (page) {
      internals.get(page)?.close();
      internals.delete(page);
    }
    browser.pages[slot] = null;
  }

  const loads = new Map<number, symbol>();
  const browser: SimBrowser = {
    pages: Array.from({ length: slots }, () => null),
    believesOnline: true,
    async load(slot, { code, controlled }) {
      // One sign-in at a time: of two callbacks under way at once the browser keeps the later cookie, whatever its epoch.
      if (code !== undefined && signingIn) return;
      signingIn = code !== undefined || signingIn;
      closePage(slot);
      const mine = Symbol();
      loads.set(slot, mine);
      let said: SessionInfo | null | 'unknown' = 'unknown';
      try {
        if (code !== undefined) {
          const callback = network.send(`/auth/callback?state=state&code=${code}`, {});
          await callback.finally(() => {
            signingIn = false;
          });
        }
        // HTML that a sign-out overtook shows its user until the first use of a token; here it is fetched again.
        let before: number;
        do {
          before = deps.signOuts();
          said = (await (await network.send('/', {})).json()) as SessionInfo | null;
        } while (deps.signOuts() !== before);
      } catch {
        // No network: the worker's shell, which does not know who is signed in.
      }
      // Another navigation took the slot meanwhile.
      if (loads.get(slot) === mine) open(slot, said, controlled);
    },
    killWorker() {
      const dead = worker;
      worker = null;
      dead?.end();
      for (const reject of dead?.asks ?? []) reject(new TypeError('Failed to fetch'));
    },
    freeze(slot, how) {
      const page = browser.pages[slot];
      if (page?.state === 'running') page.state = how;
    },
    thaw(slot, first) {
      const page = browser.pages[slot];
      if (!page || page.state === 'running' || page.state === 'gone') return;
      const returned = page.state === 'cached';
      page.state = 'running';
      page.runningSince = clock.monotonic();
      const held = internals.get(page)?.held.splice(0) ?? [];
      const waiting = [() => page.signal(returned ? 'returned' : 'shown'), ...held];
      // What comes first after a sleep is the browser's business.
      if (!first && !returned) waiting.reverse();
      for (const fn of waiting) if (page.state === 'running') fn();
    },
    setClock(ms) {
      wallOffset += ms;
    },
    mostAtOnce: () => most,
    close() {
      browser.killWorker();
      for (const slot of browser.pages.keys()) closePage(slot);
      loads.clear();
    },
  };
  return browser;
}
