import { completePatients, type NewPatients } from '@radweave/analysis/fusion/new-features';
import { meanOverSlices, type PooledFeatures } from '@radweave/analysis/fusion/pool';
import type { Config, FusionModality } from '@radweave/artifacts';
import { extractionBatch, extractPatients } from '@radweave/network/features/extractor';
import type { FeatureNetwork } from '@radweave/network/open/feature-network';
import { openWantedNetwork } from '@radweave/network/open/wanted-network';
import { patientHash } from '@radweave/study/cohort/patient-hash';
import type { PatientSlices } from '@radweave/study/cohort/slice-order';
import { type StageContext, warn } from '@radweave/study/context/events';
import { findNewImages, patientFolders } from './image-folder.ts';
import { withDecodedImages } from './image-pixels.ts';

/** New patients read from images; `trained` are those a network was trained on. */
export interface ImagePatients extends NewPatients {
  trained: ReadonlySet<string>;
}

/**
 * Extracts the features of new patients from `{patient}/{modality}/*.png` with the very checkpoints of the model.
 *
 * @param moved Where a modality's checkpoint lies now, if not where `model.json` says.
 * @throws DataError when a checkpoint is missing or another one, or images cannot be used.
 */
export async function extractNewImages(
  folder: string,
  modalities: readonly FusionModality[],
  moved: Readonly<Record<string, string>>,
  config: Config,
  context: StageContext,
): Promise<ImagePatients> {
  const names = modalities.map(({ modality }) => modality);
  const images = findNewImages(folder, names, (masks, doubtful) => warnOfMasks(masks, doubtful, context));
  const ids = new Map(names.map((name) => [name, new Set(images.get(name)?.keys())]));
  const { patients, missing } = completePatients(ids, patientFolders(folder));
  const pooled: Record<string, PooledFeatures> = {};
  const trained = new Set<string>();
  for (const wanted of patients.length === 0 ? [] : modalities) {
    const network = await openWantedNetwork(
      wanted,
      moved[wanted.modality] ?? wanted.checkpoint,
      config,
      context,
    );
    const seen = new Set(network.trainedOn);
    for (const patient of patients) if (seen.has(patientHash(patient))) trained.add(patient);
    const slices = patients.map((patient) => images.get(wanted.modality)?.get(patient) ?? []);
    pooled[wanted.modality] = await poolImages(network, patients, slices, config, context);
  }
  return { patients, missing, pooled, trained };
}

async function poolImages(
  network: FeatureNetwork,
  patients: readonly string[],
  slices: readonly (readonly string[])[],
  config: Config,
  context: StageContext,
): Promise<PooledFeatures> {
  let next = 0;
  const plan = patients.map((patient, i): PatientSlices => {
    return { patient, positions: (slices[i] ?? []).map(() => next++) };
  });
  const dims = network.model.numFeatures;
  const data = new Float32Array(patients.length * dims);
  const extraction = {
    batchSize: extractionBatch(config.extraction.batch_size, network.compute),
    task: 'extracting features',
    context,
  };
  const shape = { ...config.data, image_size: network.imageSize };
  await withDecodedImages(slices.flat(), shape, async (pixels) => {
    for await (const { index, features } of extractPatients(network, pixels, plan, extraction)) {
      data.set(meanOverSlices(features, dims), index * dims);
    }
  });
  return { dims, data };
}

function warnOfMasks(masks: readonly string[], doubtful: readonly string[], context: StageContext): void {
  if (masks.length > 0) {
    warn(
      context,
      `Images named like masks or labels are left out (${masks.length}), such as ${masks[0]}; rename them if they are slices`,
    );
  }
  if (doubtful.length > 0) {
    warn(
      context,
      `Images that are called like outlines of a lesion, without a slice that they belong to, are used as slices (${doubtful.length}), ` +
        `such as ${doubtful[0]}; remove them if they are masks`,
    );
  }
}
