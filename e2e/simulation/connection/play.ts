/** Plays one schedule against the real connection code, and checks every promise on the way. */

import { lineNames } from '../../../src/shared/line-messages.ts';
import { comparePositions, type EventRecord } from '../../../src/shared/log.ts';
import type { CoverageRow, Database } from '../../../src/store/database.ts';
import { createAir } from './air.ts';
import { CHANNELS, type Command, describeCommand, type Schedule, SLOTS } from './commands.ts';
import { createDisk } from './disk.ts';
import { enterEnvironment } from './globals.ts';
import { createLedger, eventId, FRAME_MS, type Kept } from './ledger.ts';
import { createSimLocks } from './locks.ts';
import { createPages, type SimPage } from './pages.ts';
import { createPublisher } from './publisher.ts';
import { createService } from './service.ts';
import { createSimTokens } from './tokens.ts';
import { workerCode } from './worker-code.ts';
import { createSimWorkers } from './workers.ts';
import { createWorld, turn } from './world.ts';

const EVENTS = {
  endpoint: 'https://events.test/event',
  realtime: 'wss://events.test/event/realtime',
  host: 'events.test',
  region: 'eu-west-1',
  history: null,
};
/** The service's own. */
const LIFETIME_MS = 86_400_000;
/** How slow each thing can be, milliseconds. */
const MESSAGE_MS = 60;
const DISK_MS = 25;
/** When everything works again, all must be well after this: a tab without Web Locks is missed after 130 s. */
const HEALED_MS = 240_000;
const HEAL_STEP_MS = 2_500;
/** A device that sleeps longer than this finds its connections gone. */
const DROPPED_IN_SLEEP_MS = 30_000;
/** A feed gathers changes for a frame; a tab reads the log. */
const SHOWN_MS = 2_000;

/** How a silence of the network ends. */
const MENDS = { flushed: 'flush', reset: 'reset', 'broken-off': 'break' } as const;

export interface Stage {
  /** An empty database, and the user whose name no other run has. */
  real: Database;
  sub: string;
  /** Hears of everything that is done, said and stored. */
  onTrace?: (line: string) => void;
}

