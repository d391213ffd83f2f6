import { describe, expect, it } from 'vitest';
import type { Connection, Outbox } from '../../connection/api.ts';
import { AppError } from '../../shared/errors.ts';
import { createStore } from '../../shared/store.ts';
import { en as text } from '../text/en.ts';
import { publishText } from './publish-text.ts';

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
    expect(await publishText(text, connection, '/default/orders', ' [1, {"a": 2}] ')).toEqual({ ok: true });
    expect(published).toEqual([['default/orders', [[1, { a: 2 }]]]]);
  });

  it('says where JSON is wrong, and publishes nothing', async () => {
    const { published, connection } = fakeConnection();
    expect(await publishText(text, connection, 'default/orders', '{"a":1,}')).toEqual({
      ok: false,
      field: 'event',
      message: text.json.at(1, 8, text.json.trailing),
    });
    expect(await publishText(text, connection, 'default/orders', '  ')).toMatchObject({
      message: text.composer.empty,
    });
    expect(published).toEqual([]);
  });

  it.each(['default/', 'default/*', '', 'a b'])('asks for one channel instead of %j', async (target) => {
    const { published, connection } = fakeConnection();
    expect(await publishText(text, connection, target, '1')).toMatchObject({ ok: false, field: 'target' });
    expect(published).toEqual([]);
  });

  it('passes on what the outbox says, and says when there is none yet', async () => {
    const { connection } = fakeConnection(new AppError('event-too-large', 'Event 1 has 300 KB.'));
    expect(await publishText(text, connection, 'default/a', '1')).toEqual({
      ok: false,
      field: 'event',
      message: 'Event 1 has 300 KB.',
    });
    expect(await publishText(text, null, 'default/a', '1')).toMatchObject({
      message: text.composer.notReady,
    });
  });
});
