/** The operating system's process behind a page: killed or stopped without a word to anybody. */
import { type CDPSession, expect, type Page } from '@playwright/test';

/** How long a page works at a time to be recognised. Milliseconds. */
const BURN_MS = 200;
/** It did so much of that, and so many times what any other did: then it is it. CPU seconds. */
const ENOUGH_S = 0.05;
const STANDS_OUT = 3;

/** The process that renders `page`; with one process for each tab, nothing else is in it but workers it started. */
export async function rendererOf(page: Page): Promise<number> {
  const browser = page.context().browser();
  if (browser === null) throw new Error('the page has no browser of its own');
  const session = await browser.newBrowserCDPSession();
  try {
    // The protocol names processes, but not their pages: the one that works when the page is told to is the page's.
    let found: number | null = null;
    await expect
      .poll(async () => {
        found = await busiestWhile(session, () => burn(page));
        return found;
      })
      .not.toBeNull();
    return found ?? 0;
  } finally {
    await session.detach();
  }
}

const burn = (page: Page): Promise<void> =>
  page.evaluate((ms) => {
    const end = performance.now() + ms;
    while (performance.now() < end);
  }, BURN_MS);

/** The renderer that did nearly all that renderers did during `work`; null when none stood out. */
async function busiestWhile(session: CDPSession, work: () => Promise<void>): Promise<number | null> {
  const before = await cpuTimes(session);
  await work();
  const after = await cpuTimes(session);
  const [first, second] = [...after]
    // One that has just started may have had all its work before we looked.
    .map(([pid, seconds]) => ({ pid, seconds: seconds - (before.get(pid) ?? seconds) }))
    .sort((a, b) => b.seconds - a.seconds);
  if (first === undefined || first.seconds < ENOUGH_S) return null;
  return first.seconds > STANDS_OUT * (second?.seconds ?? 0) ? first.pid : null;
}

async function cpuTimes(session: CDPSession): Promise<Map<number, number>> {
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  return new Map(
    processInfo.filter(({ type }) => type === 'renderer').map(({ id, cpuTime }) => [id, cpuTime]),
  );
}
