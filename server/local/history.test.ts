import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSystemClock } from '../../src/shared/clock.ts';
import { signInAndGetTokens, startTestLocal, type TestLocal } from './test-doubles.ts';

interface Answer {
  status: number;
  body: {
    position?: string;
    at?: number;
    events?: { event: string; at: number; position: string }[];
    more?: boolean;
    lost?: boolean;
    errors?: { errorType: string; message: string }[];
  };
  headers: Headers;
}

let aheadMs = 0;
let local: TestLocal;
let token: string;
let sub: string;

beforeEach(async () => {
  aheadMs = 0;
  local = await startTestLocal({ clock: { ...createSystemClock(), wall: () => Date.now() + aheadMs } });
  token = (await signInAndGetTokens(local, 'ada')).accessToken;
  sub = local.users[0]?.sub ?? '';
});
afterEach(() => local.stop());

async function get(
  path: string,
  headers: Record<string, string> = { authorization: token },
): Promise<Answer> {
  const response = await fetch(`${local.events.history}${path}`, { headers });
  return {
    status: response.status,
    body: (await response.json()) as Answer['body'],
    headers: response.headers,
  };
}

const read = (channel: string, after: string, more = ''): Promise<Answer> =>
  get(`?channel=${encodeURIComponent(channel)}&after=${after}${more}`);

async function publish(channel: string, ...events: unknown[]): Promise<void> {
  const response = await fetch(local.events.endpoint, {
    method: 'POST',
    headers: { authorization: token },
    body: JSON.stringify({ channel, events: events.map((event) => JSON.stringify(event)) }),
  });
  expect(response.status).toBe(200);
}

const position = async (): Promise<string> => (await get('/position')).body.position ?? '';
const texts = ({ body }: Answer): unknown[] => (body.events ?? []).map(({ event }) => JSON.parse(event));

describe('the history over HTTP', () => {
  it('is not there unless the switch is on, whatever is asked and whoever asks', async () => {
    for (const path of ['/position', '?channel=/default/a&after=x.0']) {
      const { status, body, headers } = await get(path, {});
      expect(status).toBe(404);
      expect(body.errors?.[0]?.message).toContain('events.history');
      expect(headers.get('access-control-allow-origin')).toBe('*');
    }
    await expect(local.faults({ events: { history: 'yes' as unknown as boolean } })).rejects.toThrow(
      'events.history',
    );
  });

  describe('with the switch on', () => {
    beforeEach(() => local.faults({ events: { history: true } }));

    it('gives what was published behind a position, with its time, and pages', async () => {
      await publish('default/a', 0);
      const before = await get('/position');
      expect(Math.abs((before.body.at ?? 0) - Date.now())).toBeLessThan(10_000);
      await publish('default/a', 1, 2, 3);
      await publish('default/b', 9);
      const until = await position();
      await publish('default/a', 4);
      const after = before.body.position ?? '';
      const first = await read('/default/a', after, `&limit=2&until=${until}`);
      expect(texts(first)).toEqual([1, 2]);
      expect(first.body).toMatchObject({ more: true, lost: false });
      const next = first.body.events?.[1]?.position ?? '';
      expect(texts(await read('default/a', next, `&until=${until}`))).toEqual([3]);
      expect(texts(await read('default/*', after))).toEqual([1, 2, 3, 9, 4]);
      expect((await local.stats()).events).toMatchObject({ historyPositions: 2, historyPages: 3 });
    });

    it('does not know positions from before a restart', async () => {
      const old = await position();
      local = await local.restart();
      await local.faults({ events: { history: true } });
      await publish('default/a', 1);
      expect((await read('default/a', old)).body).toEqual({ events: [], more: false, lost: true });
    });

    it('answers a browser of any origin, and its preflight', async () => {
      const preflight = await fetch(`${local.events.history}`, { method: 'OPTIONS' });
      expect(preflight.status).toBe(200);
      expect(preflight.headers.get('access-control-allow-methods')).toBe('GET, OPTIONS');
      expect(preflight.headers.get('access-control-allow-headers')).toContain('authorization');
      expect((await get('/position')).headers.get('access-control-allow-origin')).toBe('*');
      const post = await fetch(`${local.events.history}`, { method: 'POST', body: '{}' });
      expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, OPTIONS']);
    });

    it('is for those who may subscribe, as the service checks it', async () => {
      const after = await position();
      await publish(`users/${sub}`, 'mine');
      const statusOf = async (channel: string) => (await read(channel, after)).status;
      expect(texts(await read(`users/${sub}`, after))).toEqual(['mine']);
      expect(await statusOf('users/somebody-else')).toBe(403);
      expect(await statusOf('users/*')).toBe(403);
      expect(await statusOf('keyed/a')).toBe(403);
      expect(await statusOf('denied/a')).toBe(403);
      expect(await statusOf('nowhere/a')).toBe(403);
      await local.faults({ events: { deny: ['default/secret'] } });
      expect(await statusOf('default/secret')).toBe(403);
      expect(
        texts(await get(`?channel=/default/a&after=${after}`, { authorization: `Bearer ${token}` })),
      ).toEqual([]);
      expect((await get('/position', { 'x-api-key': local.apiKey })).status).toBe(200);
    });

    it.each([
      ['no token', () => ({})],
      ['a forged one', () => ({ authorization: `${token.slice(0, -8)}AAAAAAAA` })],
      ['a wrong API key', () => ({ 'x-api-key': 'da2-wrong' })],
    ])('refuses %s', async (_name, headers: () => Record<string, string>) => {
      const after = await position();
      for (const path of ['/position', `?channel=/default/a&after=${after}`]) {
        const { status, body } = await get(path, headers());
        expect(status).toBe(401);
        expect(body.events).toBeUndefined();
      }
    });

    it('refuses a token that is over', async () => {
      aheadMs = 301_000;
      expect((await get('/position')).status).toBe(401);
    });

    it.each([
      ['no channel', '?after=x.0'],
      ['a channel that cannot be', '?channel=a b&after=x.0'],
      ['no position', '?channel=/default/a'],
      ['a limit of nothing', '?channel=/default/a&after=x.0&limit=0'],
      ['a limit that is no number', '?channel=/default/a&after=x.0&limit=many'],
      ['too high a limit', '?channel=/default/a&after=x.0&limit=1001'],
    ])('says what is wrong with %s', async (_name, path) => {
      const { status, body } = await get(path);
      expect(status).toBe(400);
      expect(body.errors?.[0]?.message).toMatch(/channel|after|limit/);
    });

    it('is out with the service', async () => {
      await local.faults({ events: { refuseConnections: true } });
      await expect(get('/position')).rejects.toThrow();
    });
  });
});
