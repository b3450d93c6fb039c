import { F, tidy } from '@radweave/torch';
import type { BatchResult } from './network.ts';

/** A batch's results as numbers. */
export interface ReadResult {
  positions: Uint32Array;
  loss: number;
  /** [batch, K], row by row. */
  probabilities: Float32Array;
}

/** Results of batches that stay where they were computed until they are read together: reading waits for the device. */
export class UnreadResults {
  private waiting: (BatchResult & { positions: Uint32Array })[] = [];

  /** Takes over the tensors. */
  add(positions: Uint32Array, { loss, probabilities }: BatchResult): void {
    this.waiting.push({ positions, loss: loss.keep(), probabilities: probabilities.keep() });
  }

  get count(): number {
    return this.waiting.length;
  }

  /** Everything added since the last time, in order. */
  read(): ReadResult[] {
    const { waiting } = this;
    if (waiting.length === 0) return [];
    this.waiting = [];
    const [losses, all] = tidy(() => [
      F.stack(waiting.map(({ loss }) => loss)).toFloat32Array(),
      F.cat(waiting.map(({ probabilities }) => probabilities)).toFloat32Array(),
    ]);
    const classes = waiting[0]?.probabilities.size(1) ?? 0;
    for (const { loss, probabilities } of waiting) {
      loss.dispose();
      probabilities.dispose();
    }
    let from = 0;
    return waiting.map(({ positions }, i) => {
      const probabilities = all.subarray(from, from + positions.length * classes);
      from += positions.length * classes;
      return { positions, loss: losses[i] ?? Number.NaN, probabilities };
    });
  }
}
