import type { Config } from '@radweave/artifacts';
import type { Normalisation } from '../slices/batches.ts';
import type { ReadCheckpoint } from './checkpoint.ts';
import type { ChosenCheckpoint } from './checkpoint-choice.ts';

/** What a network's weights are before anything is trained or computed. */
export type StartWeights =
  | { from: 'checkpoint'; saved: ReadCheckpoint }
  | { from: 'file'; path: string }
  | { from: 'pretrained' }
  | { from: 'scratch' };

/** Everything that decides which network is built. */
export interface NetworkSpec {
  /** Architecture. */
  name: string;
  classes: number;
  imageSize: number;
  freezeStages: number;
  zeroInitLast: boolean;
  weights: StartWeights;
  /** `weights`: what the weights were trained with. A checkpoint of ours always has its own. */
  normalisation: Normalisation | 'weights';
}

export function configuredNetwork({ model, data, augmentation }: Config): NetworkSpec {
  const { normalize, normalize_mean: mean, normalize_std: std } = augmentation;
  return {
    name: model.name,
    classes: model.num_classes,
    imageSize: data.image_size,
    freezeStages: model.freeze_stages,
    zeroInitLast: model.zero_init_last,
    weights:
      model.weights !== null
        ? { from: 'file', path: model.weights }
        : { from: model.pretrained ? 'pretrained' : 'scratch' },
    normalisation: normalize === 'fixed' ? { mean, std } : 'weights',
  };
}

/** The same network going on from a checkpoint; null begins it. */
export function resumedNetwork(config: Config, saved: ReadCheckpoint | null): NetworkSpec {
  const spec = configuredNetwork(config);
  return saved === null ? spec : { ...spec, weights: { from: 'checkpoint', saved } };
}

/**
 * The network of a checkpoint, of which nothing is frozen: the checkpoint's own words where it has any, else the
 * configuration's. ImageNet weights get their own statistics as normalisation.
 */
export function checkpointNetwork(config: Config, chosen: ChosenCheckpoint): NetworkSpec {
  if (chosen.kind === 'file' && chosen.saved !== null) return savedNetwork(chosen.saved);
  const spec: NetworkSpec = { ...configuredNetwork(config), freezeStages: 0 };
  if (chosen.kind === 'file') return { ...spec, weights: { from: 'file', path: chosen.path } };
  const { file } = chosen;
  const weights: StartWeights = file === null ? { from: 'pretrained' } : { from: 'file', path: file };
  return { ...spec, weights, normalisation: 'weights' };
}

/** No setting has a part in it. */
function savedNetwork(saved: ReadCheckpoint): NetworkSpec {
  const { architecture, input } = saved.about;
  return {
    name: architecture.name,
    classes: architecture.num_classes,
    imageSize: input.image_size,
    freezeStages: 0,
    zeroInitLast: true,
    weights: { from: 'checkpoint', saved },
    normalisation: 'weights',
  };
}
