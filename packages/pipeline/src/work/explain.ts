import { basename, join } from 'node:path';
import {
  type CheckpointFacts,
  type Config,
  DataError,
  type ExplainedPatient,
  type Explanations,
  explanationsFile,
  explanationsFolder,
  isLeftBySystem,
  jsonWith,
  type MapMethod,
  type RandomisationCheck,
  readExplanations,
  refuseOther,
  replaceFolderAtomic,
  type Split,
  UsageError,
  writeExplanations,
} from '@radweave/artifacts';
import { existsSync, readdirSync, readFileSync } from '@radweave/artifacts/files';
import { isMarkedPng } from '@radweave/imaging';
import { inferenceBatch, inferenceSettings } from '@radweave/network/compute/compute';
import type { MapSource } from '@radweave/network/explain/maps';
import { type ChosenCheckpoint, chooseCheckpoint } from '@radweave/network/open/checkpoint-choice';
import { requireDevice } from '@radweave/network/open/engine-settings';
import { openNetwork } from '@radweave/network/open/feature-network';
import { checkpointNetwork } from '@radweave/network/open/network-spec';
import { decodeSplit, type LoadedSplit, readSliceTable } from '@radweave/network/slices/load';
import { remark } from '@radweave/remarks';
import { KnownPatients, refuseSeenPatients, warnUntold } from '@radweave/study/cohort/patient-hash';
import { presentSlices } from '@radweave/study/cohort/read-cohort';
import type { PatientRow } from '@radweave/study/cohort/slice-table';
import { openSplitFolder } from '@radweave/study/cohort/split-folder';
import type { StageContext } from '@radweave/study/context/events';
import { predictedLabel } from '@radweave/study/decisions/predicted-label';
import { classOf } from '../explain/class-of.ts';
import { chooseDecision, predictPatients } from '../explain/decision.ts';
import { type ExplanationJob, explainPatients } from '../explain/explanations.ts';
import { requireLayer, requireMaps } from '../explain/layers.ts';
import { montageNames, type PatientToExplain } from '../explain/patient.ts';
import { sayCheck } from '../explain/remarks.ts';
import { type ChosenPatient, selectPatients } from '../explain/select.ts';
import { predictedSlices, type WantedPatient, wantedPatients } from '../explain/wanted.ts';

export interface ExplainOptions {
  config: Config;
  modality: string;
  /** A file, or undefined for the newest best run on the present split. */
  checkpoint?: string | undefined;
  split: Split;
  /** Explain these and no others. */
  patients?: string[] | undefined;
  /** How many most and least confident right and wrong patients of each hospital. */
  count: number;
  /** Label to explain; undefined for the positive one of two, the predicted one of more. */
  explainedClass?: string | undefined;
  /** The most slices in a montage. */
  slices: number;
}

export interface ExplainResult {
  folder: string;
  method: MapMethod;
  layer: string;
  labelNames: string[];
  patients: Omit<ExplainedPatient, 'slices'>[];
  randomisation: RandomisationCheck;
}

/**
 * Montages of patients of one split with their heat maps, and the randomisation check of the maps, in
 * `{output}/explanations/{modality}`.
 *
 * @throws UsageError for an unknown layer, class or patient; DataError when the split holds no patients or the checkpoint
 *   has seen patients of validation or test; InterruptedError when told to stop: the earlier explanations are untouched.
 */
export async function explain(options: ExplainOptions, context: StageContext): Promise<ExplainResult> {
  const folder = explanationsFolder(options.config.experiment.output_dir, options.modality);
  refuseOtherExplanations(folder);
  return await withMaps(options, context, async (job, source) => {
    const explanations = await replaceFolderAtomic(folder, async (temporary) => {
      const found = await explainPatients(job, job.wanted, source, temporary, context);
      writeExplanations(temporary, found);
      return found;
    });
    return finishExplaining(folder, explanations, context);
  });
}

/** What is told of new explanations. */
export function finishExplaining(
  folder: string,
  { patients, randomisation, label_names, method, layer }: Explanations,
  context: StageContext,
): ExplainResult {
  sayCheck(randomisation, context);
  return {
    labelNames: label_names,
    folder,
    method,
    layer,
    patients: patients.map(({ slices: _, ...one }) => one),
    randomisation,
  };
}

