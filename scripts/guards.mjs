/**
 * The guards of the token flow: where each is, what is left when it is taken out, and the test that then fails.
 * docs/guards.md shows the same list to people.
 */
const RENEWAL = 'server/session/renewal.ts';
const MACHINE = 'src/shared/token-machine.ts';
const SESSION = 'src/session/index.ts';
const TOKEN_TEST = 'server/routes/token.test.ts';
const CACHE_TEST = 'src/shared/token-cache.test.ts';
const SESSION_TEST = 'src/session/session.test.ts';
const SCHEDULES = 'src/shared/token-schedules.test.ts';

export const GUARDS = [
  {
    name: 'lease: one server asks',
    file: 'server/session/lease.ts',
    guard: 'if (!(await store.acquireLease(idHash, holder, now, now + LEASE_MS))) return null;',
    without: 'await store.acquireLease(idHash, holder, now, now + LEASE_MS);',
    test: TOKEN_TEST,
  },
  {
    name: 'lease renewal',
    file: 'server/session/lease.ts',
    guard: 'let cancel = clock.after(LEASE_MS / 3, prolong);',
    without: 'let cancel = () => {};',
    test: 'server/session/lease.test.ts',
  },
  {
    name: 're-read inside the lease',
    file: RENEWAL,
    guard: 'const reread = await sessions.open(ticket);',
    without: 'const reread = opened;',
    test: TOKEN_TEST,
  },
  {
    name: 'compare-and-set on the version',
    file: 'server/session/sqlite-store.ts',
    guard: 'WHERE id_hash = ? AND version = ? AND',
    without: 'WHERE id_hash = ? AND version >= ? * 0 AND',
    test: 'server/session/store.test.ts',
  },
  {
    name: 'tombstone: nothing is written over an end',
    file: 'server/session/sqlite-store.ts',
    guard: 'AND version = ? AND ended_epoch IS NULL`',
    without: 'AND version >= ? * 0`',
    test: TOKEN_TEST,
  },
  {
    name: 'renewal backoff, kept by all servers',
    file: RENEWAL,
    guard: 'retryAt: clock.wall() + waitMs',
    without: 'retryAt: 0',
    test: TOKEN_TEST,
  },
  {
    name: 'only invalid_grant ends a session',
    file: RENEWAL,
    guard: "return isProviderError(error, 'rejected') ? rejected(session) : postponed(session, error);",
    without: 'return rejected(session);',
    test: TOKEN_TEST,
  },
  {
    name: 'epoch named by the page, at the token route',
    file: 'server/routes/token.ts',
    guard: 'if (newest > record.epoch) return sendProblem(reply, signedOut(newest));',
    without: '',
    test: TOKEN_TEST,
  },
  {
    name: 'gate: Sec-Fetch-Site',
    file: 'server/gate.ts',
    guard: "if (site !== 'same-origin')",
    without: "if (site === 'never')",
    test: 'server/gate.test.ts',
  },
  {
    name: 'gate: exact Origin',
    file: 'server/gate.ts',
    guard: 'headers.origin !== ownOrigin',
    without: 'false',
    test: 'server/gate.test.ts',
  },
  {
    name: 'epoch of an answer, in every token cache',
    file: MACHINE,
    guard: 'if (answer.epoch < machine.epoch) return onOutdated(machine, flight, at, event.jitter);',
    without: '',
    test: SCHEDULES,
  },
  {
    name: 'user of an answer, in the token cache of a page',
    file: MACHINE,
    guard: 'if (machine.sub !== null && answer.sub !== machine.sub) {',
    without: 'if (machine.loads < 0) {',
    test: SCHEDULES,
  },
  {
    name: 'one load at a time',
    file: MACHINE,
    guard: 'if (machine.flight !== null) return [machine, []];',
    without: '',
    test: CACHE_TEST,
  },
  {
    name: 'backoff of a token cache',
    file: MACHINE,
    guard: 'if (!forceful && waiting(state, at.now)) return [machine, []];',
    without: '',
    test: CACHE_TEST,
  },
  {
    name: 'forced loads are 5 s apart',
    file: MACHINE,
    guard:
      'const mayForce = force && (machine.forcedAt === null || at.now - machine.forcedAt >= FORCE_INTERVAL_MS);',
    without: 'const mayForce = force;',
    test: CACHE_TEST,
  },
  {
    name: 'a token past its end is handed to nobody',
    file: 'src/shared/token-life.ts',
    guard: 'const endsAt = endMs - Math.min(END_MARGIN_MS, wholeMs * END_SHARE);',
    without: 'const endsAt = endMs + END_MARGIN_MS;',
    test: SCHEDULES,
  },
  {
    name: 'a token grows older while the device sleeps',
    file: MACHINE,
    guard: 'if (Math.abs(missed) < SLEEP_STEP_MS) return machine;',
    without: 'if (Math.abs(missed) >= 0) return machine;',
    test: SCHEDULES,
  },
  {
    name: 'only our own 401 signs out',
    file: 'src/shared/token-answer.ts',
    guard: "if (response.status === 401 && problem.code === 'signed-out') {",
    without: 'if (response.status === 401) {',
    test: SCHEDULES,
  },
  {
    name: 'the service worker hears of sign-outs',
    file: 'sw/token-broker.ts',
    guard: "if (message?.t === 'signed-out') cache.raiseEpoch(message.epoch, message.reason);\n    else if",
    without: 'if',
    test: 'sw/token-broker.test.ts',
  },
  {
    name: 'a page names the newest epoch it knows to the service worker',
    file: 'sw/token-broker.ts',
    guard: 'if (Number.isSafeInteger(named)) cache.seen(named);',
    without: '',
    test: 'sw/token-broker.test.ts',
  },
  {
    name: 'a sign-out waits for the network',
    file: SESSION,
    guard: 'memory.setPendingSignOut({ epoch, sub });',
    without: '',
    test: SESSION_TEST,
  },
  {
    name: 'an overtaken answer about the session is asked for again',
    file: SESSION,
    guard: 'if (tokens.epoch() !== epoch) continue;',
    without: '',
    test: SESSION_TEST,
  },
  {
    name: 'a page of another user starts again',
    file: SESSION,
    guard: '} else if (pageUser !== null && message.sub !== pageUser) {',
    without: '} else if (closed) {',
    test: SESSION_TEST,
  },
  {
    name: 'a page from the back/forward cache looks at what it missed',
    file: SESSION,
    guard: "if (signal === 'returned' && missed()) {",
    without: "if (signal === 'returned' && closed) {",
    test: SESSION_TEST,
  },
  {
    name: 'a visible page looks once a minute',
    file: SESSION,
    guard: 'let stopTimer = clock.after(VERIFY_EVERY_MS, tick);',
    without: 'let stopTimer = () => {};',
    test: SESSION_TEST,
  },
];
