/**
 * A store whose changes are told at most once a frame, just before it is drawn: what is then put into the page is laid
 * out and drawn in that same frame, once. A page that draws no frames (covered, in the background) is told more seldom,
 * and so is one whose frames take long.
 */
import type { Store } from '../../shared/store.ts';

/** How long a change waits in a page that draws nothing, milliseconds. */
const UNDRAWN_MS = 250;
/** A frame that takes longer is a sign that the machine has more to do than it can, milliseconds. */
const SLOW_MS = 32;
/** How many times as long as a slow frame took nothing new is drawn, so that many busy windows leave each other room. */
const REST_FACTOR = 5;
/** The longest rest, milliseconds. */
const MAX_REST_MS = 500;

/** Calls `run` once, in the next frame or after a while; the returned function cancels it. */
export type Soon = (run: () => void) => () => void;

/** What a page gives for drawing in time; times in milliseconds. */
export interface Frames {
  now(): number;
  requestFrame(run: () => void): number;
  cancelFrame(frame: number): void;
  after(ms: number, run: () => void): number;
  cancel(timer: number): void;
}

/** The frames of this page. After a slow one it rests, and whoever waits is told in the first frame after that. */
export function createFramePace({ now, requestFrame, cancelFrame, after, cancel }: Frames): Soon {
  let notBefore = 0;

  return (run) => {
    let frame: number | null = null;
    const ask = () => {
      frame = requestFrame(go);
    };
    const rest = notBefore - now();
    const resting = rest > 0 ? after(rest, ask) : null;
    const undrawn = after(Math.max(rest, 0) + UNDRAWN_MS, go);
    if (resting === null) ask();
    function stop() {
      if (frame !== null) cancelFrame(frame);
      if (resting !== null) cancel(resting);
      cancel(undrawn);
    }
    function go() {
      stop();
      const began = now();
      run();
      // A task of its own comes after the frame was laid out and drawn.
      after(0, () => {
        const took = now() - began;
        notBefore = now() + (took > SLOW_MS ? Math.min(MAX_REST_MS, took * REST_FACTOR) : 0);
      });
    }
    return stop;
  };
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
