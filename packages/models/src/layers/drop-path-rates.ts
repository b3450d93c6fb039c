/** Stochastic depth of each block: from 0 for the first, rising evenly to `last` for the last. */
export function dropPathRates(last: number, depths: readonly number[]): number[][] {
  const blocks = depths.reduce((sum, depth) => sum + depth, 0);
  let index = 0;
  return depths.map((depth) =>
    Array.from({ length: depth }, () => (blocks > 1 ? (last * index++) / (blocks - 1) : 0)),
  );
}
