import { createHash } from 'node:crypto';
import { type Config, hashFile } from '@radweave/artifacts';
import { modelInfo } from '@radweave/models';
import { type StageContext, say } from '@radweave/study/context/events';
import type { nn } from '@radweave/torch';
import { type Compute, chooseCompute } from '../compute/compute.ts';
import { foldForInference } from '../compute/fold.ts';
import type { ChosenCheckpoint } from './checkpoint-choice.ts';
import { buildNetwork, type Network } from './network-source.ts';

/** A network that gives features, and what is known of where it came from. */
export interface FeatureNetwork extends Network {
  compute: Compute;
  /** Architecture. */
  name: string;
  imageSize: number;
  /** `pretrained`, or the checkpoint file. */
  checkpoint: string;
  sha256: string;
  splitHash: string | null;
  /** Hashes of the patients it was trained on; null when the checkpoint does not say. */
  trainedOn: readonly string[] | null;
}

/**
 * The configuration a checkpoint's network is built from: the checkpoint's own words where it has any. ImageNet weights
 * get their own statistics as normalisation.
 */
export function networkConfig(config: Config, chosen: ChosenCheckpoint): Config {
  const own = structuredClone(config);
  own.model.freeze_stages = 0;
  if (chosen.kind === 'pretrained') {
    Object.assign(own.model, { pretrained: true, weights: chosen.file });
    own.augmentation.normalize = 'auto';
  } else if (chosen.saved === null) {
    own.model.weights = chosen.path;
  } else {
    const { architecture, input } = chosen.saved.about;
    own.model.name = architecture.name;
    own.model.num_classes = architecture.num_classes;
    own.data.image_size = input.image_size;
  }
  return own;
}

/**
 * Builds the network in eval mode, on the configured device and in the configured precision.
 *
 * @param config as {@link networkConfig} gives it.
 */
export async function openNetwork(
  config: Config,
  chosen: ChosenCheckpoint,
  context: StageContext,
): Promise<FeatureNetwork> {
  const compute = chooseCompute(config, context);
  const saved = chosen.kind === 'file' ? chosen.saved : null;
  const { name } = config.model;
  const network = await buildNetwork(config, compute, saved, context);
  network.model.eval();
  const file = chosen.kind === 'file' ? chosen.path : chosen.file;
  if (file !== null && saved === null) sayAssumptions(config, file, network, context);
  return {
    ...network,
    compute,
    name,
    imageSize: config.data.image_size,
    checkpoint: file ?? 'pretrained',
    sha256: file === null ? weightsHash(network.model, name) : hashFile(file),
    splitHash: saved?.about.split_hash ?? null,
    trainedOn: file === null ? [] : (saved?.about.patients.train ?? null),
  };
}

/** {@link openNetwork} for features and logits only, with fewer passes over every feature map and equal results. */
export async function openFeatureNetwork(
  config: Config,
  chosen: ChosenCheckpoint,
  context: StageContext,
): Promise<FeatureNetwork> {
  const network = await openNetwork(config, chosen, context);
  foldForInference(network.model, network.compute, network.imageSize);
  return network;
}

function sayAssumptions(config: Config, path: string, network: Network, context: StageContext): void {
  const { mean, std } = network.normalisation;
  say(
    context,
    `${path} holds weights only. From flags and configuration: model ${config.model.name}, images of ` +
      `${config.data.image_size} pixels, mean ${mean}, std ${std}. It does not say its modality, nor on which ` +
      'patients it was trained: make sure that none of them is in the validation or test set.',
  );
}

/** SHA-256 (hex) over names, types, shapes and values of all weights but the classifier, which features do not pass. */
export function weightsHash(model: nn.Module, name: string): string {
  const { classifier } = modelInfo(name);
  const hash = createHash('sha256');
  for (const [key, tensor] of model.stateDict()) {
    if (key.startsWith(`${classifier}.`)) continue;
    hash.update(JSON.stringify([key, tensor.dtype, tensor.shape]));
    const values = tensor.toTypedArray();
    hash.update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  }
  return hash.digest('hex');
}
