/** What a scenario adds to its line of the table. */
import { test } from '@playwright/test';

export const HOST = 'host';
export const MEASURED = 'measured';

/** Where the connection lived. */
export function noteHost(host: string): void {
  test.info().annotations.push({ type: HOST, description: host });
}

/** A time that it took, milliseconds. */
export function noteTime(what: string, ms: number): void {
  test.info().annotations.push({ type: MEASURED, description: `${what} ${Math.round(ms)} ms` });
}
