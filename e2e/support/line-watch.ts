/**
 * Listens on the line between tabs and leader from inside a page, so that times are those of the browser and the
 * test's own way to it does not count. Times are wall clock (milliseconds since 1970), which all processes of one
 * machine share.
 */
import { expect } from '@playwright/test';
import { type HostKind, type LeaderMessage, lineNames } from '../../src/shared/line-messages.ts';
import { subOf } from './honesty.ts';
import type { PageLike } from './page-like.ts';

/** A status of the leader, as one page heard it. */
export interface HeardStatus {
  at: number;
  epoch: number;
  host: HostKind;
  /** The socket is acknowledged and every wanted channel confirmed. */
  live: boolean;
  reconnects: number;
}

export interface Heard {
  statuses: HeardStatus[];
  /** Numbered events, when they were announced to the tabs. */
  events: { at: number; n: number }[];
  /** When other pages with `tellLeaving` were left, and whether they said that they may be cached. */
  left: { at: number; persisted: boolean }[];
}

declare global {
  interface Window {
    /** What `watchLine` heard. */
    heardOnLine?: Heard;
  }
}

const LEAVING = 'test-leaving';

/** From now on the page remembers what the leader of ada's tabs says, and which other pages are left. */
export async function watchLine(page: PageLike): Promise<void> {
  await page.evaluate(
    ([line, leaving]) => {
      const heard: Heard = { statuses: [], events: [], left: [] };
      window.heardOnLine = heard;
      new BroadcastChannel(line).onmessage = ({ data }: MessageEvent<LeaderMessage>) => {
        const at = Date.now();
        if (data.t === 'events') {
          for (const { event } of data.records) heard.events.push({ at, n: Number(JSON.parse(event).n) });
        } else if (data.t === 'status') {
          const { host, phase, channels, reconnects } = data.status;
          const phases = Object.values(channels);
          const live = phase === 'live' && phases.length > 0 && phases.every((each) => each.phase === 'live');
          heard.statuses.push({ at, epoch: data.epoch, host, live, reconnects });
        }
      };
      new BroadcastChannel(leaving).onmessage = ({ data }) => heard.left.push(data);
    },
    [lineNames(subOf('ada')).line, LEAVING] as const,
  );
}

/** From now on the page tells the watching ones when it is left. */
export async function tellLeaving(page: PageLike): Promise<void> {
  await page.evaluate((name) => {
    const channel = new BroadcastChannel(name);
    window.addEventListener('pagehide', ({ persisted }) =>
      channel.postMessage({ at: Date.now(), persisted }),
    );
  }, LEAVING);
}

/** The last status that the page heard. */
export async function lastHeard(page: PageLike): Promise<HeardStatus> {
  const find = () => page.evaluate(() => window.heardOnLine?.statuses.at(-1));
  await expect.poll(find).toBeDefined();
  const status = await find();
  if (status === undefined) throw new Error('the page forgot what it heard');
  return status;
}

/** The first moment, heard by `page` already or within `timeout`, that `pick` finds. Wall clock. */
export async function momentHeard(
  page: PageLike,
  what: string,
  pick: (heard: Heard) => number | undefined,
  timeout = 20_000,
): Promise<number> {
  let found: number | undefined;
  await expect
    .poll(
      async () => {
        const heard = await page.evaluate(() => window.heardOnLine);
        found = heard && pick(heard);
        return found;
      },
      { message: what, timeout, intervals: [50] },
    )
    .toBeDefined();
  return found ?? Number.NaN;
}
