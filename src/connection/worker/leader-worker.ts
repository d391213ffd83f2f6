/**
 * Entry of the SharedWorker: leads on behalf of all tabs of one user and one build. It lives as long as any of
 * them, wherever it was started. Its token request passes through the service worker like that of a page.
 */
/// <reference lib="webworker" />
import { createTokenClient } from '../../session/token-client.ts';
import { createSystemClock } from '../../shared/clock.ts';
import { lineNames } from '../../shared/line-messages.ts';
import { parseSessionMessage, SESSION_CHANNEL, type SignOutReason } from '../../shared/page-data.ts';
import { createHistory } from '../../store/history.ts';
import { type Contender, createContender } from '../leader/contend.ts';
import { startLeader } from '../leader/leader.ts';
import { leaderTokens } from '../leader/leader-tokens.ts';
import type { WorkerInit } from './worker-init.ts';

declare const self: SharedWorkerGlobalScope;

const clock = createSystemClock();
const wakes = new Set<() => void>();
let contender: Contender | null = null;
let served: WorkerInit | null = null;
/** Sign-ins below this epoch are over: a tab that has not heard of it yet must not start them again. */
let floor = 0;

const sessionChannel = new BroadcastChannel(SESSION_CHANNEL);
const signOuts = new Set<(epoch: number, reason: SignOutReason) => void>();
sessionChannel.onmessage = ({ data }: MessageEvent<unknown>) => {
  const message = parseSessionMessage(data);
  if (message?.t !== 'signed-out') return;
  floor = Math.max(floor, message.epoch);
  for (const tell of signOuts) tell(message.epoch, message.reason);
};

self.onconnect = ({ ports }) => {
  const port = ports[0];
  if (port === undefined) return;
  port.onmessage = ({ data }: MessageEvent<WorkerInit>) => begin(data);
};

/** Every tab sends this at its start: the first one begins; a later one of a newer sign-in begins again. */
function begin(init: WorkerInit): void {
  if (init.epoch < floor) return;
  if (contender === null || served === null || init.epoch > served.epoch) {
    void contender?.release();
    served = init;
    contender = createLead(init);
  }
  contender.again();
}

function createLead(init: WorkerInit): Contender {
  const names = lineNames(init.sub);
  const locks = init.locks ? self.navigator.locks : null;
  return createContender({
    locks,
    lockName: names.leaderLock,
    start(ended) {
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
      signOuts.add(tokens.raiseEpoch);
      return startLeader({
        host: 'shared-worker',
        line: names.line,
        history: createHistory(names.database),
        events: init.events,
        tokens: leaderTokens(tokens, () => {
          for (const wake of wakes) wake();
        }),
        clock,
        random: Math.random,
        fetch: (url, options) => self.fetch(url, options),
        WebSocket,
        BroadcastChannel,
        locks,
        online: self.navigator.onLine,
        onEnded() {
          signOuts.delete(tokens.raiseEpoch);
          tokens.close();
          ended();
        },
      });
    },
  });
}
