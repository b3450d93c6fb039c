import { native } from '@radweave/native';
import { type DType, dtypeCode } from './dtype.ts';
import { naming } from './errors.ts';
import { fromHandle, type Tensor } from './tensor.ts';

/**
 * The switches of the engine thread. Each runs a synchronous function under a mode and always leaves it again;
 * an async function would leak the mode into other code, so it is refused.
 */
function under<T>(name: string, push: () => void, body: () => T): T {
  push();
  try {
    const result = body();
    if (result instanceof Promise) {
      result.catch(() => undefined);
      throw new TypeError(`${name}() takes a synchronous function`);
    }
    return result;
  } finally {
    native().popMode();
  }
}

/** No graph is recorded inside. */
export function noGrad<T>(body: () => T): T {
  return under('noGrad', () => native().pushGradMode(false), body);
}

/** A graph is recorded inside, even within `noGrad`. */
export function enableGrad<T>(body: () => T): T {
  return under('enableGrad', () => native().pushGradMode(true), body);
}

/** Faster than `noGrad`; the tensors made inside can never take part in a graph. */
export function inferenceMode<T>(body: () => T): T {
  return under('inferenceMode', () => native().pushInferenceMode(), body);
}

/** Whether a graph is being recorded. */
export function isGradEnabled(): boolean {
  return native().gradEnabled();
}

/** Convolutions, linears and matrix products inside run in `dtype` (bfloat16 by default), as `torch.autocast`. */
export function autocast<T>(
  options: { device?: string; dtype?: DType; enabled?: boolean },
  body: () => T,
): T {
  const { device = 'cpu', dtype = 'bfloat16', enabled = true } = options;
  return under('autocast', () => native().pushAutocast(device, enabled, dtypeCode(dtype)), body);
}

/**
 * Float32 convolutions inside, and those of backward passes run inside, are computed with Winograd's algorithm where it pays:
 * 3×3, stride 1, channels in sixteens. About twice as fast; results differ from libtorch's by rounding only. On CPUs without
 * AVX-512 strided convolutions and some gradients are computed as matrix products too.
 *
 * @throws TorchError where {@link hasWinograd} is false.
 */
export function winograd<T>(body: () => T): T {
  return under('winograd', () => native().pushWinograd(), body);
}

/**
 * Gradients of `outputs` with respect to `inputs`, without touching any `.grad`; null for an input that was not
 * used (allowed only with `allowUnused`).
 */
export function grad(
  outputs: readonly Tensor[],
  inputs: readonly Tensor[],
  options: {
    gradients?: readonly (Tensor | null)[];
    allowUnused?: boolean;
  } = {},
): (Tensor | null)[] {
  const { gradients, allowUnused = false } = options;
  const handles = naming('grad', [outputs, inputs, gradients], () =>
    native().gradOf(
      outputs.map((t) => t.handle),
      inputs.map((t) => t.handle),
      gradients === undefined ? null : gradients.map((t) => (t === null ? null : t.handle)),
      allowUnused,
    ),
  );
  return handles.map((handle) => (handle === null ? null : fromHandle(handle)));
}
