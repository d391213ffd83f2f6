import { describe, expect, it } from 'vitest';
import { channelPath, createRoute, readPath } from './route.ts';

function fakeWindow(start: string) {
  const entries = [start];
  let at = 0;
  const listeners = new Set<() => void>();
  return {
    location: {
      get pathname() {
        return entries[at] ?? '/';
      },
    },
    history: {
      pushState: (_: unknown, __: string, path?: string | URL | null) => {
        entries.splice(++at, Number.POSITIVE_INFINITY, String(path));
      },
      replaceState: (_: unknown, __: string, path?: string | URL | null) => {
        entries[at] = String(path);
      },
    },
    addEventListener: (_: 'popstate', listener: () => void) => void listeners.add(listener),
    removeEventListener: (_: 'popstate', listener: () => void) => void listeners.delete(listener),
    back() {
      at -= 1;
      for (const listener of listeners) listener();
    },
    listeners,
  };
}

describe('readPath', () => {
  it.each([
    ['/', null],
    ['/shell', null],
    ['/c/default/orders', 'default/orders'],
    ['/c/default/*', 'default/*'],
    ['/c/default/%2A', 'default/*'],
    ['/c/default/orders/', 'default/orders'],
  ])('%s', (path, channel) => {
    expect(readPath(path)).toEqual({ channel, error: null });
  });

  it.each(['/c/*', '/c/', '/c/a b', '/c/%E0%A4%A', '/c/a/b/c/d/e/f'])(
    'says what is wrong with %s',
    (path) => {
      const { channel, error } = readPath(path);
      expect(channel).toBeNull();
      expect(error).toMatch(/\.$/);
    },
  );

  it('is the reverse of channelPath', () => {
    expect(readPath(channelPath('default/a-1/*')).channel).toBe('default/a-1/*');
  });
});

describe('createRoute', () => {
  it('goes to a channel and back', () => {
    const page = fakeWindow('/');
    const route = createRoute(page);
    const seen: (string | null)[] = [];
    const stop = route.subscribe(() => seen.push(route.get().channel));
    route.go('default/orders');
    expect(page.location.pathname).toBe('/c/default/orders');
    page.back();
    expect(seen).toEqual(['default/orders', null]);
    stop();
    expect(page.listeners.size).toBe(0);
  });

  it('tells that a channel is wanted which the address names already, and leaves the address', () => {
    const page = fakeWindow('/c/default/orders');
    const route = createRoute(page);
    let told = 0;
    const stop = route.subscribe(() => {
      told += 1;
    });
    page.history.pushState = () => {
      throw new Error('The address changed.');
    };
    route.go('default/orders');
    expect(told).toBe(1);
    stop();
  });

  it('leaves no step behind when it replaces', () => {
    const page = fakeWindow('/');
    const route = createRoute(page);
    route.go('default/orders', { replace: true });
    expect(page.location.pathname).toBe('/c/default/orders');
  });
});
