/** An expired token and a thousand requests at once, on two servers with one Redis: how often the provider is asked. */
import { seeded } from '../../server/multi/seeded.ts';
import { askMany, buildMember, startFleet } from '../../server/multi/test-doubles.ts';
import { atMost, type Measure, row } from '../support/measure.ts';

const REQUESTS = 1_000;
const SERVERS = 2;
/** The provider takes as long as one far away. Milliseconds. */
const PROVIDER_MS = 100;
const INTO_EXPIRY_MS = 400_000;

export const refreshes: Measure = {
  name: 'refreshes',
  about: 'Refreshes at the provider for 1,000 concurrent requests with an expired token on 2 servers.',
  async run({ rounds }) {
    const member = await buildMember();
    const fleet = await startFleet(member.file, { size: SERVERS, seed: 1 });
    try {
      const counts: number[] = [];
      for (let round = 0; round < rounds; round += 1) {
        const sub = `user-${round}`;
        fleet.provider.delays.set(sub, PROVIDER_MS);
        const cookie = await fleet.signIn(sub);
        await fleet.advance(INTO_EXPIRY_MS);
        const answers = await askMany(fleet, cookie, { count: REQUESTS, random: seeded(round) });
        const bad = answers.filter(({ status }) => status !== 200).length;
        if (bad > 0) throw new Error(`${bad} of ${REQUESTS} requests got no token.`);
        counts.push(fleet.provider.refreshes(sub));
      }
      const what = `refreshes under ${REQUESTS.toLocaleString('en')} concurrent requests on ${SERVERS} servers`;
      return [row(what, '', { peer: null, ours: counts }, atMost(1))];
    } finally {
      await fleet.close();
      member.remove();
    }
  },
};
