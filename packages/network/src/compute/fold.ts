import type { Precision } from '@radweave/artifacts';
import { foldBatchNorms, foldFrozenStages, type ImageModel } from '@radweave/models';
import { arange, type MemoryFormat, nn, type Tensor } from '@radweave/torch';
import { AUTOCAST } from './under-precision.ts';

interface Place {
  device: string;
  memoryFormat: MemoryFormat;
}

/**
 * Moves batch norms into convolutions: fewer passes over every feature map and equal results. Under autocast the convolutions'
 * weights are then rounded once, not in every pass: the model runs in `precision` only. It must be in eval mode.
 */
export function foldForInference(
  model: ImageModel,
  place: Place & { precision: Precision },
  imageSize: number,
): void {
  foldBatchNorms(model, madeUpSlice(place, imageSize));
  const { precision } = place;
  if (precision !== 'bf16' && precision !== 'fp16') return;
  for (const [, module] of model.namedModules()) {
    if (module instanceof nn.Conv2d) module.roundWeights(AUTOCAST[precision]);
  }
}

/** {@link foldForInference} for the frozen stages of a model that is trained. */
export function foldForTraining(model: ImageModel, place: Place, imageSize: number): void {
  if (model.frozenStages > 0) foldFrozenStages(model, madeUpSlice(place, imageSize));
}

/** Seen by a model, it shows which norm follows which convolution, and whether anything else changes. */
function madeUpSlice({ device, memoryFormat }: Place, imageSize: number): Tensor {
  const wave = arange(imageSize * imageSize, 0, 1, { device })
    .to('float32')
    .sin();
  return wave.reshape([1, 1, imageSize, imageSize]).contiguous(memoryFormat);
}
