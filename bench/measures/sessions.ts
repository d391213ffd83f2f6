/** Whether many sessions cost anything: the same server on stores of 1,000, 10,000 and 100,000 sessions. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createOwners } from '../../server/session/owner.ts';
import type { SessionRecord } from '../../server/session/record.ts';
import { createSealer } from '../../server/session/seal.ts';
import { createSessions } from '../../server/session/sessions.ts';
import { createSqliteStore } from '../../server/session/sqlite-store.ts';
import { createSystemClock } from '../../src/shared/clock.ts';
import { type Measure, type Row, row } from '../support/measure.ts';
import { startOurs } from '../support/pinned-server.ts';
import { BY_SCRIPT, signInByForm } from '../support/sign-in.ts';
import { load, needsWrk } from '../support/wrk.ts';

const SIZES = [1_000, 10_000, 100_000];
const SMALLEST = SIZES[0] ?? 1;
const SECONDS = 4;
const SECRET = 'a-secret-of-the-measurement-that-is-long-enough';
const DAY_MS = 86_400_000;
/** More or less than this is not flat. */
const FLAT = 0.1;

interface Taken {
  memory: number;
  /** Requests of the same thousand sessions, and of all. */
  active: number;
  all: number;
}

export const sessions: Measure = {
  name: 'sessions',
  about:
    'Memory and token answers a second of one server with 1,000, 10,000 and 100,000 sessions in its store.',
  async run({ rounds, quick, say }) {
    needsWrk();
    const folder = mkdtempSync(join(tmpdir(), 'switchboard-bench-'));
    try {
      const token = await someToken();
      const taken = new Map<number, Taken[]>(SIZES.map((size) => [size, []]));
      for (const size of SIZES) {
        say(`${size} sessions`);
        const count = quick ? size / 100 : size;
        const { file, tickets } = await seed(join(folder, `${size}.db`), count, token);
        for (let round = 0; round < rounds; round += 1) {
          taken.get(size)?.push(await take(folder, file, tickets, quick ? 1 : SECONDS));
        }
      }
      return rowsOf(taken);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

/** As long as real ones are: it is what most of a record consists of. */
async function someToken(): Promise<string> {
  const server = await startOurs();
  try {
    return (await signInByForm(server.origin)).accessToken;
  } finally {
    await server.stop();
  }
}

/** Fills a store through the server's own code; nobody could sign in 100,000 times. */
async function seed(file: string, count: number, accessToken: string) {
  const clock = createSystemClock();
  const store = createSqliteStore(file);
  const made = createSessions({
    ...{ store, clock, idleMs: 7 * DAY_MS, maxMs: 30 * DAY_MS },
    sealer: createSealer([SECRET]),
    owners: createOwners([SECRET]),
    onEnded: () => undefined,
    onSilentEnd: () => undefined,
    onSweepError: () => undefined,
  });
  const tickets: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const record: SessionRecord = {
      ...{ sub: `user-${index}`, username: `user-${index}`, email: null, epoch: clock.wall() },
      ...{ accessToken, accessEndsAt: clock.wall() + DAY_MS, accessLifeMs: DAY_MS },
      ...{ refreshToken: 'r'.repeat(1_000), failures: 0, retryAt: 0, forcedAt: 0 },
    };
    tickets.push((await made.create(record, 'Firefox on Linux')).value);
  }
  made.close();
  await store.close();
  return { file, tickets };
}

async function take(
  folder: string,
  file: string,
  tickets: readonly string[],
  seconds: number,
): Promise<Taken> {
  const server = await startOurs({ SESSION_STORE: `sqlite:${file}`, SESSION_SECRET: SECRET });
  try {
    const url = `${server.origin}/api/cognito-token`;
    const target = (of: readonly string[]) => ({ url, headers: BY_SCRIPT, script: script(folder, of) });
    const active = target(tickets.slice(0, SMALLEST));
    // What runs for the first time is compiled, and each of them opened once.
    await load(active, seconds / 2);
    const { perSecond } = await load(active, seconds);
    const all = await load(target(tickets), seconds);
    return { active: perSecond, all: all.perSecond, memory: server.memoryMB() };
  } finally {
    await server.stop();
  }
}

/** For wrk: each request is another session's. */
function script(folder: string, tickets: readonly string[]): string {
  const list = join(folder, 'tickets.txt');
  writeFileSync(list, tickets.join('\n'));
  const file = join(folder, 'requests.lua');
  const lines = [
    'local tickets, at = {}, 0',
    `for line in io.lines(${JSON.stringify(list)}) do tickets[#tickets + 1] = line end`,
    'request = function()',
    '  at = at % #tickets + 1',
    '  wrk.headers["cookie"] = "switchboard=" .. tickets[at]',
    '  return wrk.format("GET")',
    'end',
  ];
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}

function rowsOf(taken: ReadonlyMap<number, Taken[]>): Row[] {
  const runs = (size: number, kind: keyof Taken) => (taken.get(size) ?? []).map((each) => each[kind]);
  const largest = SIZES.at(-1) ?? 0;
  const name = (size: number) => size.toLocaleString('en');
  const base = row('', '', { peer: null, ours: runs(SMALLEST, 'active') }).ours.median;
  const few = row('', '', { peer: null, ours: runs(10_000, 'memory') }).ours.median;
  const flat = (than: number, what: string, cost: 1 | -1) => ({
    target: `within ${FLAT * 100} % of ${what}`,
    // Better than flat is no fault.
    keeps: (ours: number) => cost * (ours / than - 1) <= FLAT,
  });
  return [
    row(`server memory, ${name(10_000)} sessions`, 'MB', { peer: null, ours: runs(10_000, 'memory') }),
    row(
      `server memory, ${name(largest)} sessions`,
      'MB',
      { peer: null, ours: runs(largest, 'memory') },
      flat(few, `${name(10_000)}’s`, 1),
    ),
    row(`token answers a second, ${name(SMALLEST)} sessions`, '/s', {
      peer: null,
      ours: runs(SMALLEST, 'active'),
    }),
    row(
      `the same with ${name(largest)} in the store`,
      '/s',
      { peer: null, ours: runs(largest, 'active') },
      flat(base, `${name(SMALLEST)}’s`, -1),
    ),
    row(
      `the same, and all ${name(largest)} of them ask in turn`,
      '/s',
      { peer: null, ours: runs(largest, 'all') },
      flat(base, `${name(SMALLEST)}’s`, -1),
    ),
  ];
}
