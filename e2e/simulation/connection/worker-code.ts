/** What runs in a SharedWorker: `leader-worker.ts` in a form of which there can be many. */

import type { Contender } from '../../../src/connection/leader/contend.ts';
import { createContender } from '../../../src/connection/leader/contend.ts';
import { startLeader } from '../../../src/connection/leader/leader.ts';
import { leaderTokens } from '../../../src/connection/leader/leader-tokens.ts';
import type { WorkerInit } from '../../../src/connection/worker/worker-init.ts';
import type { TokenClient } from '../../../src/session/api.ts';
import { createSystemClock } from '../../../src/shared/clock.ts';
import { lineNames } from '../../../src/shared/line-messages.ts';
import { createHistory } from '../../../src/store/history.ts';
import type { WorkerCode } from './workers.ts';

/** @param tokens those of the worker whose code runs now. */
export function workerCode(tokens: () => TokenClient): WorkerCode {
  return (onConnect) => {
    let contender: Contender | null = null;
    onConnect((port) => {
      port.onmessage = ({ data }: MessageEvent<WorkerInit>) => {
        contender ??= createLead(data, tokens);
        contender.again();
      };
    });
  };
}

function createLead(init: WorkerInit, tokens: () => TokenClient): Contender {
  const names = lineNames(init.sub);
  const locks = init.locks ? navigator.locks : null;
  return createContender({
    locks,
    lockName: names.leaderLock,
    start: (ended) =>
      startLeader({
        host: 'shared-worker',
        line: names.line,
        history: createHistory(names.database),
        events: init.events,
        tokens: leaderTokens(tokens()),
        clock: createSystemClock(),
        random: Math.random,
        fetch: () => Promise.reject(new Error('there is no history')),
        WebSocket,
        BroadcastChannel,
        locks,
        online: navigator.onLine,
        onEnded: ended,
      }),
  });
}