/** Chooses who is explained, and opens the network whose maps are drawn. */
export async function withMaps<T>(
  options: ExplainOptions,
  context: StageContext,
  use: (job: ExplanationJob, source: MapSource) => Promise<T>,
): Promise<T> {
  const { modality, checkpoint, split } = options;
  const config = structuredClone(options.config);
  requireDevice(config.training);
  openSplitFolder(config.data, [modality], context);
  const table = readSliceTable(config.data, split, modality);
  const asked = wantedPatients(table, options.patients, split);
  const wish = { checkpoint, modality, model: undefined, config, needsClassifier: true };
  const chosen = await chooseCheckpoint(wish, context);
  const { about, path } = requireClassifier(chosen);
  const explainedClass = classOf(options.explainedClass, about.label_names);
  const spec = checkpointNetwork(config, chosen);
  config.data.image_size = spec.imageSize;
  if (split !== 'train') {
    const known = new KnownPatients(config.data);
    warnUntold(about.patients.train, path, known, context);
    refuseSeenPatients(about.patients.train, [{ split, table }], path, known);
  }
  // Gradients in bfloat16 would be coarser than the differences that maps show.
  config.training.precision = 'fp32';
  const settings = { ...inferenceSettings(config), why: remark('precision-of-maps') };
  const network = await openNetwork(spec, chosen, settings, context);
  network.model.requiresGrad_(false);
  const { method } = config.explanation;
  const layer = requireLayer(network, config.explanation.layer);
  // Grad-CAM has maps at a model's own layer.
  if (method !== 'grad-cam' || config.explanation.layer !== null) requireMaps(network, layer, method);
  const loaded = await decodeSplit({ data: config.data, split, modality, table, context });
  try {
    const batchSize = inferenceBatch(config.extraction.batch_size, network.compute);
    const source: MapSource = { network, layer, method, pixels: loaded.pixels, batchSize };
    return await use(
      await jobOf({ ...options, explainedClass }, asked, source, loaded, about, context),
      source,
    );
  } finally {
    loaded.close();
  }
}

/** The folder is replaced as a whole. @throws UsageError `E_OTHER_FILE`. */
export function refuseOtherExplanations(folder: string): void {
  if (!existsSync(folder)) return;
  const flag = '--set experiment.output_dir=FOLDER';
  const record = basename(explanationsFile(folder));
  // Those of earlier versions have no mark.
  const listed = new Set(montagesIn(folder));
  const isMontage = (path: string): boolean =>
    listed.has(basename(path)) || (path.endsWith('.png') && isMarkedPng(readFileSync(path)));
  for (const name of readdirSync(folder).filter((one) => !isLeftBySystem(one))) {
    const isOurs = name === record ? jsonWith('randomisation') : isMontage;
    refuseOther(join(folder, name), flag, 'a file of explanations of Radweave', isOurs);
  }
}

/** What the record names, where it can be read. */
function montagesIn(folder: string): string[] {
  try {
    return readExplanations(folder).patients.map(({ file }) => file);
  } catch (error) {
    if (error instanceof DataError) return [];
    throw error;
  }
}

/** What the checkpoint says. @throws UsageError when it has no classifier of these labels. */
function requireClassifier(chosen: ChosenCheckpoint): { about: CheckpointFacts; path: string } {
  if (chosen.kind === 'file' && chosen.saved !== null) {
    return { about: chosen.saved.about, path: chosen.path };
  }
  const what = chosen.kind === 'pretrained' ? 'pretrained weights have' : `${chosen.path} has`;
  throw new UsageError('E_NO_CLASSIFIER', `${what} no classifier that was trained for these labels`, {
    where: '--checkpoint',
    hint: 'Give a checkpoint of radweave train',
  });
}

async function jobOf(
  options: Omit<ExplainOptions, 'explainedClass'> & { explainedClass: number | undefined },
  asked: readonly PatientRow[],
  source: MapSource,
  { table }: LoadedSplit,
  about: CheckpointFacts,
  context: StageContext,
): Promise<ExplanationJob> {
  const { modality, split, config, count } = options;
  const outputDir = config.experiment.output_dir;
  const { numClasses } = source.network.model;
  const scored = await predictedSlices(source, table, asked, context);
  const decision = chooseDecision(outputDir, modality, split, scored, numClasses, context);
  const patients = predictPatients(scored, decision);
  const chosen =
    options.patients === undefined
      ? selectPatients(patients, decision, count)
      : patients.map((one): ChosenPatient => {
          return {
            ...one,
            predicted: predictedLabel(one.probabilities, decision.threshold),
            category: 'asked',
          };
        });
  const wanted = toExplain(chosen, scored, options.explainedClass, numClasses);
  return {
    modality,
    split,
    slices: presentSlices(config.data, [modality])[modality]?.[split],
    table,
    labelNames: about.label_names,
    decision,
    wanted,
    most: options.slices,
    seed: config.experiment.seed,
  };
}

function toExplain(
  chosen: readonly ChosenPatient[],
  scored: readonly WantedPatient[],
  explainedClass: number | undefined,
  classes: number,
): PatientToExplain[] {
  const byId = new Map(scored.map((one) => [one.patient, one]));
  const files = montageNames(chosen);
  return chosen.flatMap((one, i) => {
    const known = byId.get(one.patient);
    if (known === undefined) return [];
    const explained = explainedClass ?? (classes === 2 ? 1 : one.predicted);
    const { positions, slices: probabilities } = known;
    return [{ chosen: one, explained, positions, probabilities, file: files[i] ?? '' }];
  });
}
