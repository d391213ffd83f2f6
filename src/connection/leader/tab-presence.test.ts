import { describe, expect, it } from 'vitest';
import { tabLockName } from '../../shared/line-messages.ts';
import { createFakeClock, flush } from '../../shared/test-doubles.ts';
import { createFakeLocks } from '../test-doubles.ts';
import { createTabPresence } from './tab-presence.ts';

function setUp() {
  const clock = createFakeClock();
  const locks = createFakeLocks();
  const gone: string[] = [];
  const presence = createTabPresence({
    locks: locks.of('leader'),
    clock,
    onGone: (tab) => void gone.push(tab),
  });
  async function open(tab: string): Promise<void> {
    void locks.of(tab).request(tabLockName(tab), () => new Promise(() => {}));
    await flush();
    presence.seen(tab, true);
    await flush();
  }
  return { clock, locks, gone, presence, open };
}

describe('the presence of tabs', () => {
  it('notices at once that a tab ended without a word, and no other', async () => {
    const { clock, locks, gone, open } = setUp();
    await open('one');
    await open('two');
    clock.advance(3_600_000);
    expect(gone).toEqual([]);
    locks.end('one');
    await flush();
    expect(gone).toEqual(['one']);
  });

  it('keeps a tab that is frozen, and forgets it once', async () => {
    const { clock, locks, gone, presence, open } = setUp();
    await open('one');
    locks.freeze('one');
    clock.advance(3_600_000);
    await flush();
    expect(gone).toEqual([]);
    presence.left('one');
    locks.end('one');
    await flush();
    expect(gone).toEqual(['one']);
  });

  it('queues on the lock of a tab as soon as it holds one, and no longer counts its silence', async () => {
    const { clock, locks, gone, presence, open } = setUp();
    presence.seen('one', false);
    await open('one');
    clock.advance(3_600_000);
    await flush();
    expect(gone).toEqual([]);
    locks.end('one');
    await flush();
    expect(gone).toEqual(['one']);
  });

  it('knows a tab again that came back after its good-bye', async () => {
    const { locks, gone, presence, open } = setUp();
    await open('one');
    presence.left('one');
    presence.seen('one', true);
    await flush();
    locks.end('one');
    await flush();
    expect(gone).toEqual(['one', 'one']);
  });

  it('gives a tab without locks two minutes of silence', () => {
    const { clock, gone, presence } = setUp();
    presence.seen('old', false);
    clock.advance(120_000);
    presence.seen('old', false);
    clock.advance(129_999);
    expect(gone).toEqual([]);
    clock.advance(1);
    expect(gone).toEqual(['old']);
  });

  it('lets go of every lock that it waits for when the leader ends', async () => {
    const { locks, gone, presence, open } = setUp();
    await open('one');
    presence.close();
    expect((await locks.of('leader').query()).pending).toEqual([]);
    locks.end('one');
    await flush();
    expect(gone).toEqual([]);
  });
});
