/** Several runs of one figure: their median, and how far they lie apart. */

export interface Spread {
  median: number;
  min: number;
  max: number;
  /** In the order in which they were taken. */
  runs: number[];
}

/** @throws Error when there is no run at all, or one that is no number. */
export function spread(runs: readonly number[]): Spread {
  if (runs.length === 0 || runs.some(Number.isNaN)) {
    throw new Error(
      `Runs of a measurement must be numbers, and there must be one at least, but are [${runs}].`,
    );
  }
  const sorted = runs.toSorted((a, b) => a - b);
  return {
    median: quantile(sorted, 0.5),
    min: quantile(sorted, 0),
    max: quantile(sorted, 1),
    runs: [...runs],
  };
}

/** The value below which `part` (0 to 1) of the values lie; of an even number's middle two the lower. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? Number.NaN;
}
