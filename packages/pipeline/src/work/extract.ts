import { alignAvailable } from '@radweave/analysis/features/align';
import { refuseForeignFeatures } from '@radweave/analysis/features/foreign';
import { type NewFeatures, replaceFeatures } from '@radweave/analysis/features/replace';
import {
  type Config,
  DataError,
  type FeatureSet,
  featureTablePath,
  folderName,
  SPLITS,
  type Split,
  toldFile,
  UsageError,
} from '@radweave/artifacts';
import { inferenceSettings } from '@radweave/network/compute/compute';
import { computingDevice } from '@radweave/network/compute/device';
import { engineVersions } from '@radweave/network/compute/versions';
import {
  type Extraction,
  extractionBatch,
  featureRows,
  sliceOrder,
} from '@radweave/network/features/extractor';
import { writeSplitFeatures } from '@radweave/network/features/split-features';
import { type ChosenCheckpoint, chooseCheckpoint } from '@radweave/network/open/checkpoint-choice';
import { requireEngineSettings } from '@radweave/network/open/engine-settings';
import { type FeatureNetwork, openFeatureNetwork } from '@radweave/network/open/feature-network';
import { checkpointNetwork, type NetworkSpec } from '@radweave/network/open/network-spec';
import { Decoding } from '@radweave/network/slices/decoding';
import { type LoadedSplit, readSliceTable, requireImages } from '@radweave/network/slices/load';
import type { Tables } from '@radweave/network/training/session-splits';
import { counted } from '@radweave/remarks';
import { forEachSplit } from '@radweave/study/cohort/each-split';
import { requireModalityNames } from '@radweave/study/cohort/modality-names';
import { KnownPatients, refuseSeenPatients, warnUntold } from '@radweave/study/cohort/patient-hash';
import { presentSlices } from '@radweave/study/cohort/read-cohort';
import { inNaturalOrder } from '@radweave/study/cohort/slice-order';
import type { SliceTable } from '@radweave/study/cohort/slice-table';
import { openSplitFolder } from '@radweave/study/cohort/split-folder';
import { type StageContext, say, warn } from '@radweave/study/context/events';
import { type AlignResult, alignResult } from './align.ts';

export interface ExtractOptions {
  config: Config;
  modality: string;
  /** Architecture: chooses among runs, and names that of weights that do not say it. */
  model?: string | undefined;
  /** A file, `pretrained`, or undefined for the newest best run on the present split. */
  checkpoint?: string | undefined;
  /** Align all modalities that have features afterwards. */
  align: boolean;
  /** Keys the user set for this call (by flag, `--set` or file); the rest are defaults. */
  given?: readonly string[];
}

export interface ExtractResult {
  modality: string;
  model: string;
  checkpoint: string;
  checkpointSha256: string;
  dims: number;
  patients: Record<Split, number>;
  slices: Record<Split, number>;
  tables: Record<Split, string>;
  aligned: AlignResult | null;
}

/**
 * Extracts the features of every slice of a modality, all three splits, with the network as it is before its classifier.
 *
 * @throws DataError when the checkpoint was trained on patients that are now in validation or test; InterruptedError when
 *   told to stop: the earlier features are untouched.
 */
export async function extract(options: ExtractOptions, context: StageContext): Promise<ExtractResult> {
  const { modality } = options;
  const { data } = options.config;
  refuseForeignFeatures(data.features_dir, modality);
  const { features, checkpoint } = await withNetwork(options, context, async (network, decoding, config) => ({
    features: await replaceFeatures(data.features_dir, modality, (temporary) =>
      extractSplits({ config, modality, network, decoding, context }, temporary),
    ),
    checkpoint: network.checkpoint,
  }));
  return await finishExtraction(options, features, checkpoint, context);
}

