/** The session of the example's page: who is signed in, and the one token client of the page. */
import { createBrowserSession } from '../../src/session/browser.ts';

export const session = createBrowserSession({ session: 'unknown' });
