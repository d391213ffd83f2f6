/** Which tab holds the connection. */
import type { Tab } from '../driver/browser.ts';

const leads = (tab: Tab): Promise<boolean> =>
  tab.evaluate(() => {
    // A page learns its own name among those that hold locks by holding one.
    const own = `test-${crypto.randomUUID()}`;
    return navigator.locks.request(own, async () => {
      const { held = [] } = await navigator.locks.query();
      const me = held.find(({ name }) => name === own)?.clientId;
      return held.some(
        ({ name, clientId }) => clientId === me && name?.startsWith('switchboard-leader:') === true,
      );
    });
  });

/** The tab that leads, and the others. Where a worker leads, the tab that started it counts. */
export async function leaderFirst(tabs: readonly Tab[]): Promise<[Tab, ...Tab[]]> {
  for (const tab of tabs) {
    if (await leads(tab)) return [tab, ...tabs.filter((other) => other !== tab)];
  }
  const [first, ...rest] = tabs;
  if (first === undefined) throw new Error('no tab is open');
  return [first, ...rest];
}
