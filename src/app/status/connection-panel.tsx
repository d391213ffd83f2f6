/** Everything the app knows of its connection, in plain words. It shows how long the token lives, never the token. */
import { useEffect, useRef } from 'react';
import { CloseIcon } from '../design/icons.tsx';
import { useServices } from '../services.ts';
import { text } from '../text.ts';
import { BreakIt } from './break-it.tsx';
import { ChannelStates } from './channel-states.tsx';
import { LeaderFacts } from './leader-facts.tsx';
import { Limitations } from './limitations.tsx';
import { OutboxList } from './outbox-list.tsx';
import { StateFacts } from './state-facts.tsx';
import { TokenFacts } from './token-facts.tsx';

export function ConnectionPanel({ onClose }: { onClose(): void }) {
  const { page } = useServices();
  const heading = useRef<HTMLHeadingElement>(null);
  // On narrow screens the panel covers the rest: whoever opened it goes on inside it.
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  return (
    <aside className="panel" aria-labelledby="panel-title">
      <div className="panel-head">
        <h2 id="panel-title" ref={heading} tabIndex={-1}>
          {text.panel.title}
        </h2>
        <button type="button" className="icon-button" aria-label={text.panel.close} onClick={onClose}>
          <CloseIcon />
        </button>
      </div>
      <div className="panel-body">
        <StateFacts />
        <Limitations />
        <OutboxList />
        <ChannelStates />
        <TokenFacts />
        <LeaderFacts />
        {page.localControl !== null && <BreakIt control={page.localControl} />}
      </div>
    </aside>
  );
}
