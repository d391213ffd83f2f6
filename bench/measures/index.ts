/** Every measurement, in the order of the table. */
import type { Measure } from '../support/measure.ts';
import { sharing } from './sharing.ts';

export const MEASURES: readonly Measure[] = [sharing];
