/**
 * The fault campaign: every fault in random order, for a chosen time, by a seed that is printed. 20 events a second go
 * to two browsers (one for each host of the leader), whose tabs publish as well. In the end the books are opened: an
 * event that is missing must lie in a gap that the device tells of, and a publish that a tab was told is kept must
 * have reached the service.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright';
import { type Listener, listen } from '../../e2e/support/listener.ts';
import { publishSteadily } from '../../e2e/support/publisher.ts';
import { CHROMIUM, CHROMIUM_ARGS } from '../../scripts/chromium.mjs';
import { seeded } from '../../server/multi/seeded.ts';
import { heard, lasting } from '../support/both.ts';
import { inPage } from '../support/browser.ts';
import { machine } from '../support/keep.ts';
import { startStand } from '../support/stand.ts';
import { ENDS_TOKENS, FAULTS, HITS_TABS, type Scene } from './faults.ts';
import { isClean, type Queued, upOf } from './ledger.ts';
import { CHANNEL, type Host, openSide, outboxOf, type Side } from './side.ts';

const HOSTS: readonly Host[] = ['SharedWorker', 'elected tab'];
const PER_SECOND = 20;
/** Tokens end so soon that sockets are replaced as planned all the time as well. */
const TOKEN_SECONDS = 60;
/** A browser that hears nothing for so long after a fault is over has not survived it. */
const RECOVERY_MS = 30_000;
/** Where the service takes no token any more: a forced renewal is made once a minute (docs/adr/0005). */
const RENEWAL_MS = 75_000;
/** Rows that wait are tried again at least this often. */
const DRAIN_MS = 120_000;
const WAKE_MS = 10_000;
const FILE = join(import.meta.dirname, '../results/fault-campaign.json');

export interface Campaign {
  minutes: number;
  seed: number;
  /** Nothing but this fault; null: all of them. */
  only: string | null;
}

/** @returns the exit code: 1 when something was lost without a word, came twice or late, or did not come back. */
export async function main({ minutes, seed, only }: Campaign): Promise<number> {
  const kinds = only === null ? Object.keys(FAULTS) : [only];
  if (kinds.some((kind) => !(kind in FAULTS))) {
    console.error(`There is no fault “${only}”. There are: ${Object.keys(FAULTS).join(', ')}.`);
    return 1;
  }
  console.log(`seed ${seed}, ${minutes} minutes`);
  const random = seeded(seed);
  const stand = await startStand({ tokenSeconds: TOKEN_SECONDS });
  const { app } = stand;
  const browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: CHROMIUM_ARGS,
    // Playwright turns the cache off.
    ignoreDefaultArgs: ['--disable-back-forward-cache'],
  });
  try {
    const delivered = new Map<string, Queued[]>(HOSTS.map((host) => [outboxOf(host), []]));
    // Before any tab is there: each of them publishes from its first moment on.
    let far = await listen(app, [...delivered.keys()]);
    const sides: Side[] = [];
    for (const host of HOSTS) sides.push(await openSide(stand, browser, host));
    const publisher = publishSteadily(app.far, CHANNEL, PER_SECOND);

    /** What the listener has heard belongs to the books; another one goes on. */
    const settle = (listener: Listener): void => {
      for (const { channel, event } of listener.heard) delivered.get(channel)?.push(event as Queued);
      listener.close();
    };
    const pick = <T>(of: readonly [T, ...T[]]): T => of[Math.floor(random() * of.length)] ?? of[0];
    const during = (from: number, to: number) => lasting((from + random() * (to - from)) * 1_000);
    async function restartService(): Promise<void> {
      app.wire.refuse(true);
      app.wire.cut('reset');
      settle(far);
      await app.service.stop();
      await app.service.start();
      far = await listen(app, [...delivered.keys()]);
      app.wire.refuse(false);
    }
    /** Milliseconds until every browser has an event that was published after now. */
    async function recover(ms = RECOVERY_MS): Promise<number> {
      const [begun, next] = [Date.now(), publisher.published.length + 1];
      const times = sides.map((side) => heard(side.witness, next, ms).catch(() => deaf(side, ms)));
      return Math.round(Math.max(...(await Promise.all(times))) - begun);
    }

    const happened = new Map<string, number[]>();
    const failures: string[] = [];
    /** Each kind once before any comes again. */
    let bag: string[] = [];
    await recover();
    for (const end = Date.now() + minutes * 60_000; Date.now() < end; ) {
      if (bag.length === 0) bag = shuffled(kinds, random);
      const name = bag.pop() ?? '';
      const side = pick(sides as [Side, ...Side[]]);
      const victim = pick(side.victims as [Side['witness'], ...Side['witness'][]]);
      const scene: Scene = { app, side, victim, pick, during, restartService };
      try {
        if (HITS_TABS.has(name) && side.host === 'elected tab' && name !== 'leader moved') {
          await FAULTS['leader moved']?.(scene);
        }
        await FAULTS[name]?.(scene);
        const ms = await recover(ENDS_TOKENS.has(name) ? RENEWAL_MS : RECOVERY_MS);
        happened.set(name, [...(happened.get(name) ?? []), ms]);
        console.log(`  ${name} (${side.host}): heard again ${ms} ms after`);
        for (const each of sides) await each.refill();
      } catch (error) {
        failures.push(`${name} (${side.host}): ${error instanceof Error ? error.message : error}`);
        console.error(`  ${failures.at(-1)}`);
        for (const each of sides) await each.reopen();
      }
    }

    await recover().catch((error: unknown) => failures.push(`in the end: ${error}`));
    await publisher.stop();
    // Nothing more is published; what is kept goes out.
    for (const { context } of sides) {
      const woken = context
        .pages()
        .map((page) => page.evaluate(() => window.dispatchEvent(new Event('online'))).catch(() => {}));
      // A tab that answers no more is not waited for.
      await Promise.race([Promise.all(woken), lasting(WAKE_MS)]);
    }
    const rows = [];
    for (const side of sides) {
      await side.stopPublishing();
      const down = await side.down(publisher.published);
      const arrived = () =>
        new Set([...(delivered.get(side.outbox) ?? []), ...heardOn(far, side.outbox)].map(({ id }) => id));
      for (const limit = Date.now() + DRAIN_MS; Date.now() < limit; ) {
        if (side.queued.every(({ id }) => arrived().has(id))) break;
        await lasting(500);
      }
      const up = upOf(side.queued, [...(delivered.get(side.outbox) ?? []), ...heardOn(far, side.outbox)]);
      rows.push({ host: side.host, down, up });
    }
    settle(far);
    return conclude({ minutes, seed, only, rows, happened, failures });
  } finally {
    await browser.close();
    await stand.stop();
  }
}

