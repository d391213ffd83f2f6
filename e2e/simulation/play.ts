/** Plays one schedule against the real browser and server code, and checks every promise on the way. */
import type { SessionStore } from '../../server/session/store.ts';
import { isAppError } from '../../src/shared/errors.ts';
import type { SessionAnswer, SessionInfo } from '../../src/shared/page-data.ts';
import { createFakeClock } from '../../src/shared/test-doubles.ts';
import { createSimBrowser, type SimPage } from './browser.ts';
import { type Command, type Schedule, SLOTS } from './commands.ts';
import { createFleet } from './fleet.ts';
import { createLedger, type Ledger } from './ledger.ts';
import { createNetwork, SESSION_COOKIE } from './network.ts';
import { createSimProvider } from './provider.ts';

/** All that is under way when a schedule ends has arrived after this, time limits and backoff included. */
const ARRIVED_MS = 240_000;
/** A visible page has looked at the server by then: once a minute, and 10 s for the answer. */
const NOTICED_MS = 75_000;
const STORE_MS = 20;
const PROVIDER_MS = 22_000;
const MESSAGE_MS = 20;
/** When messages that had to wait have arrived. */
const AFTER_THAW_MS = 150;
/** Pauses between two attempts at the provider for one session are at least this long. */
const PROVIDER_PAUSE_MS = 1_000;

