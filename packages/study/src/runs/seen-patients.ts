import type { Remark } from '@radweave/remarks';

/** Whom a network has seen, itself or in the checkpoints it was started from. Hashes of patient IDs. */
export interface SeenPatients {
  trained: ReadonlySet<string>;
  /** Those its epoch was chosen on. */
  selected: ReadonlySet<string>;
  /** What is not known. */
  gaps: readonly Remark[];
}

/** Tells whom the network of a checkpoint file has seen; the reason when the file does not say. */
export interface SeenReader {
  seenBy(path: string): Promise<SeenPatients | Remark>;
}
