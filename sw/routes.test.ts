import { describe, expect, it } from 'vitest';
import { addStaticRoutes, routeOf, setPreload } from './routes.ts';

const ORIGIN = 'https://app.example';

describe('routeOf', () => {
  it.each([
    ['GET', 'same-origin', '/api/cognito-token', 'token'],
    ['GET', 'cors', '/api/cognito-token', 'token'],
    ['POST', 'same-origin', '/api/cognito-token', 'network'],
    ['GET', 'navigate', '/api/cognito-token', 'network'],
    ['GET', 'no-cors', '/api/cognito-token', 'network'],
    ['GET', 'same-origin', '/api/cognito-token?x=1', 'network'],
    ['GET', 'same-origin', '/api/cognito-token/', 'network'],
    ['GET', 'same-origin', '/api/session', 'network'],
    ['GET', 'navigate', '/auth/sign-in?return=%2F', 'network'],
    ['GET', 'navigate', '/auth/callback?code=1&state=2', 'network'],
    ['POST', 'same-origin', '/auth/sign-out', 'network'],
    ['GET', 'navigate', '/?code=1', 'network'],
    ['GET', 'navigate', '/c/default/orders?state=2', 'network'],
    ['GET', 'navigate', '/healthz', 'network'],
    ['GET', 'cors', '/metrics', 'network'],
    ['GET', 'navigate', '/', 'navigation'],
    ['GET', 'navigate', '/c/default/orders', 'navigation'],
    ['POST', 'navigate', '/', 'network'],
    ['POST', 'navigate', '/share', 'share'],
    ['POST', 'same-origin', '/share', 'network'],
    ['GET', 'navigate', '/share', 'navigation'],
    ['GET', 'cors', '/assets/app-1.js', 'asset'],
    ['GET', 'cors', 'https://other.example/api/cognito-token', 'network'],
    ['POST', 'cors', 'https://x.appsync-api.eu-west-1.amazonaws.com/event', 'network'],
  ])('%s %s %s → %s', (method, mode, path, route) => {
    expect(routeOf({ method, mode, url: new URL(path, ORIGIN).href }, ORIGIN)).toBe(route);
  });
});

describe('addStaticRoutes', () => {
  interface Rule {
    condition: { urlPattern?: string | { pathname: string; search: string }; requestMode?: string };
    source: string;
  }

  it('leaves the token to the broker and keeps every other API and every sign-in away from it', async () => {
    const rules: Rule[] = [];
    const taken = await addStaticRoutes({
      addRoutes: async (added: Rule[]) => {
        rules.push(...added);
      },
    });
    expect(taken).toBe(true);
    const first = (pattern: string) => rules.findIndex(({ condition }) => condition.urlPattern === pattern);
    const token = rules.filter(({ condition }) => condition.urlPattern === '/api/cognito-token');
    expect(token.map(({ condition, source }) => [condition.requestMode, source])).toEqual([
      ['same-origin', 'fetch-event'],
      ['cors', 'fetch-event'],
    ]);
    expect(rules[first('/api/*')]?.source).toBe('network');
    expect(first('/api/cognito-token')).toBeLessThan(first('/api/*'));
    expect(rules[first('/auth/*')]?.source).toBe('network');
  });

  it('does without where the browser has no static routing, or not this form of it', async () => {
    expect(await addStaticRoutes({})).toBe(false);
    expect(await addStaticRoutes({ addRoutes: () => Promise.reject(new TypeError('unknown')) })).toBe(false);
  });
});

describe('setPreload', () => {
  it.each([
    [true, ['enable']],
    [false, ['disable']],
    [null, []],
  ])('with static routes %s: %j', async (routed, expected) => {
    const calls: string[] = [];
    const preload = {
      enable: async () => void calls.push('enable'),
      disable: async () => void calls.push('disable'),
    };
    await setPreload(preload, routed);
    await setPreload(undefined, routed);
    expect(calls).toEqual(expected);
  });
});
