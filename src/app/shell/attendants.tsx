/** What attends to the desk without a place of its own in the frame: launches, watch rules, storage that stays. */
import { useEffect } from 'react';
import { useDesk } from '../desk/desk-context.ts';
import { Launches } from '../launch/launches.tsx';
import { WatchRules } from '../rules/watch-rules.tsx';
import { useServices } from '../services.ts';

export function Attendants() {
  return (
    <>
      <Launches />
      <WatchRules />
      <KeepStorage />
    </>
  );
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
