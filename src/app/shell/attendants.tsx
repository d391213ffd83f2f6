/** What attends to the desk without a place of its own: launches, watch rules, what is unread, storage that stays. */
import { useEffect } from 'react';
import { createSystemClock } from '../../shared/clock.ts';
import { useDesk } from '../desk/desk-context.ts';
import { createReadMarks } from '../desk/read-marks.ts';
import { Launches } from '../launch/launches.tsx';
import { WatchRules } from '../rules/watch-rules.tsx';
import { useServices } from '../services.ts';

export function Attendants() {
  return (
    <>
      <Launches />
      <WatchRules />
      <KeepMarks />
      <KeepStorage />
    </>
  );
}

/** What waits unread is known again after a reload. */
function KeepMarks() {
  const { window: desk, feeds } = useDesk();
  useEffect(() => {
    if (feeds === null) return;
    const marks = createReadMarks({ feeds, window: desk, clock: createSystemClock() });
    return () => marks.close();
  }, [desk, feeds]);
  return null;
}

/** Who pins a channel means to come back to it: a fitting moment to ask that its events are not cleared away. */
function KeepStorage() {
  const { window: desk } = useDesk();
  const { pwa } = useServices();
  useEffect(() => {
    const pinned = () => desk.get().channels.filter((channel) => channel.pinned).length;
    let before = pinned();
    return desk.subscribe(() => {
      const now = pinned();
      if (now > before && desk.ready.get()) void pwa.keepStorage();
      before = now;
    });
  }, [desk, pwa]);
  return null;
}
