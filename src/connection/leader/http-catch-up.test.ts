import { describe, expect, it } from 'vitest';
import { AppError } from '../../shared/errors.ts';
import { createFakeClock } from '../../shared/test-doubles.ts';
import { createHttpCatchUp } from './http-catch-up.ts';

const HISTORY = 'https://history.example/past';
const QUERY = { channel: 'default/a b', after: 'p/1', until: 'p&2', limit: 2 };

interface Request {
  url: string;
  init: RequestInit;
}

function setUp(...answers: (Response | Error)[]) {
  const clock = createFakeClock();
  const requests: Request[] = [];
  const forced: boolean[] = [];
  const port = createHttpCatchUp({
    history: HISTORY,
    clock,
    async token(force) {
      forced.push(force);
      return force ? 'new' : 'old';
    },
    async fetch(url, init) {
      requests.push({ url, init });
      const answer = answers.shift();
      if (answer instanceof Error) throw answer;
      return (
        answer ??
        new Promise((_, reject) => init.signal?.addEventListener('abort', () => reject(init.signal?.reason)))
      );
    },
  });
  return { port, clock, requests, forced };
}

const json = (body: unknown, status = 200): Response => new Response(JSON.stringify(body), { status });
const page = (more: object = {}): Response => json({ events: [], more: false, lost: false, ...more });
const event = (position = 'q') => ({ event: '{"n":1}', at: 5, position });

describe('the history over HTTP', () => {
  it('asks for the position and for pages, with the token in a header and nowhere else', async () => {
    const { port, requests } = setUp(
      json({ position: 'p', at: 7 }),
      page({ events: [event('q'), event('r')], more: true }),
    );
    expect(await port.position()).toEqual({ position: 'p', at: 7 });
    expect(await port.fetchAfter(QUERY)).toEqual({
      events: [event('q'), event('r')],
      more: true,
      lost: false,
    });
    expect(requests.map(({ url }) => url)).toEqual([
      `${HISTORY}/position`,
      `${HISTORY}?channel=%2Fdefault%2Fa+b&after=p%2F1&until=p%262&limit=2`,
    ]);
    for (const { init } of requests) {
      expect(init.headers).toEqual({ authorization: 'Bearer old' });
      // A redirect would carry the token somewhere else; cookies are none of that address's business.
      expect(init).toMatchObject({ redirect: 'error', credentials: 'omit', cache: 'no-store' });
    }
  });

  it('tries once more with a certainly new token, and then takes a refusal for one', async () => {
    const good = setUp(json({}, 401), json({ position: 'p', at: 7 }));
    expect(await good.port.position()).toEqual({ position: 'p', at: 7 });
    expect(good.forced).toEqual([false, true]);
    const bad = setUp(json({}, 401), json({}, 401), json({ position: 'p', at: 7 }));
    await expect(bad.port.position()).rejects.toMatchObject({ code: 'denied', retryable: false });
    expect(bad.requests).toHaveLength(2);
  });

  it('gives up on an answer that takes longer than 3 s', async () => {
    const silent = setUp();
    const answer = expect(silent.port.position()).rejects.toMatchObject({ code: 'network', retryable: true });
    await Promise.resolve();
    await Promise.resolve();
    silent.clock.advance(3_000);
    await answer;
    expect(silent.clock.pendingTimers()).toBe(0);
  });

  it.each<[string, Response | Error, string, boolean]>([
    ['a lost network', new TypeError('Failed to fetch'), 'network', true],
    ['a server error', json({}, 503), 'network', true],
    ['too many requests', json({}, 429), 'network', true],
    ['a forbidden channel', json({}, 403), 'denied', false],
    ['no history', json({}, 404), 'protocol', false],
    ['an empty answer', new Response(null, { status: 204 }), 'protocol', false],
    ['no JSON', new Response('<html>'), 'protocol', false],
    ['nothing', new Response(''), 'protocol', false],
  ])('fails with %s, and says whether later can help', async (_name, answer, code, retryable) => {
    await expect(setUp(answer).port.position()).rejects.toMatchObject({ code, retryable });
  });

  it('passes on that no token is to be had', async () => {
    const port = createHttpCatchUp({
      history: HISTORY,
      clock: createFakeClock(),
      token: () => Promise.reject(new AppError('token-unavailable', 'Later.', { retryable: true })),
      fetch: () => Promise.reject(new Error('must not be asked')),
    });
    await expect(port.position()).rejects.toMatchObject({ code: 'token-unavailable' });
  });

  it.each<[string, unknown]>([
    ['null', null],
    ['a text', 'p'],
    ['no position', { at: 1 }],
    ['an empty position', { position: '', at: 1 }],
    ['a number for a position', { position: 1, at: 1 }],
    ['a position longer than an address', { position: 'p'.repeat(2_000), at: 1 }],
    ['no time', { position: 'p' }],
    ['a text for a time', { position: 'p', at: '2026' }],
    ['a time before time', { position: 'p', at: -1 }],
  ])('takes no position from %s', async (_name, body) => {
    await expect(setUp(json(body)).port.position()).rejects.toMatchObject({ code: 'protocol' });
  });

  it.each<[string, object]>([
    ['no list', { events: {} }],
    ['no word of more', { more: undefined }],
    ['no word of loss', { lost: undefined }],
    ['more events than asked for', { events: [event('a'), event('b'), event('c')] }],
    ['an event that is no text', { events: [{ ...event(), event: { n: 1 } }] }],
    ['an event without a time', { events: [{ ...event(), at: undefined }] }],
    ['an event without a position', { events: [{ ...event(), position: undefined }] }],
    ['an event that is null', { events: [null] }],
    ['more, but nothing now', { more: true }],
    ['more behind where it began', { events: [event('p/1')], more: true }],
  ])('takes no page with %s', async (_name, more) => {
    await expect(setUp(page(more)).port.fetchAfter(QUERY)).rejects.toMatchObject({
      code: 'protocol',
      retryable: false,
    });
  });

  it('keeps nothing of a page but what it knows', async () => {
    const { port } = setUp(page({ events: [{ ...event(), secret: 1 }], next: 'x' }));
    expect(await port.fetchAfter(QUERY)).toEqual({ events: [event()], more: false, lost: false });
  });
});
