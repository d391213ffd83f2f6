/**
 * One browser of a campaign: a tab that only listens and whose books are kept, and tabs that faults happen to. All of
 * them publish the whole time.
 */
import { randomUUID } from 'node:crypto';
import type { Browser, BrowserContext, CDPSession, Page } from 'playwright';
import { keptGaps } from '../../e2e/support/honesty.ts';
import type { Published } from '../../e2e/support/publisher.ts';
import { lasting } from '../support/both.ts';
import { inPage, open } from '../support/browser.ts';
import type { Stand } from '../support/stand.ts';
import { type Down, downOf, type Queued } from './ledger.ts';

export const CHANNEL = 'default/campaign';
const VICTIMS = 2;
/** Between two publishes of a tab, milliseconds. */
const PUBLISH_EVERY_MS = 500;
const STOP_MS = 10_000;

export type Host = 'SharedWorker' | 'elected tab';

/** On which the tabs of a browser publish. */
export const outboxOf = (host: Host): string => `default/from-${host.replaceAll(' ', '-')}`;

export interface Side {
  host: Host;
  /** On which its tabs publish. */
  outbox: string;
  context: BrowserContext;
  /** Sees the service workers of the whole browser. */
  warden: CDPSession;
  witness: Page;
  /** Never empty while a fault happens. */
  victims: Page[];
  queued: readonly Queued[];
  /** Opens tabs until there are as many as there should be. */
  refill(): Promise<void>;
  /** Closes all tabs and opens others, as a person does who has had enough. The books go on. */
  reopen(): Promise<void>;
  /** Of the witness. */
  down(published: readonly Published[]): Promise<Down>;
  /** Resolves when no tab is about to keep another publish. */
  stopPublishing(): Promise<void>;
}

export async function openSide(stand: Stand, browser: Browser, host: Host): Promise<Side> {
  const context = await stand.visit(browser, 'ours');
  const outbox = outboxOf(host);
  const address = `${stand.url('ours', [CHANNEL])}${host === 'elected tab' ? '&host=elected-tab' : ''}`;
  const queued: Queued[] = [];
  const publishing: Promise<void>[] = [];
  let lives = 0;
  let going = true;

  async function openTab(): Promise<Page> {
    const page = await context.newPage();
    await open(page, address);
    lives += 1;
    publishing.push(publishFrom(page, `${host} ${lives}`));
    return page;
  }

  /** Until the tab is gone. A tab that dies may have kept a publish without telling us: that is none to be missed. */
  async function publishFrom(page: Page, by: string): Promise<void> {
    for (let n = 1; going && !page.isClosed(); n += 1) {
      const item = { id: randomUUID(), by, n };
      try {
        await inPage(page, (bench, [channel, event]) => bench.post(channel, event), [outbox, item] as const);
        queued.push(item);
      } catch {
        // It is being loaded anew, or is gone.
      }
      await lasting(PUBLISH_EVERY_MS);
    }
  }

  async function openFirst() {
    // The first one leads where leaders live in tabs: it should be one that can be hurt.
    const victims = [await openTab()];
    const witness = await openTab();
    const warden = await context.newCDPSession(witness);
    await warden.send('ServiceWorker.enable');
    return { victims, witness, warden };
  }

  /** What witnesses of before got. */
  const past: number[] = [];
  const side: Side = {
    ...{ host, outbox, context, queued },
    ...(await openFirst()),
    async reopen() {
      past.push(...(await arrived()));
      const before = context.pages();
      for (const page of before) await page.close();
      Object.assign(side, await openFirst());
      await side.refill();
    },
    async refill() {
      side.victims = side.victims.filter((page) => !page.isClosed());
      while (side.victims.length < VICTIMS) side.victims.push(await openTab());
    },
    async down(published) {
      return downOf(published, [...past, ...(await arrived())], await keptGaps(side.witness, CHANNEL));
    },
    async stopPublishing() {
      going = false;
      // A tab that answers no more keeps nothing more either.
      await Promise.race([Promise.all(publishing), lasting(STOP_MS)]);
    },
  };
  const arrived = async () => (await inPage(side.witness, (bench) => bench.arrivals())).map(([n]) => n);
  await side.refill();
  return side;
}
