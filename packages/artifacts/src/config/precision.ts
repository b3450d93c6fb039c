/**
 * How networks are computed. `fp32` computes as libtorch does by default; `fp32-winograd` is float32 too, with Winograd's
 * algorithm for 3×3 convolutions; `bf16` multiplies in bfloat16.
 */
export const PRECISIONS = ['fp32', 'fp32-winograd', 'bf16'] as const;
export type Precision = (typeof PRECISIONS)[number];
