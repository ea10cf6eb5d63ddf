/** A power law through measured points. Pure arithmetic. */

export interface PowerFit {
  readonly exponent: number;
  /** Largest relative distance of a point from the fitted curve. */
  readonly deviation: number;
}

/** Least squares of log y over log x. Needs two different x; all numbers positive. */
export function powerFit(points: readonly (readonly [x: number, y: number])[]): PowerFit {
  const logs = points.map(([x, y]) => [Math.log(x), Math.log(y)] as const);
  const mean = (pick: (log: readonly [number, number]) => number) =>
    logs.reduce((sum, log) => sum + pick(log), 0) / logs.length;
  const [meanX, meanY] = [mean(([x]) => x), mean(([, y]) => y)];
  const exponent = mean(([x, y]) => (x - meanX) * (y - meanY)) / mean(([x]) => (x - meanX) ** 2);
  if (!Number.isFinite(exponent)) {
    throw new RangeError('power fit: expected positive points at two places or more, got others');
  }
  const deviation = Math.max(...logs.map(([x, y]) => Math.abs(Math.expm1(y - meanY - exponent * (x - meanX)))));
  return { exponent, deviation };
}
