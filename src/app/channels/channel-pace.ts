/** What arrives in a channel, followed by exactly what shows it. */
import { useSyncExternalStore } from 'react';
import { createStore, type Store } from '../../shared/store.ts';
import { useDesk } from '../desk/desk-context.ts';

type ByChannel<T> = Readonly<Record<string, T>>;

const NO_COUNTS: Store<ByChannel<number>> = createStore({});
const NO_RATES: Store<ByChannel<readonly number[]>> = createStore({});

function useOf<T>(store: Store<ByChannel<T>>, channel: string, none: T): T {
  return useSyncExternalStore(
    store.subscribe,
    () => store.get()[channel] ?? none,
    () => none,
  );
}

/** Events that nobody looked at yet. */
export function useUnread(channel: string): number {
  return useOf(useDesk().feeds?.unread ?? NO_COUNTS, channel, 0);
}

/** Events in the slots of the last minute, oldest first; null: none. */
export function useRate(channel: string): readonly number[] | null {
  return useOf<readonly number[] | null>(useDesk().feeds?.rates ?? NO_RATES, channel, null);
}
