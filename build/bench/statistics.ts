export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length === 0) return NaN;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/**
 * The median of the ratios of two series, pair by pair.
 *
 * Two values of one pair were measured within a second or two, so what the machine did to both cancels.
 */
export function medianRatio(values: readonly number[], base: readonly number[]): number {
  return median(values.map((value, i) => value / base[i]!));
}

/** The median of the differences of two series, pair by pair. */
export function medianDifference(values: readonly number[], base: readonly number[]): number {
  return median(values.map((value, i) => value - base[i]!));
}
