import { describe, expect, it } from 'vitest';
import { createOpenedRecords } from './opened-records.ts';
import type { SessionRecord } from './record.ts';
import { createTicket } from './ticket.ts';

const record = { sub: 'ada' } as SessionRecord;

describe('opened records', () => {
  it('are answered for the version that the store names, and for no other', () => {
    const records = createOpenedRecords();
    const ticket = createTicket();
    records.set(ticket, 3, record);
    expect(records.get(ticket, 3)).toBe(record);
    expect(records.get(ticket, 4)).toBeNull();
    expect(records.get(ticket, 2)).toBeNull();
  });

  it('are for nobody with another key: whoever guessed the id has nothing', () => {
    const records = createOpenedRecords();
    const ticket = createTicket();
    records.set(ticket, 1, record);
    expect(records.get({ ...ticket, key: createTicket().key }, 1)).toBeNull();
  });

  it('are gone with their session', () => {
    const records = createOpenedRecords();
    const ticket = createTicket();
    records.set(ticket, 1, record);
    records.drop(ticket.idHash);
    expect(records.get(ticket, 1)).toBeNull();
  });

  it('are bounded', () => {
    const records = createOpenedRecords(2);
    const tickets = [createTicket(), createTicket(), createTicket()];
    for (const ticket of tickets) records.set(ticket, 1, record);
    expect(tickets.map((ticket) => records.get(ticket, 1) !== null)).toEqual([false, true, true]);
  });
});
