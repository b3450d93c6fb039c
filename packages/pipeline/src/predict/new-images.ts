import { dirname } from 'node:path';
import { type NewPatients, patientsToPredict } from '@radweave/analysis/fusion/new-features';
import { meanOverSlices, type PooledFeatures, spreadRows } from '@radweave/analysis/fusion/pool';
import { type Config, DataError, type FusionModelFile, parseSlicePath } from '@radweave/artifacts';
import { extractionBatch, extractPatients } from '@radweave/network/features/extractor';
import type { FeatureNetwork } from '@radweave/network/open/feature-network';
import { wantedNetwork } from '@radweave/network/open/wanted-network';
import { storePixels } from '@radweave/network/slices/store-pixels';
import { counted } from '@radweave/remarks';
import type { PatientSlices } from '@radweave/study/cohort/slice-order';
import { type StageContext, warn, withoutRepeats } from '@radweave/study/context/events';
import { findNewImages, type NewImages, patientFolders } from './image-folder.ts';
import { withDecodedImages } from './image-pixels.ts';
import { NewPeople, TrainedOn } from './trained-on.ts';

/** New patients, and whether the networks were trained on them. */
export interface TrainedPatients extends NewPatients {
  trained: TrainedOn;
}

/**
 * Extracts the features of new patients from `{patient}/{modality}/*.png` with the very checkpoints of the model.
 *
 * @param moved Where a modality's checkpoint lies now, if not where `model.json` says.
 * @param hospital of the patients; null where only the place of the images may tell it.
 * @throws DataError when a checkpoint is missing or another one, or images cannot be used.
 */
export async function extractNewImages(
  folder: string,
  { modalities, missing }: Pick<FusionModelFile, 'modalities' | 'missing'>,
  moved: Readonly<Record<string, string>>,
  hospital: string | null,
  config: Config,
  context: StageContext,
): Promise<TrainedPatients> {
  const names = modalities.map(({ modality }) => modality);
  const images = findNewImages(folder, names, (masks, doubtful) => warnOfMasks(masks, doubtful, context));
  const ids = new Map(names.map((name) => [name, new Set(images.get(name)?.keys())]));
  const chosen = patientsToPredict(ids, missing === 'allow', patientFolders(folder));
  const { patients, owned } = chosen;
  const pooled: Record<string, PooledFeatures> = {};
  const trained = new TrainedOn();
  const people = new NewPeople(config.data, names, hospital, context, hospitalOf(images));
  const needed = modalities.flatMap((wanted) => {
    const { modality } = wanted;
    const isThere = owned.map((own) => own.includes(modality));
    const having = patients.filter((_, i) => isThere[i]);
    if (having.length === 0) return [];
    const path = moved[modality] ?? wanted.checkpoint;
    return [{ modality, isThere, having, path, open: wantedNetwork(wanted, path) }];
  });
  const once = withoutRepeats(context);
  for (const { modality, isThere, having, path, open } of needed) {
    const network = await open(config, once);
    people.look(having, network.trainedOn, path, trained);
    const slices = having.map((patient) => images.get(modality)?.get(patient) ?? []);
    const found = await poolImages(network, having, slices, config, context);
    pooled[modality] = spreadRows(found, isThere);
  }
  return { ...chosen, pooled, trained };
}

/** Where the images lie in the layout of a cohort, their paths name the hospital. */
function hospitalOf(images: NewImages): string | null {
  const paths = [...images.values()].flatMap((patients) => [...patients.values()].flat());
  const hospitals = new Set(paths.map((path) => parseSlicePath(path)?.hospital ?? null));
  const [only = null] = hospitals;
  return hospitals.size === 1 ? only : null;
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
  const paths = slices.flat();
  await withDecodedImages(paths, shape, async (store) => {
    const used = withoutMasks(plan, store.twoValued(), paths, context);
    warnOfBlank(store.blank(), paths, context);
    for await (const { index, features } of extractPatients(network, storePixels(store), used, extraction)) {
      data.set(meanOverSlices(features, dims), index * dims);
    }
  });
  return { dims, data };
}

/** The slices without images of two gray values, as `preprocess` would take them. @throws DataError for a patient who has no others. */
function withoutMasks(
  plan: readonly PatientSlices[],
  twoValued: readonly number[],
  paths: readonly string[],
  context: StageContext,
): readonly PatientSlices[] {
  const [first] = twoValued;
  if (first === undefined) return plan;
  const masks = new Set(twoValued);
  const used = plan.map((one) => ({ ...one, positions: one.positions.filter((at) => !masks.has(at)) }));
  const empty = plan.filter((_, i) => used[i]?.positions.length === 0);
  if (empty.length > 0) {
    const names = empty.map(({ patient }) => patient).join(', ');
    throw new DataError('E_IMAGES', `all images of ${names} have two gray values only, as masks have`, {
      where: dirname(paths[empty[0]?.positions[0] ?? 0] ?? ''),
      hint: 'Replace them with the slices, or take these folders away',
    });
  }
  warn(
    context,
    `Images of two gray values only, as masks have, are left out (${masks.size}), such as ${paths[first]}`,
  );
  return used;
}

function warnOfBlank(blank: readonly number[], paths: readonly string[], context: StageContext): void {
  const [first] = blank;
  if (first === undefined) return;
  const many = `${blank.length} of ${counted(paths.length, 'image')}`;
  warn(
    context,
    `Images of one gray value only: ${many}, such as ${paths[first]}; they show nothing and are used like any other`,
  );
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
