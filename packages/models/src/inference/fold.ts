import { dispatchValue, nn, noGrad, type Tensor, tidy } from '@radweave/torch';
import type { ImageModel } from '../image-model.ts';

/** A batch norm that does nothing but normalise the output of a convolution. */
type Pair = readonly [nn.Conv2d, nn.BatchNorm2d];

/** Features may change by rounding only: this part of the largest. */
const TOLERANCE = 1e-3;

/**
 * Moves batch norms into the convolutions before them, which saves a pass over every feature map. For inference only;
 * parameters and state dict stay as they are. Which norms follow which convolutions is seen in a forward pass of `sample`; a
 * norm that gets anything but the untouched output of one convolution stays as it is.
 *
 * @param model in eval mode.
 * @param sample slices [N, inChans, H, W]; few and small ones will do where the model takes them.
 * @returns how many were moved; 0 when the features would have changed, as they may in a user's own model that uses a
 *   convolution's output twice: it is then as before.
 * @throws RangeError when the model is in training mode.
 */
export function foldBatchNorms(model: ImageModel, sample: Tensor): number {
  return fold(model, (x) => model.forwardFeatures(x), sample);
}

/** {@link foldBatchNorms} of the frozen stages; the model may be in training mode, which they never are. */
export function foldFrozenStages(model: ImageModel, sample: Tensor): number {
  return fold(model, (x) => model.forwardFrozen(x), sample);
}

function fold(model: ImageModel, forward: (x: Tensor) => Tensor, sample: Tensor): number {
  return noGrad(() =>
    tidy(() => {
      const pairs = tracePairs(model, forward, sample);
      if (pairs.some(([, norm]) => norm.training)) {
        throw new RangeError('batch norms can only be folded in eval mode');
      }
      const before = forward(sample).to('float32');
      const undo = pairs.map(([conv, norm]) => norm.moveInto(conv));
      const after = forward(sample).to('float32');
      const change = after.sub(before).abs().max().item() / before.abs().max().item();
      if (change <= TOLERANCE || pairs.length === 0) return pairs.length;
      for (const restore of undo) restore();
      return 0;
    }),
  );
}

function tracePairs(model: ImageModel, forward: (x: Tensor) => Tensor, sample: Tensor): Pair[] {
  const made = new Map<Tensor, { conv: nn.Conv2d; version: number }>();
  const pairs: Pair[] = [];
  const calls = new Map<nn.AnyModule, number>();
  const watched = Array.from(model.namedModules(), ([, module]) => module).filter(
    (module) => module instanceof nn.Conv2d || module instanceof nn.BatchNorm2d,
  );
  for (const module of watched) {
    const forward: (...args: [Tensor, ...unknown[]]) => Tensor = module.forward.bind(module);
    // An own property hides the class's method for as long as the pass is watched. Some norms get a shortcut too.
    module.call = (input: Tensor, ...others: unknown[]): Tensor => {
      calls.set(module, (calls.get(module) ?? 0) + 1);
      const source = made.get(input);
      if (module instanceof nn.BatchNorm2d && source?.version === versionOf(input)) {
        pairs.push([source.conv, module]);
      }
      const output = forward(input, ...others);
      if (module instanceof nn.Conv2d) made.set(output, { conv: module, version: versionOf(output) });
      return output;
    };
  }
  try {
    tidy(() => void forward(sample));
  } finally {
    for (const module of watched) Reflect.deleteProperty(module, 'call');
  }
  return pairs.filter((pair) => pair.every((module) => calls.get(module) === 1));
}

/** How often a tensor has been changed in place. */
function versionOf(tensor: Tensor): number {
  return Number(dispatchValue('_version', tensor));
}
