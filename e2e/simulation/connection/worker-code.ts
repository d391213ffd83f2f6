/** What runs in a SharedWorker: `leader-worker.ts` in a form of which there can be many. */
import type { LeaderDeps } from '../../../src/connection/leader/api.ts';
import { type Contender, createContender, type LeaderCalls } from '../../../src/connection/leader/contend.ts';
import { startLeader } from '../../../src/connection/leader/leader.ts';
import { leaderTokens } from '../../../src/connection/leader/leader-tokens.ts';
import { succeedOtherBuild } from '../../../src/connection/leader/other-build.ts';
import { prepareLeader } from '../../../src/connection/leader/successor.ts';
import type { WorkerInit } from '../../../src/connection/worker/worker-init.ts';
import type { TokenClient } from '../../../src/session/api.ts';
import { createSystemClock } from '../../../src/shared/clock.ts';
import { lineNames } from '../../../src/shared/line-messages.ts';
import { createHistory } from '../../../src/store/history.ts';
import type { WorkerCode } from './workers.ts';

interface Served {
  epoch: number;
  tokens: TokenClient;
  contender: Contender;
}

/** @param tokens those of the worker whose code runs now. */
export function workerCode(tokens: () => TokenClient): WorkerCode {
  return (onConnect) => {
    let served: Served | null = null;
    onConnect((port) => {
      port.onmessage = ({ data }: MessageEvent<WorkerInit>) => {
        served ??= serve(data, tokens());
        if (data.epoch > served.epoch) served.contender.renew(leaderTokens(served.tokens));
        served.epoch = Math.max(served.epoch, data.epoch);
        served.contender.again();
      };
    });
  };
}

function serve(init: WorkerInit, tokens: TokenClient): Served {
  const names = lineNames(init.sub);
  const locks = init.locks ? navigator.locks : null;
  const clock = createSystemClock();
  const leaderDeps = (calls: LeaderCalls): LeaderDeps => ({
    host: 'shared-worker',
    build: init.build,
    line: names.line,
    history: createHistory(names.database),
    events: init.events,
    tokens: leaderTokens(tokens),
    clock,
    random: Math.random,
    fetch,
    WebSocket,
    BroadcastChannel,
    locks,
    online: navigator.onLine,
    ...calls,
  });
  const line = { line: names.line, BroadcastChannel, clock };
  const contender = createContender({
    ...line,
    name: crypto.randomUUID(),
    locks,
    lockName: names.leaderLock,
    start: (calls) => startLeader(leaderDeps(calls)),
    prepare: (calls, estate) => prepareLeader(leaderDeps(calls), estate),
  });
  void succeedOtherBuild({ ...line, build: init.build, contender });
  return { epoch: init.epoch, tokens, contender };
}
