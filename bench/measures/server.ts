/**
 * The server beside Next.js with Amplify's adapter: both in production at the same time, each one process on core 0,
 * loaded in turn from core 1.
 */
import { request } from 'node:http';
import { signInAtPeer } from '../support/cognito-cookies.ts';
import {
  atLeastTimes,
  inTurn,
  type Measure,
  type Promised,
  pick,
  row,
  type Side,
} from '../support/measure.ts';
import { type PinnedServer, startNext, startOurs } from '../support/pinned-server.ts';
import { BY_SCRIPT, signInByForm } from '../support/sign-in.ts';
import { quantile } from '../support/spread.ts';
import { type Load, load, needsWrk, type Target } from '../support/wrk.ts';

const SECONDS = 4;
const WARM_UP_SECONDS = 2;
/** Requests one after the other, for the first byte. */
const SINGLE = 200;

const BY_PERSON = {
  accept: 'text/html',
  'sec-fetch-site': 'none',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'document',
};

const NO_WORSE: Promised = { target: '≤ the peer’s', keeps: (ours, peer) => ours <= peer };

type Targets = Record<'token' | 'page', Target>;

interface Taken {
  token: Load;
  page: Load;
  firstByte: number;
}

export const server: Measure = {
  name: 'server',
  about:
    'Token answers and rendered pages a second on one core, against Next.js with @aws-amplify/adapter-nextjs.',
  async run({ rounds, quick, say }) {
    needsWrk();
    const user = await signInAtPeer();
    const servers: PinnedServer[] = [];
    try {
      const [ours, theirs] = [await startOurs(), await startNext(user.env)];
      servers.push(ours, theirs);
      const signedIn = await signInByForm(ours.origin);
      const least: Target = { url: `${theirs.origin}/api/token`, headers: { cookie: user.cookie } };
      const targets: Record<Side, Targets> = {
        peer: {
          token: { url: `${theirs.origin}/api/cognito-token`, headers: { cookie: user.cookie } },
          page: { url: `${theirs.origin}/c/default/orders`, headers: { ...BY_PERSON, cookie: user.cookie } },
        },
        ours: {
          token: {
            url: `${ours.origin}/api/cognito-token`,
            headers: { ...BY_SCRIPT, cookie: signedIn.cookie },
          },
          page: {
            url: `${ours.origin}/c/default/orders`,
            headers: { ...BY_PERSON, cookie: signedIn.cookie },
          },
        },
      };
      await answersToken(targets.peer.token, user.accessToken);
      await answersToken(targets.ours.token, signedIn.accessToken);
      await answersToken(least, user.accessToken);
      const seconds = quick ? 1 : SECONDS;
      for (const { token, page } of Object.values(targets)) {
        await load(token, quick ? 1 : WARM_UP_SECONDS);
        await load(page, quick ? 1 : WARM_UP_SECONDS);
      }
      say('token answers and pages');
      const results = await inTurn(rounds, {
        peer: () => take(targets.peer, seconds),
        ours: () => take(targets.ours, seconds),
      });
      say('the least that Next.js can do');
      await load(least, 1);
      const leasts: Load[] = [];
      for (let round = 0; round < rounds; round += 1) leasts.push(await load(least, seconds));
      const ourTokens = results.ours.map(({ token }) => token.perSecond);
      return [
        row(
          'token answers a second',
          '/s',
          pick(results, ({ token }) => token.perSecond),
          atLeastTimes(5),
        ),
        row(
          'token answers: p99',
          'ms',
          pick(results, ({ token }) => token.p99Ms),
          NO_WORSE,
        ),
        row(
          'token answers a second, against a Next.js route that only reads a cookie',
          '/s',
          { peer: leasts.map(({ perSecond }) => perSecond), ours: ourTokens },
          atLeastTimes(5),
        ),
        row(
          'rendered pages a second',
          '/s',
          pick(results, ({ page }) => page.perSecond),
          atLeastTimes(3),
        ),
        row(
          'first byte of a page, one at a time',
          'ms',
          pick(results, ({ firstByte }) => firstByte),
          {
            target: '≤ a third of the peer’s',
            keeps: (mine, peer) => mine <= peer / 3,
          },
        ),
      ];
    } finally {
      for (const each of servers) await each.stop();
      await user.close();
    }
  },
};

async function take({ token, page }: Targets, seconds: number): Promise<Taken> {
  const times: number[] = [];
  while (times.length < SINGLE) times.push(await firstByte(page));
  return {
    token: await load(token, seconds),
    page: await load(page, seconds),
    firstByte: quantile(times, 0.5),
  };
}

async function answersToken({ url, headers }: Target, accessToken: string): Promise<void> {
  const response = await fetch(url, { headers });
  const answer = (await response.json()) as { accessToken?: string };
  if (answer.accessToken !== accessToken)
    throw new Error(`${url} (${response.status}) does not answer the token.`);
}

/** Milliseconds until the first of the body is there. */
function firstByte({ url, headers }: Target): Promise<number> {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const asked = request(url, { headers }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`${url} answered ${response.statusCode}.`));
      response.once('data', () => {
        const took = performance.now() - start;
        response.once('end', () => resolve(took));
        response.resume();
      });
    });
    asked.once('error', reject);
    asked.end();
  });
}
