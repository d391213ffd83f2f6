/**
 * A store whose changes are told at most once a frame, just before it is drawn: what is then put into the page is laid
 * out and drawn in that same frame, once. A page that draws no frames (covered, in the background) is told more seldom.
 */
import type { Store } from '../../shared/store.ts';

/** How long a change waits in a page that draws nothing, milliseconds. */
const UNDRAWN_MS = 250;

/** Calls `run` once, in the next frame or after a while; the returned function cancels it. */
export type Soon = (run: () => void) => () => void;

export function nextFrame(run: () => void): () => void {
  const cancel = () => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
  };
  const go = () => {
    cancel();
    run();
  };
  const frame = requestAnimationFrame(go);
  const timer = setTimeout(go, UNDRAWN_MS);
  return cancel;
}

/** The same object, but for when its listeners hear of a change. */
export function atFrames<T, S extends Store<T>>(store: S & Store<T>, soon: Soon): S {
  return {
    ...store,
    subscribe(listener: () => void) {
      let cancel: (() => void) | null = null;
      const stop = store.subscribe(() => {
        cancel ??= soon(() => {
          cancel = null;
          listener();
        });
      });
      return () => {
        stop();
        cancel?.();
      };
    },
  };
}
