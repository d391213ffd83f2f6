/** Does what the app is opened with: a channel, an event, shared text, files, a view. Nothing that is open is lost. */

import { useEffect, useRef, useState } from 'react';
import type { ActionId } from '../actions/definitions.ts';
import type { ActionRegistry } from '../actions/registry.ts';
import { type DeskScope, useDesk } from '../desk/desk-context.ts';
import { withView } from '../desk/window-state.ts';
import { openRecording } from '../recording/open-recording.ts';
import { useServices } from '../services.ts';
import { useAttendantsText } from '../text/use-attendants-text.ts';
import { useText } from '../text/use-text.ts';
import { LaunchNotice } from './launch-notice.tsx';
import { type LaunchIntent, type LaunchView, readLaunch } from './read-launch.ts';
import { SharedText } from './shared-text.tsx';

/** How long a view may take until it offers its action, milliseconds. */
const OFFER_MS = 5_000;

const ACTION_OF = {
  publish: 'writeEvent',
  channel: 'openChannel',
  connection: 'connection',
  rules: 'watchRules',
} as const satisfies Record<LaunchView, ActionId>;

export function Launches() {
  const text = useAttendantsText();
  const { said } = useText();
  const desk = useDesk();
  const { pwa } = useServices();
  const [problem, setProblem] = useState<string | null>(null);
  const [shared, setShared] = useState<string | null>(null);

  const follow = (intent: LaunchIntent) => {
    switch (intent.kind) {
      case 'nothing':
        return;
      case 'channel':
        showChannel(desk, intent);
        return;
      case 'share':
        setShared(intent.text);
        return;
      case 'view':
        showView(desk, intent.view);
        return;
      case 'bad-link':
        setProblem(intent.reason === null ? text.launch.otherLink : text.launch.badLink(said(intent.reason)));
        return;
      default:
        intent satisfies never;
    }
  };
  const handle = useRef((_launch: { url: string; files: readonly File[] }) => {});
  useEffect(() => {
    handle.current = ({ url, files }) => {
      setProblem(null);
      follow(readLaunch(url, location.origin));
      openRecording(files);
      // What the address asked for is done: a reload must not ask again, and shared text is nobody else's business.
      if (location.search !== '' || location.hash !== '') history.replaceState(null, '', location.pathname);
    };
  });
  useEffect(() => pwa.onLaunch((launch) => handle.current(launch)), [pwa]);

  return (
    <>
      {problem !== null && <LaunchNotice sentence={problem} onDismiss={() => setProblem(null)} />}
      {shared !== null && <SharedText text={shared} onDone={() => setShared(null)} />}
    </>
  );
}

function showChannel(
  { route, window: desk }: DeskScope,
  { channel, event }: Extract<LaunchIntent, { kind: 'channel' }>,
): void {
  if (event !== null) {
    const isShown = route.get().channel === channel;
    // A list that is on the screen stays where the person put it; another one opens at the event.
    const place = isShown ? {} : { place: { ...event, offset: 0 } };
    desk.update((now) => withView(now, channel, { selected: event, ...place }));
  }
  route.go(channel);
}

function showView({ window: desk, actions, route }: DeskScope, view: LaunchView): void {
  if (view === 'connection') {
    desk.update((now) => ({ ...now, panel: true }));
    return;
  }
  const nowhere = route.get().channel === null && desk.get().last === null;
  runWhenOffered(actions, view === 'publish' && nowhere ? 'openChannel' : ACTION_OF[view]);
}

/** The part of the desk that does it may not be on the screen yet. */
function runWhenOffered(actions: ActionRegistry, id: ActionId): void {
  if (actions.run(id)) return;
  const timer = setTimeout(() => stop(), OFFER_MS);
  const stop = actions.offered.subscribe(() => {
    if (!actions.offered.get().has(id)) return;
    clearTimeout(timer);
    stop();
    actions.run(id);
  });
}
