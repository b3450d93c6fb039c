import { type RecordedGraph, type RecordingDevice, type Tensor, tidy, zeros } from '@radweave/torch';
import type { BatchResult } from './network.ts';

/** A whole training step in two halves. */
export interface SplitStep {
  /** What is done on the host before each step: counts, learning rates. */
  prepare(): void;
  /** The rest, from batch and targets to updated parameters; leaves no gradients behind. */
  run(batch: Tensor, targets: Tensor): BatchResult;
  /** Removes what an attempt that failed has left. */
  clean(): void;
}

/** Where a recorded step finds its input and leaves its results. */
interface StepMemory extends BatchResult {
  batch: Tensor;
  targets: Tensor;
}

/** Batches that are computed as they come before one is recorded: they choose kernels and make the optimizer's state. */
const WARM_UP = 3;

/**
 * Recognises that every step launches the same work, and lets it be launched in one call: on a fast GPU most of a step is
 * launching. The first batches, those of another size, and all of a network that cannot be recorded go the usual way. The numbers
 * are the same.
 */
export class RecordedStep {
  private readonly device: RecordingDevice;
  private readonly batchSize: number;
  private readonly classes: number;
  private readonly step: SplitStep;
  private readonly onRefused: (why: string) => void;
  private warm = 0;
  private refused = false;
  private memory: StepMemory | undefined;
  private graph: RecordedGraph | undefined;

  constructor(
    device: RecordingDevice,
    sizes: { batchSize: number; classes: number },
    step: SplitStep,
    onRefused: (why: string) => void,
  ) {
    this.device = device;
    this.batchSize = sizes.batchSize;
    this.classes = sizes.classes;
    this.step = step;
    this.onRefused = onRefused;
  }

  /** Whether {@link run} takes a batch of this size now; asked once for each batch. */
  takes(slices: number): boolean {
    if (this.refused || slices !== this.batchSize) return false;
    return this.warm++ >= WARM_UP;
  }

  run(batch: Tensor, targets: Tensor): BatchResult {
    this.step.prepare();
    const failed = this.graph === undefined ? this.record(batch, targets) : null;
    const { memory, graph } = this;
    if (memory === undefined || graph === undefined) {
      this.onRefused(String(failed));
      return this.step.run(batch, targets);
    }
    memory.batch.copy_(batch);
    memory.targets.copy_(targets);
    graph.replay();
    return { loss: memory.loss.clone(), probabilities: memory.probabilities.clone() };
  }

  /** Records the step on memory of its own; why it cannot be recorded, or null. */
  private record(batch: Tensor, targets: Tensor): string | null {
    const { device } = batch;
    const memory: StepMemory = {
      batch: batch.clone().keep(),
      targets: targets.clone().keep(),
      loss: zeros([], { device }).keep(),
      probabilities: zeros([this.batchSize, this.classes], { device }).keep(),
    };
    try {
      this.graph = this.device.record(() =>
        tidy(() => {
          const { loss, probabilities } = this.step.run(memory.batch, memory.targets);
          memory.loss.copy_(loss);
          memory.probabilities.copy_(probabilities);
        }),
      );
      this.memory = memory;
      return null;
    } catch (error) {
      for (const tensor of Object.values(memory)) tensor.dispose();
      this.refused = true;
      this.step.clean();
      return error instanceof Error ? error.message : String(error);
    }
  }

  dispose(): void {
    this.graph?.dispose();
    for (const tensor of Object.values(this.memory ?? {})) tensor.dispose();
    this.graph = undefined;
    this.memory = undefined;
    this.refused = true;
  }
}
