import type { Matrix } from '../core/matrix.ts';

/** Points at (nearly) one place are one leaf from this depth on. */
const MOST_DEPTH = 40;

/** A cell acts as one body on points from which it looks at most this wide (scikit-learn's `angle`). */
const ANGLE = 0.5;

/**
 * A quadtree of points in the plane: cells in the order in which a walk from the root meets them, so that a walk needs no stack
 * (Barnes & Hut 1986). Built again for each set of points in the same memory.
 */
export class Quadtree {
  private readonly order: Int32Array;
  private readonly sorted: Int32Array;
  private size = 0;
  private mass: Float64Array;
  private centreX: Float64Array;
  private centreY: Float64Array;
  /** (width / angle)²; −1 of a leaf, which acts as one body on everybody. */
  private reach: Float64Array;
  /** The next cell that is not within this one. */
  private after: Int32Array;

  constructor(points: number) {
    this.order = new Int32Array(points);
    this.sorted = new Int32Array(points);
    const cells = 4 * points + 64;
    this.mass = new Float64Array(cells);
    this.centreX = new Float64Array(cells);
    this.centreY = new Float64Array(cells);
    this.reach = new Float64Array(cells);
    this.after = new Int32Array(cells);
  }

  /** @param y points × 2. */
  build({ data: y, rows }: Matrix): void {
    let [left, right, bottom, top] = [y[0] as number, y[0] as number, y[1] as number, y[1] as number];
    for (let i = 0; i < rows; i++) {
      this.order[i] = i;
      left = Math.min(left, y[2 * i] as number);
      right = Math.max(right, y[2 * i] as number);
      bottom = Math.min(bottom, y[2 * i + 1] as number);
      top = Math.max(top, y[2 * i + 1] as number);
    }
    this.size = 0;
    const half = Math.max(right - left, top - bottom) / 2;
    this.divide(y, 0, rows, (left + right) / 2, (bottom + top) / 2, half, 0);
  }

  /** Makes the cell of the points `order[from … to)`, and those within it. */
  private divide(
    y: Float64Array,
    from: number,
    to: number,
    x0: number,
    y0: number,
    half: number,
    depth: number,
  ): void {
    const cell = this.newCell();
    let sumX = 0;
    let sumY = 0;
    for (let at = from; at < to; at++) {
      const point = this.order[at] as number;
      sumX += y[2 * point] as number;
      sumY += y[2 * point + 1] as number;
    }
    this.mass[cell] = to - from;
    this.centreX[cell] = sumX / (to - from);
    this.centreY[cell] = sumY / (to - from);
    const isLeaf = to - from === 1 || depth === MOST_DEPTH;
    this.reach[cell] = isLeaf ? -1 : ((2 * half) / ANGLE) ** 2;
    if (!isLeaf) {
      const ends = this.sortByQuadrant(y, from, to, x0, y0);
      let start = from;
      for (let q = 0; q < 4; q++) {
        const end = ends[q] as number;
        const quarter = half / 2;
        const nextX = q % 2 === 0 ? x0 - quarter : x0 + quarter;
        const nextY = q < 2 ? y0 - quarter : y0 + quarter;
        if (end > start) this.divide(y, start, end, nextX, nextY, quarter, depth + 1);
        start = end;
      }
    }
    this.after[cell] = this.size;
  }

  /** @returns where the points of each quadrant end. */
  private sortByQuadrant(
    y: Float64Array,
    from: number,
    to: number,
    x0: number,
    y0: number,
  ): readonly number[] {
    const { order, sorted } = this;
    const quadrant = (point: number): number =>
      ((y[2 * point] as number) > x0 ? 1 : 0) + ((y[2 * point + 1] as number) > y0 ? 2 : 0);
    let [first, second, third] = [0, 0, 0];
    for (let at = from; at < to; at++) {
      const q = quadrant(order[at] as number);
      if (q === 0) first++;
      else if (q === 1) second++;
      else if (q === 2) third++;
    }
    const next = [from, from + first, from + first + second, from + first + second + third];
    for (let at = from; at < to; at++) {
      const point = order[at] as number;
      const q = quadrant(point);
      const place = next[q] as number;
      sorted[place] = point;
      next[q] = place + 1;
    }
    order.set(sorted.subarray(from, to), from);
    return next;
  }

  private newCell(): number {
    if (this.size === this.mass.length) this.grow();
    return this.size++;
  }

  private grow(): void {
    const larger = <T extends Float64Array | Int32Array>(old: T): T => {
      const made = new (old.constructor as new (length: number) => T)(2 * old.length);
      made.set(old);
      return made;
    };
    this.mass = larger(this.mass);
    this.centreX = larger(this.centreX);
    this.centreY = larger(this.centreY);
    this.reach = larger(this.reach);
    this.after = larger(this.after);
  }

  /**
   * Σ w² (yᵢ − y) over all other points for each point i, w = 1 / (1 + |yᵢ − y|²) being Student's kernel.
   *
   * @param forces points × 2, filled.
   * @returns Σ w over all pairs, both ways.
   */
  repulsion({ data: y, rows }: Matrix, forces: Float64Array): number {
    const { mass, centreX, centreY, reach, after, size } = this;
    let total = 0;
    for (let i = 0; i < rows; i++) {
      const x = y[2 * i] as number;
      const z = y[2 * i + 1] as number;
      let forceX = 0;
      let forceY = 0;
      let own = 0;
      for (let cell = 0; cell < size; ) {
        const dx = x - (centreX[cell] as number);
        const dy = z - (centreY[cell] as number);
        const distance = dx * dx + dy * dy;
        if (distance <= (reach[cell] as number)) {
          cell++;
          continue;
        }
        const w = 1 / (1 + distance);
        const pull = (mass[cell] as number) * w;
        own += pull;
        forceX += pull * w * dx;
        forceY += pull * w * dy;
        cell = after[cell] as number;
      }
      // The point met itself, at distance 0.
      total += own - 1;
      forces[2 * i] = forceX;
      forces[2 * i + 1] = forceY;
    }
    return total;
  }
}
