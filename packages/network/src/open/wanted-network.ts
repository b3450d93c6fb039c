import { type Config, DataError, type FusionModality, hashFile } from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';
import { remark } from '@radweave/remarks';
import type { StageContext } from '@radweave/study/context/events';
import { inferenceSettings } from '../compute/compute.ts';
import { readCheckpoint } from './checkpoint.ts';
import type { ChosenCheckpoint } from './checkpoint-choice.ts';
import { type FeatureNetwork, openFeatureNetwork } from './feature-network.ts';
import { checkpointNetwork } from './network-spec.ts';

/**
 * The network that gave a modality's features when the model was fitted: same weights, normalisation, precision. Whether it can be
 * had is asked at once, and it is opened when the result is called.
 *
 * @param path Where its checkpoint lies now, or `pretrained`.
 * @throws DataError when nobody knows the network, or its checkpoint is missing or another one.
 */
export function wantedNetwork(
  wanted: FusionModality,
  path: string,
): (config: Config, context: StageContext) => Promise<FeatureNetwork> {
  const { image_size, normalize_mean, normalize_std, precision } = wanted;
  if (image_size === null || normalize_mean === null || normalize_std === null || precision === null) {
    throw new DataError(
      'E_UNKNOWN_NETWORK',
      `it is not known which network gave the features of ${wanted.modality}`,
      {
        hint: 'The model was fitted on features of another program: give as --input a folder of its features',
      },
    );
  }
  if (path !== 'pretrained') requireFile(wanted, path);
  return async (config, context) => {
    const chosen: ChosenCheckpoint =
      path === 'pretrained'
        ? { kind: 'pretrained', file: null }
        : { kind: 'file', path, saved: await readCheckpoint(path) };
    const spec = {
      ...checkpointNetwork(config, chosen),
      name: wanted.model,
      imageSize: image_size,
      normalisation: { mean: normalize_mean, std: normalize_std },
    };
    const settings = { ...inferenceSettings(config), precision, why: remark('precision-of-features') };
    const network = await openFeatureNetwork(spec, chosen, settings, context);
    if (network.sha256 !== wanted.checkpoint_sha256) {
      throw otherCheckpoint(wanted, path, 'does not have the weights that the model was fitted with');
    }
    return network;
  };
}

function requireFile(wanted: FusionModality, path: string): void {
  if (!existsSync(path)) throw otherCheckpoint(wanted, path, 'is not there');
  if (hashFile(path) !== wanted.checkpoint_sha256) {
    throw otherCheckpoint(wanted, path, 'is not the one the model was fitted with');
  }
}

function otherCheckpoint(
  { modality, checkpoint_sha256 }: FusionModality,
  path: string,
  what: string,
): DataError {
  return new DataError('E_OTHER_CHECKPOINT', `the checkpoint of ${modality} ${what}`, {
    where: path,
    hint: `Its SHA-256 must be ${checkpoint_sha256}: name the file where it is now, or extract and fuse again`,
  });
}
