import type { ImageModel } from '@radweave/models';

/** What is computed again and again: `auto` is decided for it alone. */
export interface Workload {
  readonly purpose: 'train' | 'extract';
  /** Architecture. */
  readonly model: string;
  readonly classes: number;
  /** Side of a slice in pixels. */
  readonly imageSize: number;
  /** Slices that go through the network at once. */
  readonly batch: number;
  readonly frozenStages: number;
  /** Whether a step begins with what the frozen stages gave, which is kept. */
  readonly keepsFrozen: boolean;
  /** A network of this kind with random weights, its frozen stages frozen: it takes as long as the real one. */
  build(): ImageModel;
}

/** What tells pieces of work of one study apart: of the same network for the same purpose, all are computed alike. */
export type WorkName = Pick<Workload, 'purpose' | 'model' | 'frozenStages'>;
