/**
 * How networks are computed. `fp32` is float32 on every device; `fp32-winograd` is float32 too, with Winograd's algorithm
 * for 3×3 convolutions; `tf32` lets a GPU shorten factors to 10 bits; `bf16` multiplies in bfloat16, `fp16` in
 * float16, with a scaled loss in training.
 */
export const PRECISIONS = ['fp32', 'fp32-winograd', 'tf32', 'bf16', 'fp16'] as const;
export type Precision = (typeof PRECISIONS)[number];
