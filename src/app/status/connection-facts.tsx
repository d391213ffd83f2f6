/** Everything the app knows of its connection, in plain words. It shows how long the token lives, never the token. */
import { useServices } from '../services.ts';
import { BreakIt } from './break-it.tsx';
import { ChannelStates } from './channel-states.tsx';
import { CoverageFacts } from './coverage-facts.tsx';
import { HistoryFacts } from './history-facts.tsx';
import { LeaderFacts } from './leader-facts.tsx';
import { Limitations } from './limitations.tsx';
import { OutboxList } from './outbox-list.tsx';
import { StateFacts } from './state-facts.tsx';
import { TokenFacts } from './token-facts.tsx';

export function ConnectionFacts() {
  const { page } = useServices();
  return (
    <>
      <StateFacts />
      <Limitations />
      <OutboxList />
      <ChannelStates />
      <CoverageFacts />
      <HistoryFacts />
      <TokenFacts />
      <LeaderFacts />
      {page.localControl !== null && <BreakIt control={page.localControl} />}
    </>
  );
}
