import type { Matrix } from '@radweave/stats';

/** Class probabilities of a table's slices, filled batch by batch, and the mean loss over those seen. */
export class Predictions {
  readonly classes: number;
  /** [slices, classes]; rows not yet seen are NaN. */
  readonly probabilities: Float64Array;
  private lossSum = 0;
  private seen = 0;

  constructor(slices: number, classes: number) {
    this.classes = classes;
    this.probabilities = new Float64Array(slices * classes).fill(Number.NaN);
  }

  /** @param probabilities [batch, classes], row by row. */
  add(positions: ArrayLike<number>, probabilities: ArrayLike<number>, meanLoss: number): void {
    const { classes } = this;
    for (let i = 0; i < positions.length; i++) {
      const row = positions[i] ?? 0;
      for (let c = 0; c < classes; c++) {
        this.probabilities[row * classes + c] = probabilities[i * classes + c] ?? Number.NaN;
      }
    }
    this.lossSum += meanLoss * positions.length;
    this.seen += positions.length;
  }

  /** Slices without a prediction. */
  get missing(): number {
    return this.probabilities.length / this.classes - this.seen;
  }

  get loss(): number {
    return this.seen === 0 ? Number.NaN : this.lossSum / this.seen;
  }

  /** Mean probabilities of some slices, such as one patient's. */
  meanOver(positions: readonly number[]): Float64Array {
    const mean = new Float64Array(this.classes);
    for (const row of positions) {
      for (let c = 0; c < this.classes; c++) {
        mean[c] =
          (mean[c] ?? 0) + (this.probabilities[row * this.classes + c] ?? Number.NaN) / positions.length;
      }
    }
    return mean;
  }

  matrix(): Matrix {
    const { probabilities, classes } = this;
    return { data: probabilities, rows: probabilities.length / classes, columns: classes };
  }

  /** What resuming in the middle of an epoch needs. */
  get state(): { lossSum: number; seen: number; probabilities: Float64Array } {
    return { lossSum: this.lossSum, seen: this.seen, probabilities: this.probabilities };
  }
  set state(value: { lossSum: number; seen: number; probabilities: Float64Array }) {
    this.lossSum = value.lossSum;
    this.seen = value.seen;
    this.probabilities.set(value.probabilities);
  }
}
