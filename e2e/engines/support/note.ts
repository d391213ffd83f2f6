/** What a scenario adds to its line of the table. */
import { test } from '@playwright/test';

const HOST = 'host';
const MEASURED = 'measured';

const LACKS = 'lacks';

/** Where the connection lived. */
export function noteHost(host: string): void {
  test.info().annotations.push({ type: HOST, description: host });
}

/** What the engine has not. */
export function noteLacks(what: readonly string[]): void {
  test.info().annotations.push({ type: LACKS, description: what.join(', ') || 'nothing of these' });
}

/** Anything else that was seen. */
export function noteSeen(what: string): void {
  test.info().annotations.push({ type: MEASURED, description: what });
}

/** A time that it took, milliseconds. */
export function noteTime(what: string, ms: number): void {
  noteSeen(`${what} ${Math.round(ms)} ms`);
}
