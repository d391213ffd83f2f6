import { describe, expect, it } from 'vitest';
import { channelMatches, parseChannel } from './channel.ts';
import { isAppError } from './errors.ts';

describe('channel names', () => {
  it.each([
    ['default/orders', 'default/orders'],
    ['/default/orders/', 'default/orders'],
    [' default ', 'default'],
    ['a/b/c/d/e', 'a/b/c/d/e'],
    ['default/*', 'default/*'],
    ['users/0b1f6c1e-8d6b-4d60-9a0e-2f3f1f2a7c11', 'users/0b1f6c1e-8d6b-4d60-9a0e-2f3f1f2a7c11'],
    [`default/${'x'.repeat(50)}`, `default/${'x'.repeat(50)}`],
  ])('%s is read as %s', (input, name) => {
    expect(parseChannel(input, 'subscribe')).toBe(name);
  });

  it.each([
    ['', /empty/],
    ['/', /empty/],
    ['*', /namespace/],
    ['default/*/x', /last part/],
    ['a/b/c/d/e/f', /at most 5/],
    ['default/under_score', /under_score/],
    ['default//x', /not allowed/],
    ['default/-x', /-x/],
    ['default/x-', /x-/],
    ['me@example.com', /me@example.com/],
    [`default/${'x'.repeat(51)}`, /not allowed/],
    ['default/**', /\*\*/],
  ])('%s is refused with the rule it breaks and a right name', (input, rule) => {
    try {
      parseChannel(input, 'subscribe');
      expect.unreachable();
    } catch (error) {
      expect(isAppError(error, 'bad-channel')).toBe(true);
      expect((error as Error).message).toMatch(rule);
      expect((error as Error).message).toContain('default/orders');
    }
  });

  it('publishing needs one channel', () => {
    expect(() => parseChannel('default/*', 'publish')).toThrow(/one channel/);
  });

  it('a wildcard covers every depth below it, and not its own prefix', () => {
    expect(channelMatches('default/*', 'default/a')).toBe(true);
    expect(channelMatches('default/*', 'default/a/b')).toBe(true);
    expect(channelMatches('default/*', 'default')).toBe(false);
    expect(channelMatches('default/*', 'defaults/a')).toBe(false);
    expect(channelMatches('default/a', 'default/a')).toBe(true);
    expect(channelMatches('default/a', 'default/A')).toBe(false);
  });
});
