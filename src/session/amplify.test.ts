/** The real aws-amplify against a small Events API on loopback. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Amplify } from 'aws-amplify';
import { fetchAuthSession } from 'aws-amplify/auth';
import { events } from 'aws-amplify/data';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeJwt } from '../shared/test-doubles.ts';
import { configureAmplify } from './amplify.ts';

let server: Server;
let seen: (string | undefined)[];

const token = (jti: string) => makeJwt({ sub: 'ann', jti, exp: 2_000_000_000, iat: 1_900_000_000 });

beforeEach(async () => {
  seen = [];
  server = createServer((request, response) => {
    seen.push(request.headers.authorization);
    request.resume();
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ failed: [], successful: [] }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/event`;
  const held = { sub: 'ann', epoch: 1, renewAt: 0, endsAt: 0 };
  configureAmplify(
    { endpoint, region: 'eu-west-1' },
    { get: async ({ force = false } = {}) => ({ ...held, accessToken: token(force ? 'forced' : 'held') }) },
  );
});

afterEach(async () => {
  Amplify.configure({});
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

it('makes events.post work, with the access token of the session', async () => {
  await events.post('/default/orders', { n: 1 });
  expect(seen).toEqual([token('held')]);
});

it('makes fetchAuthSession work, and forces a new token where asked', async () => {
  expect((await fetchAuthSession()).tokens?.accessToken.payload.jti).toBe('held');
  expect((await fetchAuthSession({ forceRefresh: true })).tokens?.accessToken.toString()).toBe(
    token('forced'),
  );
});
