/** Ours may be this many times as far from float64 as timm's, or this far where both are near. */
const BOUNDS = { fp32: { times: 4, near: 1e-5 }, bf16: { times: 3, near: 2e-2 } };

/**
 * Whether a network of ours is as near to float64 as timm's. The loss is one number: in bfloat16 its error may by luck be far
 * below what the arithmetic makes of a small batch's norms, which the gradients show; ours may be as large as theirs.
 *
 * @returns the verdict, and the errors, ours/timm's, in words.
 */
export function networkVerdict({ precision, ours, timm }) {
  const { times, near } = BOUNDS[precision];
  const bound = (part) => {
    const usual = Math.max(near, times * timm[part]);
    return part === 'loss' && precision === 'bf16' ? Math.max(usual, timm.grads) : usual;
  };
  const parts = Object.keys(ours);
  const text = parts.map((part) => `${part} ${ours[part].toExponential(1)}/${timm[part].toExponential(1)}`);
  return [parts.every((part) => ours[part] <= bound(part)), text.join(' ')];
}
