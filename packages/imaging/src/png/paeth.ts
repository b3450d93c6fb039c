/** The Paeth predictor (PNG specification, section 9.4) of the bytes to the left, above, and above to the left. */
export function predict(a: number, b: number, c: number): number {
  const costA = Math.abs(b - c);
  const costB = Math.abs(a - c);
  const costC = Math.abs(a + b - 2 * c);
  if (costA <= costB && costA <= costC) return a;
  return costB <= costC ? b : c;
}
