/**
 * Entry of the SharedWorker: leads on behalf of all tabs of one user and one build. It lives as long as any of
 * them, wherever it was started. Its token request passes through the service worker like that of a page.
 */
/// <reference lib="webworker" />
import { createTokenClient, type SessionTokenClient } from '../../session/token-client.ts';
import { createSystemClock } from '../../shared/clock.ts';
import { lineNames } from '../../shared/line-messages.ts';
import { parseSessionMessage, SESSION_CHANNEL } from '../../shared/page-data.ts';
import { createDatabase } from '../../store/database.ts';
import { leaderHistoryOf } from '../../store/history.ts';
import type { LeaderDeps } from '../leader/api.ts';
import { type Contender, createContender, type LeaderCalls } from '../leader/contend.ts';
import { startLeader } from '../leader/leader.ts';
import { leaderTokens } from '../leader/leader-tokens.ts';
import { succeedOtherBuild } from '../leader/other-build.ts';
import { prepareLater } from '../leader/prepare-later.ts';
import type { WorkerInit } from './worker-init.ts';

declare const self: SharedWorkerGlobalScope;

/** What this worker does for its user. It has one user only: the user is part of the worker's name. */
interface Served {
  /** The newest sign-in heard of. */
  epoch: number;
  tokens: SessionTokenClient;
  contender: Contender;
}

const clock = createSystemClock();
const wakes = new Set<() => void>();
let served: Served | null = null;
/** Sign-ins below this epoch are over: a tab that has not heard of it yet must not start them again. */
let floor = 0;

const sessionChannel = new BroadcastChannel(SESSION_CHANNEL);
sessionChannel.onmessage = ({ data }: MessageEvent<unknown>) => {
  const message = parseSessionMessage(data);
  if (message?.t !== 'signed-out') return;
  floor = Math.max(floor, message.epoch);
  served?.tokens.raiseEpoch(message.epoch, message.reason);
};

self.onconnect = ({ ports }) => {
  const port = ports[0];
  if (port === undefined) return;
  port.onmessage = ({ data }: MessageEvent<WorkerInit>) => begin(data);
};

/** Every tab sends this at its start: the first one begins, one of a newer sign-in brings its tokens. */
function begin(init: WorkerInit): void {
  if (init.epoch < floor) return;
  if (served === null) {
    served = serve(init);
  } else {
    // After a sign-out this is what makes the token client ask again.
    served.tokens.signedIn(init.sub, init.epoch);
    if (init.epoch > served.epoch) served.contender.renew(leaderTokens(served.tokens, wake));
    served.epoch = Math.max(served.epoch, init.epoch);
  }
  served.contender.again();
}

function wake(): void {
  for (const tell of wakes) tell();
}

function serve(init: WorkerInit): Served {
  const names = lineNames(init.sub);
  const locks = init.locks ? self.navigator.locks : null;
  const tokens = createTokenClient({
    clock,
    fetch: (url, options) => self.fetch(url, options),
    random: Math.random,
    user: { sub: init.sub, epoch: init.epoch },
    onWake(listener) {
      wakes.add(listener);
      return () => wakes.delete(listener);
    },
  });
  const leaderDeps = (calls: LeaderCalls): LeaderDeps => ({
    host: 'shared-worker',
    build: init.build,
    line: names.line,
    history: leaderHistoryOf(createDatabase(names.database)),
    events: init.events,
    tokens: leaderTokens(tokens, wake),
    clock,
    random: Math.random,
    fetch: (url, options) => self.fetch(url, options),
    WebSocket,
    BroadcastChannel,
    locks,
    online: self.navigator.onLine,
    ...calls,
  });
  const line = { line: names.line, BroadcastChannel, clock };
  const contender = createContender({
    ...line,
    name: crypto.randomUUID(),
    locks,
    lockName: names.leaderLock,
    start: (calls) => startLeader(leaderDeps(calls)),
    prepare: (calls, estate) => prepareLater(leaderDeps(calls), estate),
  });
  void succeedOtherBuild({ ...line, build: init.build, contender });
  return { epoch: init.epoch, tokens, contender };
}
