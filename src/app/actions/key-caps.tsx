/** Keys as they are printed on a keyboard. */
import { keyCaps } from './keys.ts';

const apple = typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.userAgent);

export function KeyCaps({ keys }: { keys: string }) {
  return (
    <span className="key-caps">
      {keyCaps(keys, apple).map((cap) => (
        <kbd key={cap}>{cap}</kbd>
      ))}
    </span>
  );
}