/** @throws Error always: what the browser that does not hear says of itself. */
async function deaf({ host, witness }: Side, ms: number): Promise<never> {
  const status = await inPage(witness, (bench) => bench.status());
  throw new Error(`the ${host} heard nothing for ${ms / 1_000} s: ${JSON.stringify(status)}`);
}

const heardOn = (far: Listener, channel: string): Queued[] =>
  far.heard.filter((each) => each.channel === channel).map(({ event }) => event as Queued);

interface Outcome extends Campaign {
  rows: { host: Host; down: Parameters<typeof isClean>[0]; up: Parameters<typeof isClean>[1] }[];
  /** By fault: milliseconds until all browsers heard again, each time. */
  happened: ReadonlyMap<string, number[]>;
  failures: readonly string[];
}

function conclude({ minutes, seed, only, rows, happened, failures }: Outcome): number {
  const count = [...happened.values()].flat().length;
  console.log(`\n${count} faults of ${happened.size} kinds`);
  console.table(Object.fromEntries(rows.map(({ host, down }) => [`events to ${host}`, down])));
  console.table(Object.fromEntries(rows.map(({ host, up }) => [`publishes from ${host}`, up])));
  const clean = failures.length === 0 && rows.every(({ down, up }) => isClean(down, up));
  for (const failure of failures) console.error(failure);
  console.log(
    clean
      ? 'Verdict: nothing was lost without a word, nothing came twice or late.'
      : `Verdict: FAILED. Again with: npm run faults -- --minutes ${minutes} --seed ${seed}`,
  );
  mkdirSync(join(FILE, '..'), { recursive: true });
  const kept = {
    ...{
      date: new Date().toISOString().slice(0, 10),
      machine: machine(),
      minutes,
      seed,
      only,
      clean,
      failures,
      rows,
    },
    faults: Object.fromEntries(happened),
  };
  writeFileSync(FILE, `${JSON.stringify(kept, null, 2)}\n`);
  return clean ? 0 : 1;
}

/** Fisher–Yates. */
function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const all = [...items];
  for (let last = all.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    [all[last], all[other]] = [all[other] as T, all[last] as T];
  }
  return all;
}
