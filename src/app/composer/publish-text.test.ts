import { describe, expect, it } from 'vitest';
import type { Connection, Outbox } from '../../connection/api.ts';
import { AppError } from '../../shared/errors.ts';
import { createStore } from '../../shared/store.ts';
import { composerEn } from '../text/composer-en.ts';
import { en } from '../text/en.ts';
import { publishText as publishRequest } from './publish-text.ts';

const text = composerEn(en.format);
const VALUES = { now: () => 0, uuid: () => 'u', counter: () => 1, random: () => 0 };

function publishText(
  connection: Pick<Connection, 'outbox'> | null,
  target: string,
  source: string,
  each = false,
) {
  return publishRequest({
    text,
    said: en.said,
    format: en.format,
    connection,
    target,
    source,
    each,
    values: VALUES,
  });
}

function fakeConnection(refuse?: AppError) {
  const published: [string, readonly unknown[]][] = [];
  const nothing = () => Promise.resolve();
  const outbox: Outbox = {
    ...createStore<readonly never[]>([]),
    publish(channel, events) {
      if (refuse !== undefined) return Promise.reject(refuse);
      published.push([channel, events]);
      return Promise.resolve('1');
    },
    retry: nothing,
    discard: nothing,
  };
  return { published, connection: { outbox } satisfies Pick<Connection, 'outbox'> };
}

describe('publishText', () => {
  it('publishes one JSON value as one event, a list too', async () => {
    const { published, connection } = fakeConnection();
    expect(await publishText(connection, '/default/orders', ' [1, {"a": 2}] ')).toMatchObject({ ok: true });
    expect(published).toEqual([['default/orders', [[1, { a: 2 }]]]]);
  });

  it('says where JSON is wrong, and publishes nothing', async () => {
    const { published, connection } = fakeConnection();
    expect(await publishText(connection, 'default/orders', '{"a":1,}')).toEqual({
      ok: false,
      field: 'event',
      message: text.json.at(1, 8, text.json.trailing),
    });
    expect(await publishText(connection, 'default/orders', '  ')).toMatchObject({
      message: text.empty,
    });
    expect(published).toEqual([]);
  });

  it.each(['default/', 'default/*', '', 'a b'])('asks for one channel instead of %j', async (target) => {
    const { published, connection } = fakeConnection();
    expect(await publishText(connection, target, '1')).toMatchObject({ ok: false, field: 'target' });
    expect(published).toEqual([]);
  });

  it('passes on what the outbox says, and says when there is none yet', async () => {
    const { connection } = fakeConnection(new AppError('event-too-large', 'Event 1 has 300 KB.'));
    expect(await publishText(connection, 'default/a', '1')).toEqual({
      ok: false,
      field: 'event',
      message: 'Event 1 has 300 KB.',
    });
    expect(await publishText(null, 'default/a', '1')).toMatchObject({
      message: text.notReady,
    });
  });

  it('sends each entry of a list as an event of its own, in order, five at a time', async () => {
    const { published, connection } = fakeConnection();
    const outcome = await publishText(connection, 'default/a', '[1,2,3,4,5,{"n":{{counter}}},7]', true);
    expect(outcome).toEqual({
      ok: true,
      channel: 'default/a',
      rows: [
        { id: '1', events: 5 },
        { id: '1', events: 2 },
      ],
    });
    expect(published).toEqual([
      ['default/a', [1, 2, 3, 4, 5]],
      ['default/a', [{ n: 1 }, 7]],
    ]);
  });

  it('sends nothing of a list in which one event is too large, and names it', async () => {
    const { published, connection } = fakeConnection();
    const source = JSON.stringify([...new Array<number>(6).fill(1), 'x'.repeat(241 * 1024)]);
    const outcome = await publishText(connection, 'default/a', source, true);
    expect(outcome).toMatchObject({ ok: false, message: expect.stringMatching(/^Event 7 .*240 KB/) });
    expect(published).toEqual([]);
  });

  it('says how much of a list is in the outbox when storage gives up in the middle', async () => {
    const { connection } = fakeConnection();
    let left = 2;
    const { outbox } = connection;
    const failing: Outbox = {
      ...outbox,
      publish(channel, events) {
        left -= 1;
        return left < 0 ? Promise.reject(new AppError('storage', 'Full.')) : outbox.publish(channel, events);
      },
    };
    const outcome = await publishText({ outbox: failing }, 'default/a', '[1,2,3,4,5,6,7,8,9,10,11]', true);
    expect(outcome).toMatchObject({ ok: false, message: text.eachStopped(10, 11, 'Full.') });
  });
});
