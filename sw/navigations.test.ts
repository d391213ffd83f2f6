import { describe, expect, it } from 'vitest';
import { createFakeClock, flush, withResolvers } from '../src/shared/test-doubles.ts';
import { answerNavigation, NAVIGATION_TIMEOUT_MS } from './navigations.ts';

function setUp(files: Record<string, string> = { '/shell': 'shell', '/offline.html': 'offline' }) {
  const clock = createFakeClock();
  const network = withResolvers<Response>();
  let fetches = 0;
  const answer = (preloadResponse?: Promise<Response | undefined>) =>
    answerNavigation(
      {
        clock,
        fetch: () => {
          fetches += 1;
          return network.promise;
        },
        precached: async (path) => (files[path] === undefined ? undefined : new Response(files[path])),
      },
      {
        request: new Request('https://app.example/c/default/orders'),
        ...(preloadResponse === undefined ? {} : { preloadResponse }),
      },
    ).then((response) => response.text());
  return { clock, network, answer, fetches: () => fetches };
}

describe('navigations', () => {
  it('shows what the server says', async () => {
    const { answer, network, clock } = setUp();
    const page = answer();
    network.resolve(new Response('ann’s page'));
    expect(await page).toBe('ann’s page');
    expect(clock.pendingTimers()).toBe(0);
  });

  it('uses the request that the browser has already made', async () => {
    const { answer, fetches } = setUp();
    expect(await answer(Promise.resolve(new Response('preloaded')))).toBe('preloaded');
    expect(fetches()).toBe(0);
  });

  it('shows the shell without a network', async () => {
    const { answer, network } = setUp();
    const page = answer();
    network.reject(new TypeError('Failed to fetch'));
    expect(await page).toBe('shell');
  });

  it('shows the shell when a preload fails', async () => {
    expect(await setUp().answer(Promise.reject(new TypeError('Failed to fetch')))).toBe('shell');
  });

  it('shows the shell when the server takes longer than 3 s, and minds no late failure', async () => {
    const { answer, network, clock } = setUp();
    const page = answer();
    await flush();
    clock.advance(NAVIGATION_TIMEOUT_MS);
    expect(await page).toBe('shell');
    network.reject(new TypeError('Failed to fetch'));
    await flush();
  });

  it('shows the offline page when there is no shell', async () => {
    const { answer, network } = setUp({ '/offline.html': 'offline' });
    const page = answer();
    network.reject(new TypeError('Failed to fetch'));
    expect(await page).toBe('offline');
  });

  it('waits for a slow server when there is nothing else to show', async () => {
    const { answer, network, clock } = setUp({});
    const page = answer();
    await flush();
    clock.advance(10_000);
    network.resolve(new Response('late'));
    expect(await page).toBe('late');
  });
});
