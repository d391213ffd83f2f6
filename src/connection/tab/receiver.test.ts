import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { comparePositions, type EventRecord } from '../../shared/log.ts';
import { createReceiver } from './receiver.ts';

const record = (epoch: number, n: number): EventRecord => ({
  epoch,
  n,
  channel: 'default/a',
  event: `"${epoch}.${n}"`,
  receivedAt: 0,
});

/** A log, and the announcements that a leader made of it: some are lost, some come twice, epochs change. */
const history = fc
  .array(fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 8 }), { minLength: 1, maxLength: 4 })
  .map((epochs) =>
    epochs.flatMap((batches, index) => {
      let n = 0;
      return batches.map((size) => {
        const records = Array.from({ length: size }, () => record(index + 1, ++n));
        return { epoch: index + 1, from: records[0]?.n ?? 1, records };
      });
    }),
  );

describe('the receiver', () => {
  it('delivers each event once and in order, whatever announcements are lost, doubled or overtaken by reading', async () => {
    await fc.assert(
      fc.asyncProperty(
        history,
        fc.infiniteStream(fc.constantFrom('hear', 'lose', 'double', 'beat')),
        async (batches, fate) => {
          const log: EventRecord[] = [];
          const got: EventRecord[] = [];
          const receiver = createReceiver({
            read: async (after, until) => {
              await Promise.resolve();
              return log.filter((r) => comparePositions(r, after) > 0 && comparePositions(r, until) <= 0);
            },
            deliver: (records) => got.push(...records),
          });
          receiver.reached(1, 0);
          for (const { epoch, from, records } of batches) {
            log.push(...records);
            const luck = fate.next().value;
            if (luck === 'hear' || luck === 'double') receiver.events(epoch, from, records);
            if (luck === 'double') receiver.events(epoch, from, records);
            if (luck === 'beat') receiver.reached(epoch, log.at(-1)?.n ?? 0);
            if (fate.next().value === 'lose') await Promise.resolve();
          }
          const last = log.at(-1);
          if (last !== undefined) receiver.reached(last.epoch, last.n);
          for (let turn = 0; turn < 200; turn += 1) await Promise.resolve();
          expect(got).toEqual(log);
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('begins where the leader is, not at the beginning of the log', () => {
    const got: EventRecord[] = [];
    const receiver = createReceiver({ read: async () => [], deliver: (records) => got.push(...records) });
    receiver.reached(3, 10);
    receiver.events(3, 11, [record(3, 11)]);
    expect(got).toEqual([record(3, 11)]);
  });

  it('takes nothing from a leader of an older epoch', () => {
    const got: EventRecord[] = [];
    const receiver = createReceiver({ read: async () => [], deliver: (records) => got.push(...records) });
    receiver.reached(5, 0);
    receiver.events(4, 1, [record(4, 1)]);
    expect(got).toEqual([]);
  });
});
