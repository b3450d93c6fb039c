import { type Config, UsageError } from '@radweave/artifacts';
import { createModel, type ImageModel, initialWeights, modelInfo } from '@radweave/models';
import type { Compute } from '../compute.ts';
import { type StageContext, say } from '../engine/events.ts';
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
  const { name, num_classes, freeze_stages } = config.model;
  const model = createModel(name, {
    numClasses: num_classes,
    inChans: 1,
    imageSize: config.data.image_size,
  });
  const origin = saved === null ? await startWeights(model, config, context) : saved.about.initial_weights;
  if (saved !== null) model.loadStateDict(saved.model);
  freeze(model, name, freeze_stages);
  model.to({ device: compute.device, memoryFormat: compute.memoryFormat });
  const normalisation = saved === null ? normalisationOf(config) : savedNormalisation(saved);
  say(context, `${name}: ${origin}; input (x − ${normalisation.mean}) / ${normalisation.std}.`);
  return { model, normalisation, origin };
}

async function startWeights(model: ImageModel, config: Config, context: StageContext): Promise<string> {
  const { name, weights, pretrained } = config.model;
  if (weights === null && !pretrained) return 'trained from scratch';
  const source = await initialWeights(model, name, {
    file: weights,
    onProgress: (done, total) => context.emit({ kind: 'progress', task: `fetching ${name}`, done, total }),
  });
  return source.description;
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

/** The configured normalisation; `auto` is that of the pretrained weights, averaged over colour channels. */
export function normalisationOf(config: Config): Normalisation {
  const { normalize, normalize_mean, normalize_std } = config.augmentation;
  if (normalize === 'fixed') return { mean: normalize_mean, std: normalize_std };
  const [weights] = modelInfo(config.model.name).weights;
  if (weights === undefined) {
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
  return { mean: average(weights.input.mean), std: average(weights.input.std) };
}
