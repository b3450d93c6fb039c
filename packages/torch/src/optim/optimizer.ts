import { noGrad } from '../autograd.ts';
import { emptyLike } from '../create.ts';
import { tidy } from '../scope.ts';
import { tuple } from '../serialization/python-values.ts';
import type { Tensor } from '../tensor.ts';
import { type GroupOptions, makeGroups, type OptimizedParams, type ParamGroup } from './groups.ts';
import { SavedDict } from './saved-dict.ts';

/** One parameter's state as torch.optim saves it. */
export type PackedState = Record<string, Tensor | null>;

/** One group's options as torch.optim saves them. */
export type PackedGroup = Record<string, unknown>;

/** The layout of torch.optim's `state_dict()`: parameters are numbered through all groups. */
export interface OptimizerStateDict {
  state: Map<number, PackedState>;
  param_groups: PackedGroup[];
}

/**
 * Changes parameters by their gradients. Numbers, state and saved layout are torch.optim's.
 *
 * It follows the parameter objects it was made with: `Module.to` and `loadStateDict` may be called afterwards.
 */
export abstract class Optimizer<Options extends GroupOptions = GroupOptions, State = unknown> {
  readonly paramGroups: ParamGroup<Options>[];
  /** State of the parameters that have had a gradient. */
  protected readonly state: Map<Tensor, State> = new Map();
  /** The parameters of the last step, group by group. */
  private stepped: { group: ParamGroup<Options>; params: readonly Tensor[] }[] = [];

  /** Options of torch's that are not offered here, as a group is saved with them. */
  protected abstract readonly unused: PackedGroup;
  /** Settings that change the mathematics in ways not offered here: what a saved group must have. */
  protected abstract readonly required: PackedGroup;
  private readonly defaults: Options;

  /** @param defaults in the order in which they are saved, under the same names in snake_case. */
  constructor(params: OptimizedParams<Options>, defaults: Options) {
    this.defaults = defaults;
    this.paramGroups = makeGroups(this.constructor.name, params, defaults);
    for (const group of this.paramGroups) this.check(group);
  }

  /** @throws RangeError when a group's options make no sense. */
  protected abstract check(options: Options): void;
  /** Makes the state of a group's parameters, and writes the learning rate where {@link update} reads it on a CUDA device. */
  protected abstract prepare(group: ParamGroup<Options>, params: readonly Tensor[]): void;
  /**
   * Updates parameters of one group that all have a gradient and are prepared; `grads` must not be written to. Where `foundInf` is 1
   * nothing changes.
   */
  protected abstract update(
    group: ParamGroup<Options>,
    params: readonly Tensor[],
    grads: readonly Tensor[],
    foundInf: Tensor | null,
  ): void;
  protected abstract packState(state: State): PackedState;
  /** The tensors made here are kept by the caller. */
  protected abstract unpackState(saved: SavedDict, copy: (key: string) => Tensor, parameter: Tensor): State;
  protected abstract tensorsOf(state: State): readonly Tensor[];

  /**
   * One update of every parameter that has a gradient; the others, and their state, stay as they are.
   *
   * @param foundInf from {@link GradScaler.unscale}: where it is 1 the step is skipped. A fused update asks on the device; others wait
   *   for the answer.
   */
  step(foundInf: Tensor | null = null): void {
    const found = (): typeof this.stepped =>
      this.paramGroups.map((group) => ({ group, params: group.params.filter(hasGradient) }));
    this.stepped = tidy(found).filter(({ params }) => params.length > 0);
    this.prepareStep();
    this.applyStep(foundInf);
  }

  /**
   * The half of a step that a CUDA graph cannot hold: writes learning rates to the device. For the parameters of the last
   * {@link step}, whose gradients need not be there yet.
   */
  prepareStep(): void {
    noGrad(() =>
      tidy(() => {
        for (const { group, params } of this.stepped) this.prepare(group, params);
      }),
    );
  }

  /** The other half, which can be recorded. @throws RangeError when a parameter of the last step has no gradient. */
  applyStep(foundInf: Tensor | null = null): void {
    noGrad(() =>
      tidy(() => {
        for (const { group, params } of this.stepped) {
          this.update(group, params, params.map(gradientOf), foundInf);
        }
      }),
    );
  }

  /** Removes all gradients, as torch's `zero_grad(set_to_none=True)`. */
  zeroGrad(): void {
    for (const group of this.paramGroups) for (const parameter of group.params) parameter.grad = null;
  }

  get lrs(): number[] {
    return this.paramGroups.map(({ lr }) => lr);
  }