/** @returns every promise that was broken; empty when all held. */
export async function play({ commands, delays }: Schedule, store: SessionStore): Promise<string[]> {
  const clock = createFakeClock();
  let drawn = 0;
  let signOuts = 0;
  const draw = (most = Number.POSITIVE_INFINITY) => Math.min(delays[drawn++ % delays.length] ?? 0, most);
  const random = () => ((drawn * 7_919) % 1_000) / 1_000;
  const ledger = createLedger(clock.monotonic);
  const provider = createSimProvider(clock, () => draw(PROVIDER_MS));
  const fleet = createFleet({ clock, store, provider, random, storeDelay: () => draw(STORE_MS) });
  const network = createNetwork({
    ...{ clock, fleet, delay: draw, instance: () => drawn },
    ...{ onArrived: ledger.arrived, onServed: ledger.served },
    onFault: (error) => ledger.must(false, `no server fails (${error})`),
  });
  const browser = createSimBrowser(
    {
      ...{ clock, network, random },
      messageDelay: () => draw(MESSAGE_MS),
      signOuts: () => signOuts,
      onPage: (page) => watch(page, ledger),
    },
    SLOTS,
  );
  let waiting = 0;
  let asked = 0;

  function use(page: SimPage, force: boolean): void {
    const { tokens, state } = page.session;
    const before = state.get();
    waiting += 1;
    asked += 1;
    tokens
      .get({ force })
      .then((token) => ledger.handed(page, token))
      .catch((error: unknown) => {
        if (isAppError(error, 'signed-out') && before.kind === 'signed-in') ledger.signedOut(before.user);
      })
      .finally(() => {
        waiting -= 1;
      });
  }

  /** Time passes: due timers, and all that follows from each, in turn. */
  async function pass(ms: number): Promise<void> {
    const end = clock.monotonic() + ms;
    await turn();
    while (clock.monotonic() + clock.untilNextTimer() <= end) {
      clock.advance(Math.max(0, clock.untilNextTimer()));
      await turn();
    }
    clock.advance(end - clock.monotonic());
  }

  async function move(command: Command): Promise<void> {
    const page = 'page' in command ? browser.pages[command.page] : null;
    switch (command.do) {
      case 'use':
        if (page?.state === 'running') use(page, command.force);
        return;
      case 'sign-out': {
        const state = page?.session.state.get();
        if (page?.state !== 'running' || state?.kind !== 'signed-in') return;
        signOuts += 1;
        ledger.pressed(state.user);
        void page.session.signOut({ wipe: true });
        return;
      }
      case 'sign-in':
        void browser.load(command.page, { code: command.sub, controlled: command.controlled });
        return;
      case 'load':
        void browser.load(command.page, { controlled: command.controlled });
        return;
      case 'kill-worker':
        return browser.killWorker();
      case 'freeze':
        return browser.freeze(command.page, command.how);
      case 'thaw':
        browser.thaw(command.page, command.first);
        // What it then gives to those who ask is worth a look, before and after the server has answered.
        clock.after(AFTER_THAW_MS, () => page?.state === 'running' && use(page, false));
        return;
      case 'hide':
        if (page) page.visible = false;
        return;
      case 'show':
        if (page) page.visible = true;
        return page?.signal('shown');
      case 'offline':
        network.online = false;
        browser.believesOnline = !command.believed;
        return network.cut();
      case 'online':
        network.online = true;
        if (browser.believesOnline) return;
        browser.believesOnline = true;
        for (const each of browser.pages) each?.signal('online');
        return;
      case 'provider':
        provider.mode = command.mode;
        return;
      case 'end-elsewhere':
        ledger.mayEnd('ended elsewhere');
        void network.sendFromElsewhere('/auth/sign-out');
        return;
      case 'end-at-provider':
        ledger.mayEnd('ended at the provider');
        return provider.revokeAll();
      case 'set-clock':
        return browser.setClock(command.ms);
      case 'pass':
        return pass(command.ms);
    }
  }

  /** Everything works again, and is given the time that it may take. */
  async function heal(): Promise<void> {
    delays.splice(0, delays.length, 5);
    provider.mode = 'ok';
    for (const slot of browser.pages.keys()) browser.thaw(slot, true);
    for (const each of browser.pages) if (each) each.visible = true;
    await move({ do: 'online' });
    await pass(ARRIVED_MS);
    ledger.must(waiting === 0, `every caller is answered (${waiting} are not)`);
    // A session that the provider ended is only noticed when its token is renewed.
    for (const page of browser.pages) if (page) use(page, false);
    await pass(NOTICED_MS);
  }

  /** What the server says of the session of a cookie. */
  async function truth(ticket: string | undefined): Promise<SessionInfo | null> {
    const cookies = new Map(ticket === undefined ? [] : [[SESSION_COOKIE, ticket] as const]);
    const asking = fleet.handle(0, { method: 'GET', path: '/api/session', headers: {}, cookies });
    await pass(STORE_MS * 10);
    const answer = JSON.parse((await asking).body) as SessionAnswer;
    return answer.signedIn ? answer.session : null;
  }

  async function checkEnd(): Promise<void> {
    const mine = network.cookies.get(SESSION_COOKIE);
    const user = await truth(mine);
    for (const session of ledger.sessions) {
      if (!session.left) continue;
      const stands = (await truth(session.ticket)) !== null;
      ledger.must(!stands, 'a sign-out reaches the server, at the latest when the network is back');
    }
    for (const page of browser.pages) {
      const state = page?.session.state.get();
      const shown = state?.kind === 'signed-in' ? state.user : null;
      const right = shown?.sub === user?.sub && shown?.epoch === user?.epoch;
      ledger.must(
        right,
        `a page shows ${shown?.sub} ${shown?.epoch}, the server says ${user?.sub} ${user?.epoch}`,
      );
      if (!page || user === null) continue;
      const got = page.session.tokens.get().then(
        ({ sub, epoch }) => `${sub} ${epoch}`,
        (error: Error) => error.message,
      );
      await pass(60_000);
      const token = await Promise.race([got, turn().then(() => 'no answer')]);
      ledger.must(
        token === `${user.sub} ${user.epoch}`,
        `after all, a signed-in page gets its token (${token})`,
      );
    }
    ledger.must(provider.reuses === 0, 'no refresh token is used twice');
    ledger.must(browser.mostAtOnce() <= 1, 'one token request at a time');
    ledger.must(ledger.tokenRequests() <= 2 * (asked + SLOTS), 'token requests follow from callers');
    for (const times of provider.attempts.values()) {
      // One forced renewal may follow at once; it is not repeated for a minute.
      const tooSoon = times.some(
        (at, index) => at - (times[index - 2] ?? -PROVIDER_PAUSE_MS) < PROVIDER_PAUSE_MS,
      );
      ledger.must(!tooSoon, 'the provider is asked at most once a second for a session');
    }
  }

  void browser.load(0, { code: 'ann', controlled: true });
  await pass(100_000);
  for (let slot = 1; slot < SLOTS; slot++) void browser.load(slot, { controlled: true });
  for (const command of commands) {
    await move(command);
    await pass(0);
    if (ledger.broken.length > 0) break;
  }
  if (ledger.broken.length === 0) await heal();
  if (ledger.broken.length === 0) await checkEnd();
  browser.close();
  fleet.close();
  await turn();
  return ledger.broken;
}

/** Follows whom a page shows. */
function watch(page: SimPage, ledger: Ledger): void {
  let user: SessionInfo | null = null;
  const look = () => {
    const state = page.session.state.get();
    if (state.kind === 'signed-in') {
      page.sub ??= state.user.sub;
      ledger.must(state.user.sub === page.sub, `a page of ${page.sub} shows nothing of ${state.user.sub}`);
      user = state.user;
    } else if (user !== null) {
      if (state.kind === 'signed-out') ledger.signedOut(user);
      user = null;
    }
  };
  page.session.state.subscribe(look);
  look();
}

/** Lets every promise that can settle do so. */
function turn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}
