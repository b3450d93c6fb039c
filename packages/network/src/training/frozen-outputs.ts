import { totalmem } from 'node:os';
import type { ImageModel } from '@radweave/models';
import { dtypeInfo, F, noGrad, type Tensor, tidy } from '@radweave/torch';
import { type Compute, inferenceBatch } from '../compute/compute.ts';
import { underPrecision } from '../compute/under-precision.ts';
import { epochOrder, makeBatch, type Normalisation } from '../slices/batches.ts';
import { paced } from '../slices/inference.ts';
import type { SliceSet } from '../slices/slice-pixels.ts';

/** Share of the total memory. Not of the free memory: a resumed run could then decide differently. */
const MEMORY_SHARE = 1 / 4;

/** What {@link FrozenOutputs.prepare} tells and asks. */
export interface PreparationEvents {
  onProgress(done: number, total: number): void;
  shouldStop(): boolean;
}

/**
 * What the frozen stages make of slices that are not augmented: the same in every epoch, so it is computed once and kept in
 * memory. On a CPU only: a GPU has less memory and more speed.
 */
export class FrozenOutputs {
  private readonly model: ImageModel;
  private readonly normalisation: Normalisation;
  private readonly compute: Compute;
  /** Null for a set that does not fit. */
  private readonly sets = new Map<SliceSet, readonly Tensor[] | null>();
  private free: number;

  constructor(
    model: ImageModel,
    normalisation: Normalisation,
    compute: Compute,
    bytes: number = memory() * MEMORY_SHARE,
  ) {
    this.model = model;
    this.normalisation = normalisation;
    this.compute = compute;
    this.free = model.frozenStages > 0 && compute.device === 'cpu' ? bytes : 0;
  }

  /**
   * Computes the outputs of a set's slices unless they are there or do not fit in the memory allowed: then training goes
   * on without. Always in the same order and batches, so that a resumed run has the same bits.
   *
   * @returns false when told to stop.
   */
  async prepare(set: SliceSet, events: PreparationEvents): Promise<boolean> {
    if (this.free === 0 || this.sets.has(set)) return true;
    const { length } = set.table;
    const outputs: Tensor[] = [];
    let bytes = 0;
    const pace = {
      batchSize: inferenceBatch(length, this.compute),
      beforeBatch: () => undefined,
      onProgress: (done: number, total: number) => events.onProgress(done, total),
    };
    for await (const positions of paced(epochOrder(length, 0, 0, false), pace)) {
      if (events.shouldStop()) {
        dispose(outputs);
        return false;
      }
      outputs.push(...this.computed(set, positions));
      bytes = length * (outputs[0] === undefined ? 0 : bytesOf(outputs[0]));
      if (bytes > this.free) {
        dispose(outputs);
        this.sets.set(set, null);
        return true;
      }
    }
    this.free -= bytes;
    this.sets.set(set, outputs);
    return true;
  }

  /** The outputs of the slices at `positions`, as {@link ImageModel.forwardFrozen} gives them; null when not kept. */
  of(set: SliceSet, positions: ArrayLike<number>): Tensor | null {
    const outputs = this.sets.get(set) ?? null;
    if (outputs === null) return null;
    return F.cat(Array.from(positions, (position) => outputs[position] as Tensor));
  }

  dispose(): void {
    for (const outputs of this.sets.values()) dispose(outputs ?? []);
    this.sets.clear();
    this.free = 0;
  }

  /** One tensor [1, …] per slice. */
  private computed({ pixels }: SliceSet, positions: Uint32Array): Tensor[] {
    const { model, normalisation, compute } = this;
    return noGrad(() =>
      tidy(() => {
        const batch = makeBatch(pixels, positions, normalisation, compute);
        const output = underPrecision(compute, () => model.forwardFrozen(batch));
        return Array.from(positions, (_, i) => output.narrow(0, i, 1).clone().keep());
      }),
    );
  }
}

function dispose(outputs: readonly Tensor[]): void {
  for (const output of outputs) output.dispose();
}

function bytesOf({ numel, dtype }: Tensor): number {
  return numel * dtypeInfo(dtype).bytes;
}

/** Memory in bytes that this process may use. */
function memory(): number {
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}
