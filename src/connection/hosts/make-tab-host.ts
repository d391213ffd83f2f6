/** Makes the host of a tab that leads, or may: with all that a leader is made of, so it is loaded when it is needed. */
import { lineNames } from '../../shared/line-messages.ts';
import { createDatabase } from '../../store/database.ts';
import { leaderHistoryOf } from '../../store/history.ts';
import type { LeaderDeps } from '../leader/api.ts';
import { createContender, type LeaderCalls } from '../leader/contend.ts';
import { startLeader } from '../leader/leader.ts';
import { leaderTokens } from '../leader/leader-tokens.ts';
import { prepareLeader } from '../leader/successor.ts';
import type { Host } from './host.ts';
import type { MakeHostDeps } from './make-host.ts';
import { createTabHost } from './tab-host.ts';

export function makeTabHost(deps: MakeHostDeps & { kind: 'elected-tab' | 'own-tab' }): Host {
  const { options, kind, locks, clock } = deps;
  const tokens = leaderTokens(options.tokens);
  const names = lineNames(options.sub);
  const leaderDeps = (calls: LeaderCalls): LeaderDeps => ({
    host: kind,
    build: options.build,
    line: deps.line,
    history: deps.memory ?? leaderHistoryOf(createDatabase(names.database)),
    events: options.events,
    tokens,
    clock,
    random: Math.random,
    fetch: (url, init) => fetch(url, init),
    WebSocket,
    BroadcastChannel,
    locks,
    online: navigator.onLine,
    ...calls,
  });
  return createTabHost({
    kind,
    locks,
    clock,
    visible: deps.visible,
    tokens,
    contender: createContender({
      name: deps.tab,
      line: deps.line,
      BroadcastChannel,
      clock,
      // Where no tab can be elected, every tab leads for itself.
      locks: kind === 'own-tab' ? null : locks,
      lockName: names.leaderLock,
      start: (calls) => startLeader(leaderDeps(calls)),
      prepare: (calls, estate) => prepareLeader(leaderDeps(calls), estate),
    }),
  });
}
