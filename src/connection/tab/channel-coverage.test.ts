import { describe, expect, it } from 'vitest';
import { flush } from '../../shared/test-doubles.ts';
import { createMemoryHistory } from '../../store/memory-history.ts';
import { createChannelCoverage } from './channel-coverage.ts';

function setUp() {
  const { coverage: log } = createMemoryHistory();
  const state = { live: true, reads: 0 };
  const coverage = createChannelCoverage({
    log: {
      read(channel) {
        state.reads += 1;
        return log.read(channel);
      },
    },
    live: () => state.live,
  });
  return { log, state, coverage };
}

describe('the coverage of a channel', () => {
  it('is read when somebody follows it, and again when it changed', async () => {
    const { log, state, coverage } = setUp();
    await log.put(1, [{ channel: 'a', from: 0, to: 10, endedBy: 'offline' }]);
    const a = coverage.of('a');
    expect(a.get().loading).toBe(true);
    expect(state.reads).toBe(0);
    const off = a.subscribe(() => {});
    await flush();
    expect(a.get()).toMatchObject({
      loading: false,
      live: true,
      intervals: [{ from: 0, to: 10, endedBy: 'offline' }],
      gaps: [],
    });
    await log.put(1, [{ channel: 'a', from: 50, to: 60, endedBy: null }]);
    state.live = false;
    coverage.refresh((channel) => channel === 'b');
    await flush();
    expect(a.get().intervals).toHaveLength(1);
    coverage.refresh((channel) => channel === 'a');
    await flush();
    expect(a.get()).toMatchObject({
      live: false,
      gaps: [
        { channel: 'a', from: 10, to: 50, cause: 'offline' },
        { channel: 'a', from: 60, to: null, cause: 'leader-lost' },
      ],
    });
    off();
    off();
    coverage.refresh(() => true);
    await flush();
    expect(state.reads).toBe(2);
  });

  it('is one for all who follow it, and read once more for any number of changes during a read', async () => {
    const { log, state, coverage } = setUp();
    const offs = [coverage.of('a').subscribe(() => {}), coverage.of('a').subscribe(() => {})];
    for (let change = 0; change < 9; change += 1) coverage.refresh(() => true);
    await log.put(1, [{ channel: 'a', from: 0, to: 10, endedBy: null }]);
    await flush();
    expect(state.reads).toBe(2);
    expect(coverage.of('a').get().intervals).toHaveLength(1);
    for (const off of offs) off();
    coverage.refresh(() => true);
    await flush();
    expect(state.reads).toBe(2);
  });
});
