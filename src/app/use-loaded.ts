/** A part of the app that is loaded when it is used. */
import { useEffect, useRef, useState } from 'react';

/**
 * The module, or null until it is there.
 * @param load the same function with every render; a failed load is tried again by the next component that asks.
 */
export function useLoaded<T>(load: () => Promise<T>, onFailed: () => void): T | null {
  const [loaded, setLoaded] = useState<{ module: T } | null>(null);
  const failed = useRef(onFailed);
  useEffect(() => {
    failed.current = onFailed;
  });
  useEffect(() => {
    let over = false;
    load().then(
      (module) => {
        if (!over) setLoaded({ module });
      },
      () => {
        if (!over) failed.current();
      },
    );
    return () => {
      over = true;
    };
  }, [load]);
  return loaded?.module ?? null;
}