/** @returns every promise that was broken; empty when all held. */
export async function play(schedule: Schedule, { real, sub, onTrace }: Stage): Promise<string[]> {
  const { host, commands, lifetimeMs } = schedule;
  const delays = [...schedule.delays];
  const lags = [...schedule.lags];
  const trace = (line: string): void => onTrace?.(`${world.now()} ${line}`);
  let drawn = 0;
  let lagged = 0;
  let ids = 0;
  let published = 0;
  let online = true;
  let known = true;
  let watch: () => void = () => undefined;
  const draw = (most: number) => () => Math.min(delays[drawn++ % delays.length] ?? 0, most);

  const frame = draw(FRAME_MS);
  const world = createWorld(() => watch());
  const ledger = createLedger(world);
  const locks = createSimLocks(
    world,
    (realm) => pages.evict(realm),
    (name, by) => {
      trace(`${by.name} steals ${name}`);
      if (name === lineNames(sub).leaderLock) ledger.stolen(by);
    },
  );
  const tokens = createSimTokens(world, draw(FRAME_MS));
  const air = createAir({
    world,
    delay: draw(MESSAGE_MS),
    onSaid(realm, _name, data) {
      trace(`${realm.name} says ${JSON.stringify(data)}`);
      ledger.said(realm, data);
    },
  });
  const service = createService({
    ...{ world, lifetimeMs, check: tokens.check },
    delay: () => Math.max(2, frame()),
    lag: () => lags[lagged++ % lags.length] ?? 0,
    onPublished: ledger.published,
    onDelivered: ledger.delivered,
    onLagged: ledger.lagged,
    onClientClosed: ledger.clientClosed,
  });
  const disk = createDisk({
    ...{ world, real, delay: draw(DISK_MS) },
    async onWritten(realm, stores) {
      if (stores.has('outbox') && stores.size === 1) return;
      const kept = await readAll(real);
      trace(`${realm.name} has stored ${JSON.stringify(kept)}`);
      ledger.written(realm, kept);
    },
  });
  const publisher = createPublisher({
    ...{ world, service, check: tokens.check, delay: draw(FRAME_MS) },
    onAttempt: ledger.attempted,
    onAccepted: ledger.accepted,
  });
  const workers = createSimWorkers(
    world,
    workerCode(() => tokens.of(world.inside())),
  );
  const withLocks = host !== 'worker-without-locks';
  const pages = createPages(
    {
      ...{ world, sub, tokens: tokens.of, epoch: () => tokens.epoch },
      events: { ...EVENTS, lifetimeMs: lifetimeMs || LIFETIME_MS },
      locks: (realm) => (withLocks ? locks.of(realm) : null),
      onCrash: workers.rendererGone,
    },
    SLOTS,
  );
  const leave = enterEnvironment({
    ...{ world, of: pages.of, connectDisk: disk.connect, newId: () => `id-${++ids}` },
    online: () => online,
    random: () => ((drawn++ * 7_919) % 1_000) / 1_000,
    report: (error) => ledger.must(false, `no error is left unhandled (${String(error)})`),
    fetch: publisher.fetch,
    WebSocket: service.WebSocket,
    BroadcastChannel: air.BroadcastChannel,
    SharedWorker: host === 'elected-tab' ? undefined : workers.SharedWorker,
  });
  watch = () => {
    if (ledger.broken.length === 0) ledger.check();
  };

  const running = (): SimPage[] =>
    pages.slots.filter((page): page is SimPage => page?.realm.state === 'running');

  async function setNetwork(there: boolean, tell: boolean): Promise<void> {
    service.reachable = there;
    if (!there) {
      service.silence();
      known = tell;
    } else {
      service.mend(known ? 'reset' : 'flush');
    }
    if ((!there && !tell) || online === there) return;
    online = there;
    for (const page of running()) await pages.signal(page, there ? 'online' : 'offline');
  }

  async function publish(page: SimPage, channel: string, count: number): Promise<void> {
    const batch = Array.from({ length: count }, () => ({ id: `p${++published}` }));
    await world.enter(page.realm, () => {
      page.connection.outbox.publish(channel, batch).then(
        () =>
          ledger.queued(
            page.realm,
            channel,
            batch.map(({ id }) => id),
          ),
        () => ledger.must(ledger.storageFailed, 'a publish is kept while storage works'),
      );
    });
  }

  function announce(channel: string, count: number): void {
    const texts = Array.from({ length: count }, () => `w${++published}`).map((id) => ({
      id,
      text: JSON.stringify({ id }),
    }));
    service.publish(channel, texts);
  }

  async function sleep(ms: number): Promise<void> {
    const asleep = [...running().map(({ realm }) => realm), ...workers.realms()];
    for (const realm of asleep) world.hold(realm, 'frozen');
    await world.pass(ms / 2);
    if (ms > DROPPED_IN_SLEEP_MS) service.drop();
    await world.pass(ms / 2);
    for (const realm of asleep) world.thaw(realm, null, 'before');
  }

  async function move(command: Command): Promise<void> {
    const page = 'page' in command ? (pages.slots[command.page] ?? null) : null;
    switch (command.do) {
      case 'open':
        return pages.open(command.page, command.channels, command.build);
      case 'close':
        return page ? pages.close(page) : undefined;
      case 'crash':
        return page ? pages.crash(page) : undefined;
      case 'hide':
      case 'show':
        return page ? pages.show(page, command.do === 'show') : undefined;
      case 'focus':
        return page ? pages.signal(page, 'focus') : undefined;
      case 'lead':
        return page ? world.enter(page.realm, () => page.connection.becomeLeader()) : undefined;
      case 'retry':
        return page ? world.enter(page.realm, () => page.connection.retryNow()) : undefined;
      case 'stop':
        return page ? pages.stop(page, command.how) : undefined;
      case 'thaw':
        return page ? pages.thaw(page, command.order) : undefined;
      case 'join':
        return page ? pages.join(page, command.channel) : undefined;
      case 'leave':
        return page ? pages.leave(page, command.channel) : undefined;
      case 'publish':
        return page ? publish(page, command.channel, command.events) : undefined;
      case 'event':
        return announce(command.channel, command.count);
      case 'network':
        return setNetwork(command.is === 'back', command.known);
      case 'sockets':
        if (command.are === 'dropped') service.drop();
        else if (command.are === 'silent') service.silence();
        else if (service.reachable) service.mend(MENDS[command.are]);
        return;
      case 'channel':
        if (command.is === 'allowed') service.refused.delete(command.channel);
        else service.refused.set(command.channel, command.is);
        return;
      case 'service':
        service.refusing = command.is === 'refusing';
        return;
      case 'posts':
        publisher.mode = command.are;
        return;
      case 'tokens':
        tokens.mode = command.are;
        return;
      case 'sign-in':
        tokens.signIn();
        for (const each of running())
          await world.enter(each.realm, () => each.connection.renew(tokens.epoch));
        return;
      case 'storage':
        disk.mode = command.is;
        if (command.is === 'ok') ledger.storageWorks();
        else ledger.storageFails();
        return;
      case 'worker':
        if (command.is === 'killed') workers.kill();
        else workers.blank();
        return;
      case 'sleep':
        return sleep(command.ms);
      case 'pass':
        return world.pass(command.ms);
    }
  }

  /** Why all is not well yet; null when it is. */
  function unrest(): string | null {
    const open = [...service.wires].filter(
      ({ client, realm }) => client.readyState !== 3 && realm.state === 'running',
    );
    const here = running();
    const wanted = new Set(here.flatMap((page) => [...page.joins.keys()]));
    const [wire] = open;
    if (open.length !== 1 || wire === undefined)
      return `one socket (${open.map(({ realm, id }) => `${id} of ${realm.name}`).join(', ') || 'none'})`;
    const asked = [...wire.subs.values()].map(({ channel }) => channel);
    // What a page that hangs wants, or wanted before, may still be listened to, if the leader knew of it.
    const perhaps = new Set([
      ...wanted,
      ...pages.slots.flatMap((page) => (page && pages.hangs(page) ? [...page.joined] : [])),
    ]);
    const isRight =
      [...wanted].every((channel) => asked.includes(channel)) &&
      asked.every((channel) => perhaps.has(channel)) &&
      new Set(asked).size === asked.length;
    if (!isRight) return `subscriptions are what is wanted (${asked} for ${[...wanted]})`;
    for (const page of here) {
      const { phase, channels, epoch } = page.connection.status.get();
      if (phase !== 'live') return `${page.realm.name} is live (${phase})`;
      if (epoch !== here[0]?.connection.status.get().epoch) return 'all follow one leader';
      const dead = [...page.joins.keys()].find((channel) => channels[channel]?.phase !== 'live');
      if (dead !== undefined) return `${dead} is live in ${page.realm.name} (${channels[dead]?.phase})`;
      const row = page.connection.outbox
        .get()
        .find(({ state }) => state !== 'refused' && state !== 'delivered');
      if (row !== undefined) return `the outbox is empty in ${page.realm.name} (${row.id} is ${row.state})`;
    }
    return null;
  }

  async function heal(): Promise<void> {
    delays.splice(0, delays.length, 2);
    lags.splice(0, lags.length, 0);
    publisher.mode = 'ok';
    tokens.mode = 'ok';
    disk.mode = 'ok';
    ledger.storageWorks();
    service.refusing = false;
    service.refused.clear();
    // One that hangs may do so for ever: whoever looks at another window must not wait for it.
    const hanging = pages.slots.every(
      (page) => page?.realm.state !== 'running' && (!page || pages.hangs(page)),
    );
    for (const page of pages.slots) if (page && (hanging || !pages.hangs(page))) pages.thaw(page, 'before');
    await world.pass(0);
    await setNetwork(true, true);
    service.mend('reset');
    if (running().length === 0) await pages.open(0, [...CHANNELS], 'a');
    for (const page of running()) await pages.show(page, true);
    await world.pass(1_000);
    for (const page of running()) await move({ do: 'retry', page: page.slot });
    const end = world.now() + HEALED_MS;
    // Not without one step: a page that was away has yet to read its outbox.
    do await world.pass(HEAL_STEP_MS);
    while (unrest() !== null && world.now() < end && ledger.broken.length === 0);
    ledger.must(unrest() === null, `all is well in the end: ${unrest()}`);
  }

  async function checkEnd(): Promise<void> {
    announce('default/a', 1);
    announce('default/b', 1);
    await world.pass(SHOWN_MS);
    const refused = new Set<string>();
    for (const page of running()) {
      for (const { state, events } of page.connection.outbox.get()) {
        if (state === 'refused') for (const event of events) refused.add(eventId({ event }));
      }
      for (const join of page.joins.values()) checkShown(page, join.channel);
    }
    ledger.checkOutbox(refused);
  }

  function checkShown(page: SimPage, channel: string): void {
    const join = page.joins.get(channel);
    if (join === undefined) return;
    const rows = join.feed.get().rows;
    const shown = rows.flatMap((row) => (row.kind === 'event' ? [row.record] : []));
    const inLog = ledger.log().filter(({ record }) => record.channel === channel);
    const who = `${page.realm.name} on ${channel}`;
    ledger.must(ascending(shown), `${who} shows each event once and in order`);
    ledger.must(ascending(join.seen.map(position)), `${who} is given each event once and in order`);
    if (ledger.storageFailed) return;
    const names = (records: readonly EventRecord[]) => records.map(eventId).join(' ');
    ledger.must(
      names(shown) === names(inLog.map(({ record }) => record)),
      `${who} shows the log: ${names(shown)} of ${names(inLog.map(({ record }) => record))}`,
    );
    const given = new Set(join.seen);
    const since = join.observedAt;
    for (const { record, at } of inLog) {
      const due = since !== null && at > since;
      ledger.must(
        !due || given.has(`${record.epoch}.${record.n}`),
        `${who} is given ${eventId(record)} of ${at} ms, as it listens since ${since} ms`,
      );
    }
    const first = ledger.coverage().find((row) => row.channel === channel)?.from ?? Number.POSITIVE_INFINITY;
    const wallAtZero = world.wall() - world.now();
    for (const event of ledger.missing(channel)) {
      const at = event.at + wallAtZero;
      if (at < first) continue;
      const inGap = rows.some(
        (row) =>
          row.kind === 'gap' &&
          row.gap.from <= at &&
          at <= (row.gap.to ?? Number.POSITIVE_INFINITY) + FRAME_MS,
      );
      ledger.must(inGap, `${who} shows a gap where ${event.id} of ${event.at} ms is missing`);
    }
  }

  await pages.open(0, ['default/a'], 'a');
  await world.pass(600);
  for (const command of commands) {
    trace(`--- ${describeCommand(command)}`);
    await move(command);
    await world.pass(0);
    if (ledger.broken.length > 0) break;
  }
  if (ledger.broken.length === 0) await heal();
  if (ledger.broken.length === 0) await checkEnd();
  for (const page of pages.slots) if (page) pages.crash(page);
  workers.kill();
  await turn();
  leave();
  return ledger.broken;
}

function position(id: string): { epoch: number; n: number } {
  const [epoch = 0, n = 0] = id.split('.').map(Number);
  return { epoch, n };
}

function ascending(positions: readonly { epoch: number; n: number }[]): boolean {
  return positions.every((each, index) => {
    const before = positions[index - 1];
    return before === undefined || comparePositions(before, each) < 0;
  });
}

function readAll(database: Database): Promise<Kept> {
  return database.use(async (db) => {
    const tx = db.transaction(['meta', 'events', 'coverage']);
    const leader = tx.objectStore('meta').get('leader');
    const events = tx.objectStore('events').getAll();
    const coverage: Promise<CoverageRow[]> = tx.objectStore('coverage').getAll();
    const row = await leader;
    const newestEpoch = row !== undefined && 'epoch' in row ? row.epoch : 0;
    return { newestEpoch, events: await events, coverage: await coverage };
  });
}
