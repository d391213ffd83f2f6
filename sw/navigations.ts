/**
 * Pages: the network first, because only the server knows who is signed in; when it does not answer in time, the
 * user-free shell from the precache; when even that is missing, the offline page. Nothing is cached at run time,
 * so no page of one user can be shown to another.
 */
import type { Clock } from '../src/shared/clock.ts';

const SHELL_PATH = '/shell';
const OFFLINE_PATH = '/offline.html';
/** A server that has not begun to answer by then is as good as away. */
export const NAVIGATION_TIMEOUT_MS = 3_000;

export interface NavigationDeps {
  fetch(request: Request): Promise<Response>;
  /** A precached file, or undefined. */
  precached(path: string): Promise<Response | undefined>;
  clock: Clock;
}

export interface NavigationEvent {
  request: Request;
  /** Navigation preload, where the browser has it: the request that is already under way. */
  preloadResponse?: Promise<Response | undefined>;
}

/** The answer for one navigation. */
export async function answerNavigation(deps: NavigationDeps, event: NavigationEvent): Promise<Response> {
  const network = fromNetwork(deps, event);
  const late = new Promise<'late'>((resolve) => {
    const stop = deps.clock.after(NAVIGATION_TIMEOUT_MS, () => resolve('late'));
    network.then(stop, stop);
  });
  const first = await Promise.race([network.catch(() => 'failed' as const), late]);
  if (first instanceof Response) return first;
  const stored = (await deps.precached(SHELL_PATH)) ?? (await deps.precached(OFFLINE_PATH));
  if (stored !== undefined) return stored;
  // Nothing to show instead (the first visit was cut short): then the network's own answer or failure, however late.
  return network;
}

async function fromNetwork(deps: NavigationDeps, event: NavigationEvent): Promise<Response> {
  const preloaded = await event.preloadResponse;
  return preloaded ?? deps.fetch(event.request);
}
