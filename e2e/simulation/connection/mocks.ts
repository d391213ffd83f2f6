/** The modules of the product that the simulation stands in for: time, opening the database, and loading code. */
import type * as LazyHosts from '../../../src/connection/hosts/lazy-host.ts';
import type * as Databases from '../../../src/store/database.ts';
import { simulated } from './globals.ts';

/** How the product opens a database; set when its module is loaded. */
export const realDatabases: { create: typeof Databases.createDatabase } = {
  create: () => {
    throw new Error('The module of the database is not mocked.');
  },
};

export const mockClock = () => ({ createSystemClock: () => simulated.clock() });

export async function mockDatabase(original: () => Promise<typeof Databases>): Promise<typeof Databases> {
  const actual = await original();
  realDatabases.create = actual.createDatabase;
  return { ...actual, createDatabase: () => simulated.database() };
}

/** The simulation's time stands still while code is loaded. */
export async function mockLazyHost(original: () => Promise<typeof LazyHosts>): Promise<typeof LazyHosts> {
  const actual = await original();
  return {
    createLazyHost: (kind, load) => actual.createLazyHost(kind, () => simulated.loading(load())),
  };
}
