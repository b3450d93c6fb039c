import type { Stack } from './stack.ts';

export type MaskSource =
  | {
      readonly kind: 'seg' | 'rtstruct';
      readonly path: string;
      readonly instance: string;
      readonly frameOfReference: string;
    }
  /** A NIfTI volume. */
  | { readonly kind: 'volume'; readonly path: string; readonly instance: string; readonly stack: Stack };
