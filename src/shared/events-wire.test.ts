import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { headerSubprotocol, isAuthorizationFault, isExpiryFault, parseServerFrame } from './events-wire.ts';

describe('frames of the service', () => {
  it('are read as the protocol describes them', () => {
    expect(parseServerFrame('{"type":"connection_ack","connectionTimeoutMs":300000}')).toEqual({
      type: 'connection_ack',
    });
    expect(parseServerFrame('{"type":"data","id":"1","event":"{\\"a\\":1}"}')).toEqual({
      type: 'data',
      id: '1',
      events: ['{"a":1}'],
    });
    expect(parseServerFrame('{"type":"data","id":"1","event":["1","2"]}')).toEqual({
      type: 'data',
      id: '1',
      events: ['1', '2'],
    });
    expect(
      parseServerFrame(
        '{"type":"subscribe_error","id":"1","errors":[{"errorType":"Unauthorized","message":"no"}]}',
      ),
    ).toEqual({ type: 'subscribe_error', id: '1', fault: { errorType: 'Unauthorized', message: 'no' } });
  });

  it('that say less than they should still say something', () => {
    expect(parseServerFrame('{"type":"connection_error"}')).toMatchObject({
      fault: { errorType: 'UnknownError' },
    });
    expect(parseServerFrame('{"type":"error","errors":"?"}')).toMatchObject({ type: 'error', id: null });
  });

  it.each([
    ['no JSON', '{'],
    ['no object', '7'],
    ['null', 'null'],
    ['no type', '{}'],
    ['an unknown type', '{"type":"surprise"}'],
    ['data without id', '{"type":"data","event":"1"}'],
    ['data without event', '{"type":"data","id":"1"}'],
    ['data with an object', '{"type":"data","id":"1","event":{}}'],
    ['a success without id', '{"type":"subscribe_success"}'],
  ])('that are malformed are none: %s', (_what, text) => {
    expect(parseServerFrame(text)).toBeNull();
  });

  it('of any other kind, binary included, never throw', () => {
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.json(), fc.string()), (data) => {
        parseServerFrame(data);
        parseServerFrame(JSON.stringify({ type: 'data', id: data, event: data, errors: data }) ?? '');
      }),
    );
  });
});

it('an old token is told apart from a denial', () => {
  const expired = { errorType: 'UnauthorizedException', message: 'Token has expired.' };
  const denied = { errorType: 'Unauthorized', message: 'Not for you.' };
  expect([isAuthorizationFault(expired), isExpiryFault(expired)]).toEqual([true, true]);
  expect([isAuthorizationFault(denied), isExpiryFault(denied)]).toEqual([true, false]);
  expect(isAuthorizationFault({ errorType: 'LimitExceededError', message: '' })).toBe(false);
});

it('the connect header is base64url without padding', () => {
  expect(headerSubprotocol({ host: 'h', Authorization: '??>>' })).toMatch(/^header-[\w-]+$/);
});
