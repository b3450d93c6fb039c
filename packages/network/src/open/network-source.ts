import { UsageError } from '@radweave/artifacts';
import {
  createModel,
  type ImageModel,
  type InitialWeights,
  initialWeights,
  modelInfo,
  pretrainedFile,
} from '@radweave/models';
import { remark } from '@radweave/remarks';
import { type StageContext, sayFact, warn } from '@radweave/study/context/events';
import { nn } from '@radweave/torch';
import type { Compute } from '../compute/compute.ts';
import { foldForTraining } from '../compute/fold.ts';
import type { Normalisation } from '../slices/batches.ts';
import { requireZeroInit } from './engine-settings.ts';
import type { NetworkSpec } from './network-spec.ts';

/** A network that is ready to train or extract. */
export interface Network {
  model: ImageModel;
  normalisation: Normalisation;
  /** What its weights were started from, in words. */
  origin: string;
}

/** Fetches the pretrained weights that a network begins with, where they are not here yet. @throws WeightsError without them. */
export async function requirePretrained(
  { name, weights }: Pick<NetworkSpec, 'name' | 'weights'>,
  context: StageContext,
): Promise<void> {
  if (weights.from === 'pretrained') await pretrainedFile(name, { onProgress: fetching(name, context) });
}

const fetching =
  (name: string, context: StageContext) =>
  (done: number, total: number): void =>
    context.emit({ kind: 'progress', task: `fetching ${name}`, done, total });

/** Builds a network for 1-channel slices. */
export async function buildNetwork(
  spec: NetworkSpec,
  compute: Compute,
  context: StageContext,
): Promise<Network> {
  const { name, weights, imageSize } = spec;
  const make = (): ImageModel => untrainedNetwork(spec);
  const model = weights.from === 'checkpoint' ? nn.init.leftOut(make) : make();
  const start = await startWeights(model, spec, context);
  if (weights.from === 'checkpoint') model.loadStateDict(weights.saved.model);
  model.to({ device: compute.device, memoryFormat: compute.memoryFormat });
  foldForTraining(model, compute, imageSize);
  const normalisation = normalisationOf(spec, start.input);
  const origin = start.description;
  sayFact(context, `${name}: ${origin}; input (x − ${normalisation.mean}) / ${normalisation.std}.`);
  return { model, normalisation, origin };
}

/** The network with random weights, its frozen stages frozen. @throws UsageError for settings that it does not have. */
export function untrainedNetwork(spec: NetworkSpec): ImageModel {
  const { name, classes, imageSize, zeroInitLast } = spec;
  requireZeroInit(name, zeroInitLast);
  const start = zeroInitLast ? {} : { zeroInitLast: false };
  const model = createModel(name, { numClasses: classes, inChans: 1, imageSize, ...start });
  freeze(model, name, spec.freezeStages);
  return model;
}

async function startWeights(
  model: ImageModel,
  { name, weights, zeroInitLast, freezeStages }: NetworkSpec,
  context: StageContext,
): Promise<Pick<InitialWeights, 'description' | 'input'>> {
  if (weights.from === 'checkpoint') return { description: weights.saved.about.initial_weights, input: null };
  if (weights.from === 'scratch') {
    if (freezeStages > 0) {
      warn(context, `${remark('frozen-at-random', { network: name, stages: freezeStages }).text}.`);
    }
    const ones = zeroInitLast ? '' : ", the last batch norm of each block starting at 1 instead of timm's 0";
    return { description: `trained from scratch${ones}`, input: null };
  }
  return initialWeights(model, name, {
    file: weights.from === 'file' ? weights.path : null,
    onProgress: fetching(name, context),
  });
}

function freeze(model: ImageModel, name: string, stages: number): void {
  try {
    model.freeze(stages);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UsageError('E_FREEZE', `${name}: ${error.message}`, { where: 'model.freeze_stages' });
  }
}

/**
 * The normalisation of a checkpoint, else the one asked for, else that of the weights that were loaded, averaged over colour
 * channels; where they do not say (a file, or none), that of the model's default weights.
 */
function normalisationOf(
  { name, weights, normalisation }: NetworkSpec,
  loaded: InitialWeights['input'],
): Normalisation {
  if (weights.from === 'checkpoint') {
    const { normalize_mean: mean, normalize_std: std } = weights.saved.about.input;
    return { mean, std };
  }
  if (normalisation !== 'weights') return normalisation;
  const input = loaded ?? modelInfo(name).weights[0]?.input;
  if (input === undefined) {
    throw new UsageError('E_NO_NORMALISATION', `${name} has no pretrained weights to take it from`, {
      where: 'augmentation.normalize',
      hint: 'Set augmentation.normalize: fixed',
    });
  }
  const average = (values: readonly number[]): number =>
    Number((values.reduce((sum, value) => sum + value, 0) / values.length).toFixed(3));
  return { mean: average(input.mean), std: average(input.std) };
}