/** What is told of new features, and what is made of them. */
export async function finishExtraction(
  { config, modality, align }: ExtractOptions,
  features: Record<Split, NewFeatures>,
  checkpoint: string,
  context: StageContext,
): Promise<ExtractResult> {
  const { data } = config;
  const { model, checkpoint_sha256, dims } = features.train.set;
  say(context, `Features of ${modality} (${dims} per slice) are in ${data.features_dir}.`);
  const modalities = [...new Set([...data.modalities, modality])];
  return {
    modality,
    model,
    checkpoint,
    checkpointSha256: checkpoint_sha256,
    dims,
    patients: forEachSplit((split) => features[split].set.patients),
    slices: forEachSplit((split) => features[split].set.slices),
    tables: forEachSplit((split) => featureTablePath(data.features_dir, split, modality)),
    aligned: align ? alignResult(data.features_dir, await alignAvailable(config, modalities, context)) : null,
  };
}

/** Opens the network that is asked for, once all that can be refused is looked at, while its slices are decoded. */
export async function withNetwork<T>(
  options: ExtractOptions,
  context: StageContext,
  use: (network: FeatureNetwork, decoding: Decoding, config: Config) => Promise<T>,
): Promise<T> {
  const { modality, model, checkpoint } = options;
  requireModalityNames([folderName('modality', modality)], options.config.data.missing === 'allow');
  const config = askedModel(options);
  requireEngineSettings(config);
  openSplitFolder(config.data, [modality], context);
  const { weights } = config.model;
  const chosen = await chooseCheckpoint({ checkpoint, modality, model, weights, config }, context);
  if (model === undefined) requireModelName(options, chosen);
  const spec = checkpointNetwork(config, chosen);
  sayImageSize(options, spec, context);
  const tables = forEachSplit((split) => readSliceTable(config.data, split, modality));
  requirePatients(config.data, modality, tables);
  refuseLeak(tables, chosen, new KnownPatients(config.data), context);
  await requireImages(modality, tables);
  const data = structuredClone(config.data);
  data.image_size = spec.imageSize;
  // Opening a GPU takes about as long as decoding. On a CPU what `auto` measures would be disturbed.
  const isOnCpu = (await computingDevice(config.training.device)) === 'cpu';
  const begin = (): Decoding => new Decoding(data, modality, tables, context);
  let decoding = isOnCpu ? null : begin();
  try {
    const network = await openFeatureNetwork(spec, chosen, inferenceSettings(config), context);
    decoding ??= begin();
    return await use(network, decoding, config);
  } finally {
    await decoding?.close();
  }
}

/** The configuration with the model that is asked for. Initial weights of a training are none of a checkpoint's. */
function askedModel({ config, model, checkpoint }: ExtractOptions): Config {
  const own = structuredClone(config);
  if (model !== undefined) own.model.name = model;
  if (checkpoint !== 'pretrained') own.model.weights = null;
  return own;
}

/** A default must not decide which architecture a user's own weights are read into. */
function requireModelName({ given = [] }: ExtractOptions, chosen: ChosenCheckpoint): void {
  if (given.includes('model.name') || (chosen.kind === 'file' && chosen.saved !== null)) return;
  const which =
    chosen.kind === 'pretrained' ? 'pretrained weights are asked for' : `${chosen.path} holds weights only`;
  throw new UsageError('E_NO_MODEL', `${which}, and no model is named`, {
    hint: 'Give --model, such as --model resnet18, or model.name in the configuration',
  });
}

function sayImageSize(
  { config, given = [] }: ExtractOptions,
  spec: NetworkSpec,
  context: StageContext,
): void {
  const [asked, used] = [config.data.image_size, spec.imageSize];
  if (asked === used || !given.includes('data.image_size')) return;
  warn(
    context,
    `The checkpoint was trained on images of ${used} pixels; data.image_size ${asked} is not used.`,
  );
}

/** @throws DataError when there is nobody to extract; UsageError without split files. */
function requirePatients(data: Config['data'], modality: string, tables: Tables): void {
  if (SPLITS.some((split) => tables[split].length > 0)) return;
  throw new DataError('E_NO_PATIENTS', `the split files of ${modality} list no slice`, {
    where: data.splits_dir,
    hint: 'Run preprocess again, or name another --splits_dir',
  });
}

