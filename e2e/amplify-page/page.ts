/**
 * What an app does that keeps its Amplify code: the unmodified `aws-amplify` in a page of our origin, configured with
 * the session's token provider. The test loads it into the app's page and drives it from outside.
 */
import { fetchAuthSession } from 'aws-amplify/auth';
import { events } from 'aws-amplify/data';
import { configureAmplify } from '../../src/session/amplify.ts';
import { createBrowserSession } from '../../src/session/browser.ts';
import { PAGE_DATA_ID, type PageData } from '../../src/shared/page-data.ts';

const page = JSON.parse(document.getElementById(PAGE_DATA_ID)?.textContent ?? '') as PageData;
const session = createBrowserSession(page);
configureAmplify(page.events, session.tokens);

const got: unknown[] = [];

Object.assign(window, {
  amplify: {
    async sub() {
      return (await fetchAuthSession()).tokens?.accessToken.payload.sub;
    },
    /** Connects and subscribes; what arrives is kept. Amplify has no word for when the subscription stands. */
    async listen(name: string) {
      const channel = await events.connect(name);
      channel.subscribe({
        next: ({ event }: { event: unknown }) => got.push(event),
        error: (error) => got.push(error),
      });
    },
    /** Publishes one event over a socket and one over HTTP. */
    async publish(name: string) {
      const channel = await events.connect(name);
      await channel.publish({ n: 1 });
      await events.post(name, { n: 2 });
    },
    got: () => got,
  },
});
