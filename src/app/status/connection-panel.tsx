/** The frame of the connection panel; what is in it is loaded with the first opening. */
import { useEffect, useRef } from 'react';
import { CloseIcon } from '../design/icons.tsx';
import { useDesk } from '../desk/desk-context.ts';
import { Separator } from '../layout/separator.tsx';
import { useText } from '../text/use-text.ts';
import { useLoaded } from '../use-loaded.ts';

const loadFacts = () => import('./connection-facts.tsx');

export function ConnectionPanel({ onClose }: { onClose(): void }) {
  const text = useText();
  const { announce } = useDesk();
  const facts = useLoaded(loadFacts, () => announce(text.detail.loadFailed));
  const heading = useRef<HTMLHeadingElement>(null);
  // On narrow screens the panel covers the rest: whoever opened it goes on inside it.
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  return (
    <aside className="panel" id="panel" aria-labelledby="panel-title">
      <Separator className="edge-line" pane="panel" controls="panel" orientation="vertical" direction={-1} />
      <div className="panel-head">
        <h2 id="panel-title" ref={heading} tabIndex={-1}>
          {text.panel.title}
        </h2>
        <button type="button" className="icon-button" aria-label={text.panel.close} onClick={onClose}>
          <CloseIcon />
        </button>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: not every browser lets the keys reach what scrolls (WebKit does not). */}
      <section className="panel-body" tabIndex={0} aria-labelledby="panel-title">
        {facts !== null && <facts.ConnectionFacts />}
      </section>
    </aside>
  );
}
