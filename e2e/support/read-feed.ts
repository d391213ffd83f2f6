/** What a person sees who scrolls through a whole feed: its rows from top to bottom, gaps among them. */
import type { PageLike } from './page-like.ts';

export type SeenRow = { kind: 'event'; n: number } | { kind: 'gap'; text: string };

/** Rows of the open feed; `n` is that of the events. Brings the page to the front, and leaves the list at its end. */
export async function readFeed(page: PageLike): Promise<SeenRow[]> {
  // The browser draws a page behind others about once a second, if at all.
  await page.bringToFront();
  const texts = await page.evaluate(async () => {
    const log = document.querySelector('[role=log]');
    if (log === null) throw new Error('the page shows no feed');
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    const rows = new Map<number, { gap: boolean; text: string }>();
    for (let top = 0; ; top += log.clientHeight) {
      log.scrollTop = top;
      // The virtual list hears of it in one frame and has drawn in the next.
      await frame();
      await frame();
      for (const row of log.querySelectorAll<HTMLElement>('[data-index]')) {
        const gap = row.querySelector('.gap') !== null;
        rows.set(Number(row.dataset.index), { gap, text: row.textContent ?? '' });
      }
      if (top + log.clientHeight >= log.scrollHeight) break;
    }
    for (let index = 0; index < rows.size; index += 1) {
      if (!rows.has(index)) throw new Error(`row ${index} of ${rows.size} was never drawn`);
    }
    return [...rows].sort(([a], [b]) => a - b).map(([, row]) => row);
  });
  return texts.map(({ gap, text }) =>
    gap ? { kind: 'gap', text } : { kind: 'event', n: Number(/"?n"?:\s*(\d+)/.exec(text)?.[1]) },
  );
}