function refuseLeak(
  { val, test }: Tables,
  chosen: ChosenCheckpoint,
  known: KnownPatients,
  context: StageContext,
): void {
  if (chosen.kind === 'pretrained' || chosen.saved === null) return;
  const { patients } = chosen.saved.about;
  const unseen = [
    { split: 'val' as const, table: val },
    { split: 'test' as const, table: test },
  ];
  warnUntold(patients.train, chosen.path, known, context);
  refuseSeenPatients(patients.train, unseen, chosen.path, known);
  const validated = countKnown(test, patients.val, known);
  if (validated > 0) {
    warn(
      context,
      `${counted(validated, 'patient')} of the test set ${validated === 1 ? 'was' : 'were'} in this checkpoint's validation set: its epoch was chosen on them.`,
    );
  }
}

function countKnown(table: SliceTable, hashes: readonly string[], known: KnownPatients): number {
  const all = new Set(hashes);
  return table.patients.filter((one) => known.has(all, one)).length;
}

/** What extracts all splits of a modality. */
interface Extracting {
  config: Config;
  modality: string;
  network: FeatureNetwork;
  decoding: Decoding;
  context: StageContext;
}

async function extractSplits(
  extracting: Extracting,
  temporary: Record<Split, string>,
): Promise<Record<Split, NewFeatures>> {
  const { config, modality, network } = extracting;
  const { features_dir: featuresDir } = config.data;
  const { slice_index: sliceIndex } = config.extraction;
  return await ofEachSplit(extracting, async (split, loaded, set) => {
    const order = sliceOrder(inNaturalOrder(loaded.table));
    const pieces = featureRows(network, loaded.pixels, order, loaded.extraction);
    const target = { split, modality, featuresDir, temporary: temporary[split], sliceIndex };
    return { rows: await writeSplitFeatures(pieces, set.dims, loaded.table, target), set };
  });
}

/** A split that is to be extracted, and how. */
export interface SplitToExtract extends LoadedSplit {
  extraction: Extraction;
}

/** Takes one decoded split after the other, with what is to be recorded of its features. */
export async function ofEachSplit<T>(
  { config, modality, network, decoding, context }: Extracting,
  use: (split: Split, loaded: SplitToExtract, set: FeatureSet) => Promise<T>,
): Promise<Record<Split, T>> {
  const known = new KnownPatients(config.data);
  const slices = presentSlices(config.data, [modality])[modality];
  const batchSize = extractionBatch(config.extraction.batch_size, network.compute);
  const one = async (split: Split): Promise<T> => {
    const loaded = await decoding.take(split);
    try {
      const task = `extracting ${split} features of ${modality}`;
      const extraction = { batchSize, task, context: decoding.watching(context) };
      const set = featureSet(network, split, modality, loaded, known, slices?.[split]);
      return await use(split, { ...loaded, extraction }, set);
    } finally {
      loaded.close();
    }
  };
  return { train: await one('train'), val: await one('val'), test: await one('test') };
}

function featureSet(
  network: FeatureNetwork,
  split: Split,
  modality: string,
  { table }: LoadedSplit,
  known: KnownPatients,
  slices: string | undefined,
): FeatureSet {
  const { trainedOn } = network;
  const isTold = trainedOn !== null && known.canTell(trainedOn);
  return {
    format: 1,
    modality,
    split,
    model: network.name,
    checkpoint: toldFile(network.checkpoint),
    checkpoint_sha256: network.sha256,
    split_hash: network.split?.split_hash ?? null,
    fitted_on_hash: network.split?.fitted_on_hash,
    in_sample: isTold ? countKnown(table, trainedOn, known) > 0 : null,
    dims: network.model.numFeatures,
    patients: table.patients.length,
    slices: table.length,
    slices_identity: slices,
    precision: network.compute.precision,
    image_size: network.imageSize,
    normalize_mean: network.normalisation.mean,
    normalize_std: network.normalisation.std,
    versions: engineVersions(network.compute.device),
  };
}
