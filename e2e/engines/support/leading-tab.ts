/** Which tab holds the connection, and whether the others can tell that a tab lives: by the Web Locks that it holds. */
import type { Tab } from '../driver/browser.ts';

const holds = (tab: Tab, prefix: string): Promise<boolean> =>
  tab.evaluate((wanted) => {
    // A page learns its own name among those that hold locks by holding one.
    const own = `test-${crypto.randomUUID()}`;
    return navigator.locks.request(own, async () => {
      const { held = [] } = await navigator.locks.query();
      const me = held.find(({ name }) => name === own)?.clientId;
      return held.some(({ name, clientId }) => clientId === me && name?.startsWith(wanted) === true);
    });
  }, prefix);

export const isKnownToLive = (tab: Tab): Promise<boolean> => holds(tab, 'switchboard-tab:');

/** The tab that leads, and the others. Where a worker leads, the tab that started it counts. */
export async function leaderFirst(tabs: readonly Tab[]): Promise<[Tab, ...Tab[]]> {
  for (const tab of tabs) {
    if (await holds(tab, 'switchboard-leader:')) return [tab, ...tabs.filter((other) => other !== tab)];
  }
  const [first, ...rest] = tabs;
  if (first === undefined) throw new Error('no tab is open');
  return [first, ...rest];
}
