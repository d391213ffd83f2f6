import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../shared/test-doubles.ts';
import type { Contender } from '../leader/contend.ts';
import type { Offer } from '../leader/succeed.ts';
import { createFakeLocks } from '../test-doubles.ts';
import { createTabHost } from './tab-host.ts';

type Tabs = Record<string, { wants: string[]; visible: boolean; locked: boolean }>;
const tab = (visible: boolean) => ({ wants: [], visible, locked: true });

function setUp(kind: 'elected-tab' | 'own-tab' = 'elected-tab') {
  const clock = createFakeClock();
  const acts: string[] = [];
  let tabs: Tabs = { a: tab(true), b: tab(false), c: tab(true) };
  const contender: Contender = {
    leading: () => true,
    release: async () => void acts.push('release'),
    again: () => void acts.push('again'),
    succeed: (offer) => void acts.push(offer === undefined ? 'succeed' : 'succeed as offered'),
    steal: () => void acts.push('steal'),
    offer(fits) {
      const found = Object.entries(tabs).find(([name, about]) => fits(name, about))?.[0] ?? null;
      if (found !== null) acts.push(`offer ${found}`);
      return found;
    },
    renew: () => void acts.push('renew'),
  };
  const host = createTabHost({
    kind,
    contender,
    locks: kind === 'own-tab' ? null : createFakeLocks().of('me'),
    clock,
    visible: true,
    tokens: { get: () => Promise.reject(new Error('none')), onSignedOut: () => () => {}, wake() {} },
  });
  acts.length = 0;
  return {
    host,
    clock,
    acts,
    setTabs(next: Tabs) {
      tabs = next;
    },
  };
}

const offer: Offer = { v: 1, t: 'estate', epoch: 1, to: 'me', tabs: {} };

describe('a leading tab that is hidden', () => {
  it('offers the lead to a visible one after 10 s, and to the next when that one does not take it', () => {
    const { host, clock, acts } = setUp();
    host.visibility(false);
    clock.advance(9_999);
    expect(acts).toEqual([]);
    clock.advance(1);
    expect(acts).toEqual(['offer a']);
    clock.advance(16_000);
    expect(acts).toEqual(['offer a', 'offer c']);
    clock.advance(42_000);
    expect(acts.slice(2, 4)).toEqual(['offer a', 'offer c']);
  });

  it('keeps it while nobody else is visible, and offers it when somebody is', () => {
    const { host, clock, acts, setTabs } = setUp();
    setTabs({ b: tab(false) });
    host.visibility(false);
    clock.advance(60_000);
    expect(acts).toEqual([]);
    setTabs({ b: tab(true) });
    clock.advance(10_000);
    expect(acts).toEqual(['offer b']);
  });

  it('keeps it when it is visible again in time, has no tabs to share with, or is closed', () => {
    const { host, clock, acts } = setUp();
    host.visibility(false);
    clock.advance(9_000);
    host.visibility(true);
    clock.advance(60_000);
    expect(acts).toEqual([]);
    host.visibility(false);
    host.close();
    clock.advance(60_000);
    expect(acts).toEqual(['release']);

    const own = setUp('own-tab');
    own.host.visibility(false);
    own.clock.advance(60_000);
    expect(own.acts).toEqual([]);
  });
});

describe('the host in a tab', () => {
  it('takes an offer only while it is visible and here', () => {
    const { host, acts } = setUp();
    host.offered(offer);
    expect(acts).toEqual(['succeed as offered']);
    host.visibility(false);
    host.offered(offer);
    host.visibility(true);
    host.suspend();
    host.offered(offer);
    expect(acts).toEqual(['succeed as offered', 'release']);
  });

  it('queues behind whoever leads, but not while the page is away', () => {
    const { host, acts } = setUp();
    host.heard();
    expect(acts).toEqual(['again']);
    host.suspend();
    host.heard();
    expect(acts).toEqual(['again', 'release']);
    host.resume();
    host.heard();
    expect(acts).toEqual(['again', 'release', 'again', 'again']);
  });

  it('leaves the lead, where there are no locks, to a newer leader that it hears', () => {
    const { host, acts } = setUp('own-tab');
    host.heard();
    expect(acts).toEqual([]);
    host.silent();
    expect(acts).toEqual(['again']);
  });

  it('leads when asked to, with consent or by force', () => {
    const { host, acts } = setUp();
    expect([host.lead('with-consent'), host.lead('by-force')]).toEqual([true, true]);
    host.renew(7);
    expect(acts).toEqual(['succeed', 'steal', 'renew']);
  });
});
