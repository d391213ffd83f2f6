/** Channels that are pinned in a window that is open now: a window's Web Lock says that it is (`desk/window-claim.ts`). */
import { type DeskStorage, readKey, storedWindows, windowKey } from '../desk/storage.ts';
import { windowLockName } from '../desk/window-claim.ts';
import { type OpenChannel, parseWindow, type WindowState } from '../desk/window-state.ts';

export interface LivePinsDeps {
  sub: string;
  storage: DeskStorage | null;
  /** `navigator.locks`; null where there is none: then this window's pins are all that is known. */
  locks: Pick<LockManager, 'query'> | null;
  /** This window's own state, which is newer than what is stored. */
  own(): WindowState;
}

export async function livePins({ sub, storage, locks, own }: LivePinsDeps): Promise<readonly string[]> {
  const held = (await locks?.query())?.held?.map(({ name }) => name) ?? [];
  const others = storedWindows(storage, sub)
    .filter((id) => held.includes(windowLockName(id)))
    .map((id) => parseWindow(readKey(storage, windowKey(sub, id))));
  const pins = [own(), ...others].flatMap(({ channels }) => pinsOf(channels));
  return [...new Set(pins)].sort();
}

export function pinsOf(channels: readonly OpenChannel[]): string[] {
  return channels.filter(({ pinned }) => pinned).map(({ name }) => name);
}
