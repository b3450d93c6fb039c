import { nn, noGrad, type Tensor } from '@radweave/torch';
import { type KeyMap, renamed } from '../entry/key-map.ts';
import type { ImageModel } from '../image-model.ts';
import { type ModelInfo, RegistryError } from '../registry/registry.ts';
import { adaptInputConv } from './adapt-input.ts';

/** Namings in which weights are written. */
export const LAYOUTS = ['timm', 'torchvision'] as const;
export type Layout = (typeof LAYOUTS)[number];

/** torchvision's networks are for colours. */
const COLOURS = 3;

/**
 * A model's state dict as the other library's `load_state_dict` takes it with `strict=True`; in eval mode that library's model
 * then gives the same logits. For torchvision, a first convolution for one channel becomes one for three: a gray slice given
 * three times has the same effect.
 *
 * @returns tensors some of which are the model's own.
 * @throws RegistryError when torchvision has no such network.
 */
export function toLayout(model: ImageModel, info: ModelInfo, layout: Layout): Map<string, Tensor> {
  const state = new Map<string, Tensor>(model.stateDict());
  if (layout === 'timm') return state;
  const { firstConv, keyMaps = [] } = info;
  requireCounterpart(model, info);
  const first = state.get(`${firstConv}.weight`);
  if (first !== undefined) state.set(`${firstConv}.weight`, forColours(first));
  const map = keyMaps.find((each) => each.layout === 'torchvision' && each.back !== undefined);
  // Without a way back torchvision's names are timm's.
  return map === undefined ? state : noGrad(() => translated(state, model, map));
}

function requireCounterpart(model: ImageModel, { name, torchvision }: ModelInfo): void {
  const reason =
    torchvision === undefined
      ? `torchvision has no ${name}`
      : model.numClasses === 0
        ? 'the weights have no classifier, and torchvision has no network without one'
        : torchvision.unlike?.(model);
  if (reason !== undefined) throw new RegistryError(`${reason}: use --layout timm`);
}

function forColours(weight: Tensor): Tensor {
  if (weight.size(1) !== 1) return adaptInputConv(weight, COLOURS);
  return noGrad(() => weight.repeat([1, COLOURS, 1, 1]).div(COLOURS));
}

function translated(state: Map<string, Tensor>, model: ImageModel, map: KeyMap): Map<string, Tensor> {
  if (map.batchNormEps !== undefined) fitBatchNorms(state, model, map.batchNormEps);
  for (const [name, buffer] of model.namedBuffers()) if (map.buffers?.test(name)) state.set(name, buffer);
  const result = new Map<string, Tensor>();
  for (const [name, value] of state) {
    const theirs = renamed(name, map.back ?? []);
    if (theirs !== null) result.set(theirs, reshaped(name, value, map));
  }
  return result;
}

function reshaped(name: string, value: Tensor, map: KeyMap): Tensor {
  if (map.pointwise?.test(name)) return value.flatten(1);
  return map.vectors?.test(name) ? value.reshape([-1, 1, 1]) : value;
}

/**
 * Another epsilon, the same predictions: the running variance takes up the difference. A variance smaller than that becomes
 * 0, and the weight takes up what is left.
 */
function fitBatchNorms(state: Map<string, Tensor>, model: ImageModel, eps: number): void {
  for (const [name, module] of model.namedModules()) {
    if (!(module instanceof nn.BatchNorm2d) || module.eps === eps) continue;
    const { running_var: variance, weight } = module;
    const before = variance.to('float64').add(module.eps);
    const after = before.sub(eps).clamp(0);
    const factor = before.div(after.add(eps)).rsqrt();
    state.set(`${name}.running_var`, after.to('float32'));
    state.set(`${name}.weight`, weight.to('float64').mul(factor).to('float32'));
  }
}
