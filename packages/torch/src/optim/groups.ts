import type { Module } from '../nn/module.ts';
import { Tensor } from '../tensor.ts';

/** Options that every optimizer has, for each group of parameters. */
export interface GroupOptions {
  lr: number;
  weightDecay: number;
}

/** Parameters that share their options. Schedulers change `lr`; set options here to change them in mid-run. */
export type ParamGroup<Options extends GroupOptions = GroupOptions> = Options & {
  readonly params: readonly Tensor[];
  /** The learning rate the schedule started from; there once a scheduler was made. */
  initialLr?: number;
};

/** A group as the caller describes it: options left out are the optimizer's. */
export type GroupSpec<Options extends GroupOptions> = Partial<Options> & { params: Iterable<Tensor> };

/** What an optimizer is made for: parameters, or groups of them. */
export type OptimizedParams<Options extends GroupOptions> = Iterable<Tensor> | Iterable<GroupSpec<Options>>;

/**
 * Gives every group all options and checks the parameters.
 *
 * @throws RangeError when there are none, or one is not a leaf or occurs twice.
 */
export function makeGroups<Options extends GroupOptions>(
  owner: string,
  params: OptimizedParams<Options>,
  defaults: Options,
): ParamGroup<Options>[] {
  const given: (Tensor | GroupSpec<Options>)[] = [...params];
  if (given.length === 0) throw new RangeError(`${owner}: there are no parameters to optimize`);
  const loose = given.filter((item) => item instanceof Tensor);
  const specs = given.filter((item): item is GroupSpec<Options> => !(item instanceof Tensor));
  if (loose.length > 0 && specs.length > 0) {
    throw new TypeError(`${owner}: give parameters or groups of parameters, not both`);
  }
  const groups = specs.length > 0 ? specs : [{ params: loose }];
  const seen = new Set<Tensor>();
  return groups.map((group, index) => {
    const own = [...group.params];
    for (const [position, tensor] of own.entries()) {
      const which = `${owner}: parameter ${position} of group ${index} (${tensor})`;
      if (!tensor.isLeaf) throw new RangeError(`${which} is not a leaf, so it never gets a gradient`);
      if (seen.has(tensor)) throw new RangeError(`${which} occurs more than once`);
      seen.add(tensor);
    }
    return { ...defaults, ...group, params: own };
  });
}

/**
 * Two groups: weight matrices and kernels decay by `weightDecay`; biases and the weights of norm layers (all
 * tensors of at most one dimension) do not. The rule is timm's `param_groups_weight_decay`.
 */
export function decayGroups(
  module: Pick<Module, 'namedParameters'>,
  weightDecay: number,
): { params: Tensor[]; weightDecay: number }[] {
  const decayed: Tensor[] = [];
  const exempt: Tensor[] = [];
  for (const [name, parameter] of module.namedParameters()) {
    const isExempt = parameter.ndim <= 1 || name.endsWith('.bias');
    (isExempt ? exempt : decayed).push(parameter);
  }
  return [
    { params: decayed, weightDecay },
    { params: exempt, weightDecay: 0 },
  ].filter(({ params }) => params.length > 0);
}
