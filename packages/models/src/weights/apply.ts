import { nn, type Tensor, tidy } from '@radweave/torch';
import type { ModelEntry } from '../entry/entry.ts';
import { findMap, toTimmNames } from '../entry/key-map.ts';
import type { ImageModel } from '../image-model.ts';
import { adaptInputConv } from './adapt-input.ts';

/** What was done to make weights fit; for the log. */
export interface WeightsReport {
  /** Naming of the weights: `timm`, `torchvision`, … */
  layout: string;
  /** Channels of the weights' first convolution, where it had to be adapted to the model's. */
  adaptedFrom: number | null;
  /** What the model changed in the weights to fit its image size; absent where nothing had to be. */
  resized?: string;
  /** Whether the classifier was loaded. If not, the model keeps its own and `headReason` says why. */
  head: boolean;
  headReason: string;
}

/**
 * Loads weights under any known naming into a model. The first convolution is adapted to the model's channels; the
 * classifier is loaded when its shape fits and else left as it is. All else must fit exactly.
 *
 * @param state as read from a checkpoint; unwrapped, so that its names begin at the model.
 * @throws StateDictError listing every other difference; the model is then unchanged.
 */
export function applyWeights(
  model: ImageModel,
  entry: Pick<ModelEntry, 'firstConv' | 'classifier' | 'keyMaps' | 'obsolete'>,
  state: ReadonlyMap<string, Tensor>,
): WeightsReport {
  return tidy(() => {
    const maps = entry.keyMaps ?? [];
    const own = model.stateDict();
    const map = findMap([...state.keys()], maps);
    const fitted = toTimmNames(state, maps);
    for (const name of fitted.keys()) if (entry.obsolete?.test(name)) fitted.delete(name);
    if (map?.batchNormEps !== undefined) fitBatchNorm(fitted, model, map.batchNormEps);
    const adaptedFrom = fitInput(fitted, own, `${entry.firstConv}.weight`, model.inChans);
    const resized = model.fitToSize(fitted);
    const headReason = fitHead(fitted, own, entry.classifier);
    // A classifier that is kept stands for itself, so that all else can be held to strict rules before any change.
    if (headReason !== '') {
      for (const [name, value] of own) if (isOf(entry.classifier, name)) fitted.set(name, value);
    }
    model.loadStateDict(fitted);
    const layout = map?.layout ?? 'timm';
    return { layout, adaptedFrom, head: headReason === '', headReason, ...(resized !== null && { resized }) };
  });
}

/** Moves a difference in epsilon into the running variances: only their sum counts, so predictions stay the same. */
function fitBatchNorm(state: Map<string, Tensor>, model: ImageModel, eps: number): void {
  for (const [name, module] of model.namedModules()) {
    const variance = state.get(`${name}.running_var`);
    if (!(module instanceof nn.BatchNorm2d) || variance === undefined || module.eps === eps) continue;
    state.set(`${name}.running_var`, variance.add(eps - module.eps));
  }
}

function fitInput(
  state: Map<string, Tensor>,
  own: ReadonlyMap<string, Tensor>,
  name: string,
  inChans: number,
): number | null {
  const weight = state.get(name);
  const wanted = own.get(name);
  if (weight === undefined || wanted === undefined || weight.ndim !== 4) return null;
  if (weight.size(1) === wanted.size(1)) return null;
  state.set(name, adaptInputConv(weight, inChans));
  return weight.size(1);
}

/** Takes a classifier that does not fit out of the weights. Gives the reason, or nothing when it fits. */
function fitHead(state: Map<string, Tensor>, own: ReadonlyMap<string, Tensor>, classifier: string): string {
  const weight = state.get(`${classifier}.weight`);
  const wanted = own.get(`${classifier}.weight`);
  if (wanted !== undefined && weight !== undefined && String(weight.shape) === String(wanted.shape))
    return '';
  for (const name of state.keys()) if (isOf(classifier, name)) state.delete(name);
  if (wanted === undefined) return 'the model has no classifier';
  if (weight === undefined) return 'the weights have no classifier';
  return `the weights are for ${weight.size(0)} classes, the model for ${wanted.size(0)}`;
}

function isOf(module: string, name: string): boolean {
  return name.startsWith(`${module}.`);
}
