/**
 * A worker that has just started takes over, once, from a leader of another build: the page that started it was
 * loaded just now, so its code is the newer. The builds' names have no order, so there is no second time.
 */
import type { Contender } from './contend.ts';
import { type LineEarDeps, openLineEar } from './line-ear.ts';

/** A leader speaks at least once a second; one that says nothing for this long is no matter of builds. Milliseconds. */
const LISTEN_MS = 5_000;

export interface OtherBuildDeps extends LineEarDeps {
  build: string;
  contender: Pick<Contender, 'succeed'>;
}

export async function succeedOtherBuild(deps: OtherBuildDeps): Promise<void> {
  const ear = openLineEar(deps);
  const status = await ear.wait((message) => (message.t === 'status' ? message.status : null), LISTEN_MS);
  ear.close();
  if (status !== null && status.build !== deps.build) deps.contender.succeed();
}
