/**
 * The page side of the session: who is signed in, in this page and all others of the origin. It owns the page's
 * token client, and keeps it, the other tabs and the server of one mind: sign-out is local first and final,
 * a network error never signs anybody out, and another user's sign-in makes the page start again.
 */
import { parseSessionMessage, type SessionInfo, type SignOutReason } from '../shared/page-data.ts';
import { createStore } from '../shared/store.ts';
import type { Session, SessionState } from './api.ts';
import { createSessionMemory } from './memory.ts';
import { createServerCalls } from './server-calls.ts';
import type { SessionDeps } from './session-deps.ts';
import type { PageSignal } from './signals.ts';
import { createTokenClient } from './token-client.ts';

/** While the page is visible the server is asked this often whether the session still stands. */
const VERIFY_EVERY_MS = 60_000;
/** A page that is shown again asks at once, unless it has just asked. */
const VERIFY_AGAIN_MS = 5_000;
/** An answer that was overtaken is asked for again, but not without end. */
const ASK_TURNS = 3;

export function createSession(deps: SessionDeps): Session {
  const { clock, channel, signals } = deps;
  const memory = createSessionMemory(deps.storage);
  const server = createServerCalls(deps);
  const first = firstState();
  const state = createStore<SessionState>(first);
  /** The user whose things this page may show: once known, another one makes the page start again. */
  let pageUser: string | null = first.kind === 'signed-in' ? first.user.sub : null;
  let verifying: Promise<void> | null = null;
  let flushing: Promise<string | null> | null = null;
  let verifiedAt = Number.NEGATIVE_INFINITY;
  let left = false;
  let closed = false;

  const tokens = createTokenClient({
    fetch: deps.fetch,
    clock,
    random: deps.random,
    user: first.kind === 'signed-in' ? { sub: first.user.sub, epoch: first.user.epoch } : null,
    onUserChanged: leave,
    onWake: (listener) => signals.subscribe(listener),
    isOnline: signals.online,
  });

  function firstState(): SessionState {
    const said = deps.page.session;
    const pending = memory.pendingSignOut();
    if (pending !== null) {
      // A cookie of before the sign-out still stands until the server is told; a newer sign-in settles it.
      const overtaken =
        said !== null && said !== 'unknown' && (said.epoch >= pending.epoch || said.sub !== pending.sub);
      if (!overtaken) return { kind: 'signed-out', reason: 'user' };
      memory.setPendingSignOut(null);
    }
    if (said === null) {
      // The session ended while no page was open: an offline start must not show it as signed in.
      memory.forget();
      return { kind: 'signed-out', reason: 'never' };
    }
    if (said !== 'unknown') return { kind: 'signed-in', user: said, offline: false };
    const user = memory.user();
    return user === null ? { kind: 'unknown' } : { kind: 'signed-in', user, offline: true };
  }

  function user(): SessionInfo | null {
    const current = state.get();
    return current.kind === 'signed-in' ? current.user : null;
  }

  function leave(): void {
    if (left || closed) return;
    left = true;
    // Until the page is gone it shows nothing and has no token: a reload takes a moment.
    tokens.close();
    state.set({ kind: 'unknown' });
    deps.onUserChanged();
  }

  /**
   * Whether a sign-out or another sign-in passed this page by while it could not hear of it. The device's memory
   * follows both; where there is none, only the server can tell.
   */
  function missed(): boolean {
    const current = user();
    if (current === null || deps.storage === null) return false;
    const remembered = memory.user();
    return remembered?.sub !== current.sub || remembered.epoch !== current.epoch;
  }

  function signedIn(info: SessionInfo): void {
    if (left) return;
    if (pageUser !== null && info.sub !== pageUser) {
      leave();
      return;
    }
    pageUser = info.sub;
    const before = state.get();
    const known = before.kind === 'signed-in' && !before.offline && before.user.epoch === info.epoch;
    tokens.signedIn(info.sub, info.epoch);
    memory.remember(info);
    if (known) return;
    state.set({ kind: 'signed-in', user: info, offline: false });
    channel?.postMessage({ v: 1, t: 'signed-in', sub: info.sub, epoch: info.epoch });
  }

  /** Everything of a sign-out that happens on this device, without waiting for anybody. */
  function signedOut(
    reason: SignOutReason,
    epoch: number,
    tell: { sub: string | null; wipe: boolean } | null,
  ) {
    memory.forget();
    // The state first: raising the epoch makes the token client report a sign-out, which is this very one.
    state.set({ kind: 'signed-out', reason });
    tokens.raiseEpoch(epoch, reason);
    if (tell !== null) channel?.postMessage({ v: 1, t: 'signed-out', epoch, reason, ...tell });
  }

  /** The server, or the token route, said that there is no session. */
  function ended(epoch: number): void {
    const current = user();
    if (current !== null) {
      signedOut('ended', Math.max(epoch, tokens.epoch(), current.epoch + 1), {
        sub: current.sub,
        wipe: false,
      });
    } else if (state.get().kind === 'unknown') {
      state.set({ kind: 'signed-out', reason: 'never' });
    }
  }

  channel?.addEventListener('message', (event) => {
    const message = parseSessionMessage(event.data);
    if (message === null || closed || left || message.epoch < tokens.epoch()) return;
    const current = user();
    if (message.t === 'signed-out') {
      if (current !== null && message.epoch <= current.epoch) return;
      signedOut(message.reason, message.epoch, null);
    } else if (pageUser !== null && message.sub !== pageUser) {
      leave();
    } else if (current === null || message.epoch > current.epoch) {
      tokens.signedIn(message.sub, message.epoch);
      void ask();
    }
  });

  const stopTokens = tokens.state.subscribe(() => {
    const token = tokens.state.get();
    if (token.kind === 'signed-out') {
      if (!left && user() !== null) ended(token.epoch);
    } else if (token.kind === 'fresh' && user() === null) {
      void ask();
    }
  });

  /** Tells the server of a sign-out that it has not heard of. Resolves with where the provider signs out. */
  function flush(): Promise<string | null> {
    flushing ??= (async () => {
      const pending = memory.pendingSignOut();
      if (pending === null) return null;
      const { done, epoch, next } = await server.signOut(pending.epoch);
      if (done) {
        // Another tab may have signed in meanwhile and settled the marker; only our own is removed.
        if (memory.pendingSignOut()?.epoch === pending.epoch) memory.setPendingSignOut(null);
        if (epoch !== null && user() === null) tokens.raiseEpoch(epoch, 'user');
      }
      return next;
    })().finally(() => {
      flushing = null;
    });
    return flushing;
  }

  async function askServer(): Promise<void> {
    await flush();
    if (memory.pendingSignOut() !== null) return;
    for (let turn = 0; turn < ASK_TURNS && !closed && !left; turn++) {
      const epoch = tokens.epoch();
      const answer = await server.session(epoch);
      if (answer === null || closed || left) return;
      // An answer that a sign-out or sign-in has overtaken says nothing about now.
      if (tokens.epoch() !== epoch) continue;
      if (!answer.signedIn) ended(answer.epoch);
      else if (answer.session.epoch >= epoch) signedIn(answer.session);
      return;
    }
  }

  function ask(): Promise<void> {
    verifiedAt = clock.monotonic();
    verifying ??= askServer().finally(() => {
      verifying = null;
    });
    return verifying;
  }

  const stopSignals = signals.subscribe((signal: PageSignal) => {
    if (signal === 'returned' && missed()) {
      leave();
      return;
    }
    if (signal === 'shown' && clock.monotonic() - verifiedAt < VERIFY_AGAIN_MS) return;
    void ask();
  });

  let stopTimer = clock.after(VERIFY_EVERY_MS, tick);
  function tick(): void {
    stopTimer = clock.after(VERIFY_EVERY_MS, tick);
    if (signals.visible()) void ask();
  }

  if (first.kind === 'signed-in' && !first.offline) {
    memory.remember(first.user);
    channel?.postMessage({ v: 1, t: 'signed-in', sub: first.user.sub, epoch: first.user.epoch });
    verifiedAt = clock.monotonic();
  } else {
    const pending = memory.pendingSignOut();
    if (pending !== null) tokens.raiseEpoch(pending.epoch, 'user');
    if (pending !== null || deps.page.session === 'unknown') void ask();
  }

  return {
    state,
    tokens,
    signInUrl(returnTo) {
      const local = /^\/(?![/\\])/.test(returnTo) ? returnTo : '/';
      return `/auth/sign-in?return=${encodeURIComponent(local)}`;
    },
    async signOut({ wipe }) {
      const sub = user()?.sub ?? null;
      const epoch = Math.max(tokens.epoch(), user()?.epoch ?? 0) + 1;
      // Before anything can fail: the marker outlives a crash, and the server hears of it in the end.
      memory.setPendingSignOut({ epoch, sub });
      signedOut('user', epoch, { sub, wipe });
      if (memory.pendingSignOut() !== null) return flush();
      // No storage to keep the marker in: the server is told now or never.
      return (await server.signOut(epoch)).next;
    },
    verify: ask,
    close() {
      closed = true;
      stopTimer();
      stopSignals();
      stopTokens();
      channel?.close();
      tokens.close();
    },
  };
}
