/** A closed outline in pixels: the centre of the first pixel is 0, 0. */
export type Outline = readonly (readonly [column: number, row: number])[];

/**
 * Fills outlines: a pixel counts when its centre lies inside, by the even-odd rule over all outlines, so that one within another
 * is a hole; one that is there twice counts once, else it would be a hole in itself. A centre on an edge counts at the left and upper edges.
 */
export function filled(outlines: readonly Outline[], columns: number, rows: number): Uint8Array {
  const once = [...new Map(outlines.map((one) => [JSON.stringify(one), one])).values()];
  const out = new Uint8Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    const crossings = once.flatMap((outline) => crossingsOf(outline, row)).sort((a, b) => a - b);
    for (let i = 0; i + 1 < crossings.length; i += 2) {
      const from = Math.max(0, Math.ceil(crossings[i] as number));
      const to = Math.min(columns, Math.ceil(crossings[i + 1] as number));
      if (from < to) out.fill(1, row * columns + from, row * columns + to);
    }
  }
  return out;
}

function crossingsOf(outline: Outline, row: number): number[] {
  return outline.flatMap(([x, y], i) => {
    const [nextX, nextY] = outline[(i + 1) % outline.length] as readonly [number, number];
    if (y <= row === nextY <= row) return [];
    return [x + ((row - y) / (nextY - y)) * (nextX - x)];
  });
}
