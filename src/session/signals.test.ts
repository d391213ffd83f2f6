import { describe, expect, it } from 'vitest';
import { createPageSignals } from './signals.ts';

function setUp(visibilityState = 'visible') {
  const scope = Object.assign(new EventTarget(), { navigator: { onLine: true } });
  const page = Object.assign(new EventTarget(), { visibilityState });
  const heard: string[] = [];
  const signals = createPageSignals(scope, page);
  const stop = signals.subscribe((signal) => heard.push(signal));
  return { scope, page, heard, signals, stop };
}

describe('page signals', () => {
  it('tells of the network, of being seen, and of coming back from the back/forward cache', () => {
    const { scope, page, heard } = setUp();
    scope.dispatchEvent(new Event('online'));
    scope.dispatchEvent(new Event('focus'));
    page.dispatchEvent(new Event('visibilitychange'));
    page.dispatchEvent(new Event('resume'));
    scope.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }));
    expect(heard).toEqual(['online', 'shown', 'shown', 'shown', 'returned']);
  });

  it('says nothing of a first load, of being hidden, or after it was stopped', () => {
    const { scope, page, heard, stop } = setUp('hidden');
    scope.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: false }));
    page.dispatchEvent(new Event('visibilitychange'));
    stop();
    scope.dispatchEvent(new Event('online'));
    expect(heard).toEqual([]);
  });

  it('works in a worker, which has no page', () => {
    const scope = Object.assign(new EventTarget(), { navigator: { onLine: false } });
    const signals = createPageSignals(scope);
    expect([signals.visible(), signals.online()]).toEqual([false, false]);
  });
});
