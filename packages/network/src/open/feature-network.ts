import { createHash } from 'node:crypto';
import { hashFile, type SplitIdentity } from '@radweave/artifacts';
import { modelInfo } from '@radweave/models';
import { type StageContext, say } from '@radweave/study/context/events';
import type { nn } from '@radweave/torch';
import { type Compute, chooseCompute, type InferenceSettings } from '../compute/compute.ts';
import { foldForInference } from '../compute/fold.ts';
import type { ChosenCheckpoint } from './checkpoint-choice.ts';
import { buildNetwork, type Network, requirePretrained } from './network-source.ts';
import type { NetworkSpec } from './network-spec.ts';
import { extractionWork } from './workload.ts';

/** A network that gives features, and what is known of where it came from. */
export interface FeatureNetwork extends Network {
  compute: Compute;
  /** Architecture. */
  name: string;
  imageSize: number;
  /** `pretrained`, or the checkpoint file. */
  checkpoint: string;
  sha256: string;
  /** Whom its checkpoint was fitted and tested on; null when it does not say. */
  split: SplitIdentity | null;
  /** Hashes of the patients it was trained on; null when the checkpoint does not say. */
  trainedOn: readonly string[] | null;
}

/** Builds the network in eval mode, on the device and in the precision of the settings. */
export async function openNetwork(
  spec: NetworkSpec,
  chosen: ChosenCheckpoint,
  settings: InferenceSettings,
  context: StageContext,
): Promise<FeatureNetwork> {
  const { name, imageSize } = spec;
  await requirePretrained(spec, context);
  const compute = chooseCompute(settings, extractionWork(spec, settings.batchSize), context);
  const saved = chosen.kind === 'file' ? chosen.saved : null;
  const network = await buildNetwork(spec, compute, context);
  network.model.eval();
  const file = chosen.kind === 'file' ? chosen.path : chosen.file;
  if (file !== null && saved === null) sayAssumptions(spec, file, network, context);
  return {
    ...network,
    compute,
    name,
    imageSize,
    checkpoint: file ?? 'pretrained',
    sha256: file === null ? weightsHash(network.model, name) : hashFile(file),
    split: saved?.about ?? null,
    trainedOn: file === null ? [] : (saved?.about.patients.train ?? null),
  };
}

/** {@link openNetwork} for features and logits only, with fewer passes over every feature map and equal results. */
export async function openFeatureNetwork(
  spec: NetworkSpec,
  chosen: ChosenCheckpoint,
  settings: InferenceSettings,
  context: StageContext,
): Promise<FeatureNetwork> {
  const network = await openNetwork(spec, chosen, settings, context);
  foldForInference(network.model, network.compute, network.imageSize);
  return network;
}

function sayAssumptions(
  { name, imageSize }: NetworkSpec,
  path: string,
  { normalisation }: Network,
  context: StageContext,
): void {
  const { mean, std } = normalisation;
  say(
    context,
    `${path} holds weights only. From flags and configuration: model ${name}, images of ` +
      `${imageSize} pixels, mean ${mean}, std ${std}. It does not say its modality, nor on which ` +
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
