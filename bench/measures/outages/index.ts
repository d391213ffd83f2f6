/** What faults of the network cost: time, events, publishes. */
import { withBrowser } from '../../support/browser.ts';
import type { Measure } from '../../support/measure.ts';
import { away } from './away.ts';
import { dropped } from './dropped.ts';
import { halfOpen } from './half-open.ts';
import { networkCut } from './network-cut.ts';
import { tabClosed } from './tab-closed.ts';

export const outages: Measure = {
  name: 'outages',
  about: 'How long faults of the network last, and what is lost by them.',
  run: (options) =>
    withBrowser(async (browser) => {
      options.say('all sockets dropped');
      const first = await dropped(browser, options);
      // Mostly waiting, each with servers of its own: one after the other they would take a quarter of an hour.
      options.say('service away; half-open sockets; network cut');
      const waiting = await Promise.all([
        away(browser, options),
        halfOpen(browser, options),
        networkCut(browser, options),
      ]);
      options.say('one tab of eight closes');
      const closed = await tabClosed(browser, options);
      const [afterAway = [], afterSilence = [], afterCut = []] = waiting;
      return [...first, ...afterAway, ...afterSilence, ...closed, ...afterCut];
    }),
};
