import { describe, expect, it } from 'vitest';
import { keepLock } from './keep-lock.ts';
import { flush } from './test-doubles.ts';

/** Locks that are granted at once, and lost or refused when the test says so. */
function setUp() {
  const requests: { reject(error: unknown): void; ended: boolean }[] = [];
  const locks = {
    request: (_name: string, _options: object, work: () => Promise<void>) =>
      new Promise<void>((resolve, reject) => {
        const request = { reject, ended: false };
        requests.push(request);
        void work().then(() => {
          request.ended = true;
          resolve();
        });
      }),
  };
  return { locks, requests, lost: () => new DOMException('going away', 'AbortError') };
}

describe('a lock that is kept', () => {
  it('is taken again when the browser took it away', async () => {
    const { locks, requests, lost } = setUp();
    const held: string[] = [];
    const release = keepLock(locks, 'a', () => void held.push('held'));
    requests[0]?.reject(lost());
    await flush();
    expect([requests.length, held.length]).toEqual([2, 2]);
    release();
    await flush();
    expect(requests[1]?.ended).toBe(true);
  });

  it('is not taken again once it was let go', async () => {
    const { locks, requests, lost } = setUp();
    const release = keepLock(locks, 'a', () => {});
    release();
    requests[0]?.reject(lost());
    await flush();
    expect(requests.length).toBe(1);
  });

  it('says where locks are refused, and does not ask again', async () => {
    const { locks, requests } = setUp();
    const refused: string[] = [];
    keepLock(
      locks,
      'a',
      () => {},
      () => void refused.push('refused'),
    );
    requests[0]?.reject(new DOMException('not here', 'SecurityError'));
    await flush();
    expect([requests.length, refused.length]).toEqual([1, 1]);
  });
});