  /** State and options in torch's layout. The tensors are the live ones, not copies. */
  stateDict(): OptimizerStateDict {
    const numbers = new Map<Tensor, number>();
    const groups = this.paramGroups.map((group) => {
      const params = group.params.map((parameter) => {
        numbers.set(parameter, numbers.size);
        return numbers.size - 1;
      });
      const { initialLr } = group;
      return {
        ...this.packOptions(group),
        ...(initialLr === undefined ? {} : { initial_lr: initialLr }),
        params,
      };
    });
    const state = new Map<number, PackedState>();
    for (const [parameter, number] of numbers) {
      const own = this.state.get(parameter);
      if (own !== undefined) state.set(number, this.packState(own));
    }
    return { state, param_groups: groups };
  }

  /**
   * Takes over state and options, learning rates included, from {@link stateDict} or from a checkpoint of
   * torch.optim. The tensors are copied. Nothing is changed when it throws.
   *
   * @throws RangeError when groups or shapes are not those of this optimizer.
   * @throws TypeError when an entry is missing or of another type.
   */
  loadStateDict(saved: unknown): void {
    const owner = this.constructor.name;
    const dict = new SavedDict(saved, `${owner} state`);
    const savedGroups = dict.dicts('param_groups');
    const numbered = this.match(savedGroups);
    const groups = savedGroups.map((group) => {
      const options = this.unpackOptions(group);
      this.check(options);
      return group.has('initial_lr') ? { ...options, initialLr: group.number('initial_lr') } : options;
    });
    const states = tidy(() => this.copyStates(dict.dict('state'), numbered));
    for (const own of this.state.values()) for (const tensor of this.tensorsOf(own)) tensor.dispose();
    this.state.clear();
    for (const [parameter, own] of states) this.state.set(parameter, own);
    for (const [index, options] of groups.entries()) {
      const group = this.paramGroups[index];
      if (group === undefined) continue;
      delete group.initialLr;
      Object.assign(group, options);
    }
  }

  private packOptions(group: Options): PackedGroup {
    const own = Object.keys(this.defaults).map((name) => {
      const value: unknown = group[name as keyof Options];
      return [torchName(name), Array.isArray(value) ? tuple(value) : value];
    });
    return { ...Object.fromEntries(own), ...this.unused };
  }

  private unpackOptions(saved: SavedDict): Options {
    saved.requireSame(this.required);
    const own = Object.entries(this.defaults).map(([name, value]) => {
      const key = torchName(name);
      if (typeof value === 'boolean') return [name, saved.flag(key)];
      return [name, typeof value === 'number' ? saved.number(key) : saved.pair(key)];
    });
    return Object.fromEntries(own);
  }

  /** This optimizer's parameters by the numbers they have in a saved state dict. */
  private match(savedGroups: readonly SavedDict[]): Map<number, Tensor> {
    const owner = this.constructor.name;
    const sizes = (counts: number[]): string =>
      `${counts.length} group(s) of ${counts.join(', ')} parameters`;
    const saved = savedGroups.map((group) => group.numbers('params'));
    const expected = sizes(this.paramGroups.map(({ params }) => params.length));
    const got = sizes(saved.map((ids) => ids.length));
    if (expected !== got) throw new RangeError(`${owner} state: expected ${expected}, got ${got}`);
    const params = this.paramGroups.flatMap((group) => group.params);
    const result = new Map<number, Tensor>();
    for (const [position, id] of saved.flat().entries()) {
      const parameter = params[position];
      if (parameter !== undefined) result.set(id, parameter);
    }
    return result;
  }

  private copyStates(saved: SavedDict, numbered: ReadonlyMap<number, Tensor>): [Tensor, State][] {
    const states: [Tensor, State][] = [];
    for (const key of saved.keys()) {
      const parameter = numbered.get(Number(key));
      if (parameter === undefined) {
        throw new RangeError(`${saved.place}: there is no parameter ${String(key)} in its param_groups`);
      }
      const entry = saved.dict(key);
      states.push([parameter, this.unpackState(entry, (name) => copyFor(parameter, entry, name), parameter)]);
    }
    for (const [, own] of states) for (const tensor of this.tensorsOf(own)) tensor.keep();
    return states;
  }
}

function torchName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** Whether an update that reads this on the host is to be left out. */
export function isSkipped(foundInf: Tensor | null): boolean {
  return foundInf !== null && foundInf.item() !== 0;
}

function hasGradient({ grad }: Tensor): boolean {
  return grad !== null;
}

function gradientOf(parameter: Tensor): Tensor {
  const { grad } = parameter;
  if (grad === null) throw new RangeError(`a parameter of the last step, ${parameter}, has no gradient now`);
  return grad;
}

/** A copy of a saved tensor with the parameter's dtype, device and memory layout. */
function copyFor(parameter: Tensor, saved: SavedDict, key: string): Tensor {
  const value = saved.tensor(key);
  if (String(value.shape) !== String(parameter.shape)) {
    throw new RangeError(`${saved.place}: '${key}' is ${value}, but the parameter is ${parameter}`);
  }
  return emptyLike(parameter.detach()).copy_(value);
}
