/** The files of docs/aws, run against stand-ins of the AppSync runtime and of DynamoDB. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createHandler } from '../docs/aws/history-reader.mjs';

const TABLE = 'switchboard-history';
const HOUR_MS = 3_600_000;
const NOW = 1_764_000_000_000;

interface Item {
  channel: string;
  at: string;
  event: string;
  expires: number;
}

interface PublishHandler {
  request(ctx: unknown): { tables: Record<string, Item[]> };
  response(ctx: unknown): { id: string; error?: string }[];
}

/** The handler with the runtime's modules in place of AppSync's. */
async function loadHandler(): Promise<PublishHandler> {
  const modules: Record<string, string> = {
    '@aws-appsync/utils': `export const util = {
      time: { nowEpochMilliSeconds: () => ${NOW}, nowEpochSeconds: () => ${NOW / 1_000} },
      error(message, type) { throw Object.assign(new Error(message), { type }); },
    };`,
    '@aws-appsync/utils/dynamodb':
      'export const batchPut = (payload) => ({ operation: "BatchPutItem", ...payload });',
  };
  const asUrl = (source: string) => `data:text/javascript,${encodeURIComponent(source)}`;
  const source = readFileSync(new URL('../docs/aws/on-publish.js', import.meta.url), 'utf8');
  const linked = source.replace(/from '([^']+)'/g, (_all, name: string) => {
    const module = modules[name];
    if (module === undefined) throw new Error(`The handler imports ${name}, which AppSync does not have.`);
    return `from '${asUrl(module)}'`;
  });
  const { onPublish } = (await import(/* @vite-ignore */ asUrl(linked))) as { onPublish: PublishHandler };
  return onPublish;
}

const context = (...payloads: unknown[]) => ({
  info: { channel: { path: '/default/a', segments: ['default', 'a'] } },
  events: payloads.map((payload, index) => ({ id: `id-${index}`, payload })),
});

describe('the onPublish handler', () => {
  it('keeps each event as text, in order, with an end', async () => {
    const { request } = await loadHandler();
    const items = request(context({ n: 1 }, 'two', [3])).tables[TABLE] ?? [];
    expect(items.map(({ event }) => event)).toEqual(['{"n":1}', '"two"', '[3]']);
    expect(items.map(({ at }) => at)).toEqual(items.map(({ at }) => at).toSorted());
    expect(new Set(items.map(({ at }) => at)).size).toBe(3);
    for (const { channel, expires } of items) {
      expect(channel).toBe('/default/a');
      expect(expires).toBe(NOW / 1_000 + 7 * 24 * 3_600);
    }
  });

  it('broadcasts what was kept, and refuses what was not', async () => {
    const { request, response } = await loadHandler();
    const ctx = context({ n: 1 }, { n: 2 });
    const [first = null] = request(ctx).tables[TABLE] ?? [];
    const answered = response({ ...ctx, result: { data: { [TABLE]: [first, null] } } });
    expect(answered.map(({ id, error }) => [id, error === undefined])).toEqual([
      ['id-0', true],
      ['id-1', false],
    ]);
    const failed = { ...ctx, error: { message: 'Out.', type: 'DynamoDB' } };
    expect(() => response(failed)).toThrow('Out.');
  });
});

/** A table that answers the one question that the reader asks. */
function createTable(items: readonly Item[], pageSize = 100) {
  const asked: Record<string, unknown>[] = [];
  return {
    asked,
    async query(parameters: { ExpressionAttributeValues: Record<string, string>; Limit: number }) {
      asked.push(parameters);
      const {
        ':channel': channel,
        ':after': after = '',
        ':until': until = '',
      } = parameters.ExpressionAttributeValues;
      const found = items
        .filter((item) => item.channel === channel && item.at >= after && item.at <= until)
        .toSorted((a, b) => (a.at < b.at ? -1 : 1));
      const size = Math.min(parameters.Limit, pageSize);
      const Items = found.slice(0, size);
      return { Items, LastEvaluatedKey: found.length > size ? Items.at(-1) : undefined };
    },
  };
}

describe('the reader', () => {
  const item = (n: number, at = NOW + n): Item => ({
    ...{ channel: '/default/a', at: `${at}#0#id-${n}`, event: `{"n":${n}}` },
    expires: 0,
  });

  function setUp(items: readonly Item[], pageSize?: number) {
    const table = createTable(items, pageSize);
    const handler = createHandler({
      query: table.query,
      mayRead: ({ sub }: { sub: string }, channel: string) =>
        sub === 'ada' && channel.startsWith('/default/'),
      now: () => NOW + 100,
      table: TABLE,
      keepMs: HOUR_MS,
    });
    async function get(rawPath: string, query: Record<string, string> = {}, claims: object = {}) {
      const jwt = { claims: { sub: 'ada', token_use: 'access', ...claims } };
      const { statusCode, body } = await handler({
        rawPath,
        queryStringParameters: query,
        requestContext: { authorizer: { jwt } },
      });
      return { statusCode, body: JSON.parse(body) };
    }
    return { table, get };
  }

  it('reads from one position to another, page by page, nothing twice and nothing left out', async () => {
    const { get } = setUp(
      Array.from({ length: 7 }, (_, n) => item(n, NOW + Math.floor(n / 2))),
      3,
    );
    const { body: mark } = await get('/history/position');
    expect(mark).toEqual({ position: `${NOW + 100}`, at: NOW + 100 });
    const read: string[] = [];
    let after = `${NOW - 1}`;
    for (let more = true; more; ) {
      const { body } = await get('/history', {
        channel: '/default/a',
        after,
        until: mark.position,
        limit: '500',
      });
      read.push(...body.events.map(({ event }: { event: string }) => event));
      after = body.events.at(-1)?.position ?? after;
      more = body.more;
    }
    expect(read).toEqual(Array.from({ length: 7 }, (_, n) => `{"n":${n}}`));
  });

  it('counts a position that is a time to the end of its millisecond, from both sides', async () => {
    const { get } = setUp([item(0, NOW), item(1, NOW + 1)]);
    const before = await get('/history', { channel: '/default/a', after: `${NOW - 1}`, until: `${NOW}` });
    const behind = await get('/history', { channel: '/default/a', after: `${NOW}`, until: `${NOW + 9}` });
    expect(before.body.events.map(({ event }: Item) => event)).toEqual(['{"n":0}']);
    expect(behind.body.events.map(({ event }: Item) => event)).toEqual(['{"n":1}']);
  });

  it('says that it is lost what is not kept any more', async () => {
    const { get, table } = setUp([]);
    const after = `${NOW - 2 * HOUR_MS}#0#id`;
    expect((await get('/history', { channel: '/default/a', after })).body).toMatchObject({ lost: true });
    expect(table.asked).toEqual([]);
  });

  it('is for access tokens and for what their holder may read', async () => {
    const { get, table } = setUp([item(0)]);
    const query = { channel: '/default/a', after: `${NOW - 1}` };
    expect((await get('/history', query, { token_use: 'id' })).statusCode).toBe(401);
    expect((await get('/history/position', {}, { token_use: 'id' })).statusCode).toBe(401);
    expect((await get('/history', query, { sub: 'grace' })).statusCode).toBe(403);
    expect((await get('/history', { ...query, channel: '/users/b' })).statusCode).toBe(403);
    expect((await get('/history', { ...query, channel: '/default/*' })).statusCode).toBe(400);
    expect((await get('/history', { ...query, after: 'x' })).statusCode).toBe(400);
    expect((await get('/history', { ...query, until: '1 OR 1' })).statusCode).toBe(400);
    expect(table.asked).toEqual([]);
  });
});
