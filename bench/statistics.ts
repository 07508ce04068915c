export const median = (values: readonly number[]): number => percentile(values, 50);

/** Nearest rank; 0 for no values. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((sorted.length * percent) / 100) - 1)] ?? 0;
}

export const geometricMean = (values: readonly number[]): number =>
  Math.exp(values.map(Math.log).reduce((sum, value) => sum + value, 0) / values.length);
