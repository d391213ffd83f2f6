/**
 * The published recipe: Amplify in every tab, with a `tokenProvider` that asks the server for the token of the cookie
 * session, `events.connect` and `subscribe`. Amplify's own settings are its defaults, which are its best here: the
 * options that the Events client has are about authorization. Channels are joined at the same time, not one by one.
 */
import { Amplify } from 'aws-amplify';
import { decodeJWT, fetchAuthSession } from 'aws-amplify/auth';
import { events } from 'aws-amplify/data';
import { adaptLoopbackWebSocket, type WebSocketScope } from '../../src/session/loopback-websocket.ts';
import type { BenchPage } from '../page/api.ts';
import { channelsOf, createRecorder, timed } from '../page/recorder.ts';

const channels = channelsOf(location.search);
const recorder = createRecorder();
const { endpoint, region } = __EVENTS_API__;
// The stand-in has no certificate, and Amplify opens `wss:` only.
adaptLoopbackWebSocket(globalThis as unknown as WebSocketScope, endpoint);

Amplify.configure(
  { API: { Events: { endpoint, region, defaultAuthMode: 'userPool' } } },
  {
    Auth: {
      tokenProvider: {
        async getTokens() {
          const answer = await fetch('/api/cognito-token');
          if (answer.status === 401) return null;
          if (!answer.ok) throw new Error(`The token request was answered with ${answer.status}.`);
          const { accessToken } = (await answer.json()) as { accessToken: string };
          return { accessToken: decodeJWT(accessToken) };
        },
      },
    },
  },
);

const joined = Promise.all(channels.map(join));

async function join(name: string): Promise<void> {
  const channel = await events.connect(name);
  const subscription = channel.subscribe({
    next: ({ event }: { event: { n: number; at?: number } }) => recorder.take(event),
    error: recorder.fail,
  });
  await subscription.ready;
}

const bench: BenchPage = {
  ready: async () => void (await joined),
  received: () => recorder.report().received,
  reset: recorder.reset,
  report: recorder.report,
  arrivals: recorder.arrivals,
  firstEventAt: recorder.firstEventAt,
  amplifyTokens: (count) => timed(count, () => fetchAuthSession()),
  async publish(n) {
    await events.post(channels[0] ?? '', { n });
  },
};
Object.assign(window, { bench });
