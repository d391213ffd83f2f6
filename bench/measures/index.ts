/** Every measurement, in the order of the table. */
import type { Measure } from '../support/measure.ts';
import { fanOut } from './fan-out.ts';
import { firstLoad } from './first-load.ts';
import { outages } from './outages/index.ts';
import { refreshes } from './refreshes.ts';
import { server } from './server.ts';
import { sessions } from './sessions.ts';
import { sharing } from './sharing.ts';
import { tabCost } from './tab-cost.ts';
import { tokenTime } from './token-time.ts';

export const MEASURES: readonly Measure[] = [
  sharing,
  tokenTime,
  outages,
  fanOut,
  tabCost,
  firstLoad,
  server,
  sessions,
  refreshes,
];
