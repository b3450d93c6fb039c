import type { Stack } from './stack.ts';

/** Where the outline of a lesion is. */
export type MaskSource =
  | {
      readonly kind: 'seg' | 'rtstruct';
      readonly path: string;
      readonly instance: string;
      readonly frameOfReference: string;
    }
  /** A NIfTI volume. */
  | { readonly kind: 'volume'; readonly path: string; readonly instance: string; readonly stack: Stack };
