import { type Config, UsageError } from '@radweave/artifacts';
import {
  createModel,
  type ImageModel,
  type InitialWeights,
  initialWeights,
  modelInfo,
} from '@radweave/models';
import { type StageContext, say } from '@radweave/study/context/events';
import type { Compute } from '../compute/compute.ts';
import { foldForTraining } from '../compute/fold.ts';
import type { Normalisation } from '../slices/batches.ts';
import type { ReadCheckpoint } from './checkpoint.ts';

/** A network that is ready to train or extract. */
export interface Network {
  model: ImageModel;
  normalisation: Normalisation;
  /** What its weights were started from, in words. */
  origin: string;
}

/**
 * Builds the configured network for 1-channel slices: with the weights of `saved`, else of `model.weights`, else
 * pretrained, else as its random initialisation leaves it.
 */
export async function buildNetwork(
  config: Config,
  compute: Compute,
  saved: ReadCheckpoint | null,
  context: StageContext,
): Promise<Network> {
  const { name, freeze_stages } = config.model;
  const model = untrained(config);
  const start = saved === null ? await startWeights(model, config, context) : null;
  if (saved !== null) model.loadStateDict(saved.model);
  freeze(model, name, freeze_stages);
  model.to({ device: compute.device, memoryFormat: compute.memoryFormat });
  foldForTraining(model, compute, config.data.image_size);
  const normalisation =
    saved === null ? normalisationOf(config, start?.input ?? null) : savedNormalisation(saved);
  const origin = start?.description ?? saved?.about.initial_weights ?? '';
  say(context, `${name}: ${origin}; input (x − ${normalisation.mean}) / ${normalisation.std}.`);
  return { model, normalisation, origin };
}

function untrained({ model, data }: Config): ImageModel {
  const { name, num_classes, zero_init_last } = model;
  if (!zero_init_last && modelInfo(name).defaults?.zeroInitLast === undefined) {
    throw new UsageError(
      'E_MODEL',
      `${name} has no last batch norm in its blocks that could start at 0 or 1`,
      {
        where: 'model.zero_init_last',
        mend: 'Leave this setting out; it is for the ResNet family',
      },
    );
  }
  const start = zero_init_last ? {} : { zeroInitLast: false };
  return createModel(name, { numClasses: num_classes, inChans: 1, imageSize: data.image_size, ...start });
}

async function startWeights(
  model: ImageModel,
  config: Config,
  context: StageContext,
): Promise<Pick<InitialWeights, 'description' | 'input'>> {
  const { name, weights, pretrained, zero_init_last } = config.model;
  if (weights === null && !pretrained) {
    const ones = zero_init_last
      ? ''
      : ", the last batch norm of each block starting at 1 instead of timm's 0";
    return { description: `trained from scratch${ones}`, input: null };
  }
  return initialWeights(model, name, {
    file: weights,
    onProgress: (done, total) => context.emit({ kind: 'progress', task: `fetching ${name}`, done, total }),
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

function savedNormalisation(saved: ReadCheckpoint): Normalisation {
  return { mean: saved.about.input.normalize_mean, std: saved.about.input.normalize_std };
}

/**
 * The configured normalisation. `auto` is that of the weights that were loaded, averaged over colour channels; where they
 * do not say (a file, or none), that of the model's default weights.
 */
function normalisationOf(config: Config, loaded: InitialWeights['input']): Normalisation {
  const { normalize, normalize_mean, normalize_std } = config.augmentation;
  if (normalize === 'fixed') return { mean: normalize_mean, std: normalize_std };
  const input = loaded ?? modelInfo(config.model.name).weights[0]?.input;
  if (input === undefined) {
    throw new UsageError(
      'E_NO_NORMALISATION',
      `${config.model.name} has no pretrained weights to take it from`,
      {
        where: 'augmentation.normalize',
        mend: 'Set augmentation.normalize: fixed',
      },
    );
  }
  const average = (values: readonly number[]): number =>
    Number((values.reduce((sum, value) => sum + value, 0) / values.length).toFixed(3));
  return { mean: average(input.mean), std: average(input.std) };
}
