import { rmSync } from 'node:fs';
import {
  type Config,
  DataError,
  hashFile,
  InterruptedError,
  type LogitsRecord,
  lockFolder,
  logitsPath,
  logitsRecordPath,
  type PatientLogits,
  type Split,
  writeLogits,
  writeLogitsRecord,
} from '@radweave/artifacts';
import { crossFitConfig } from '../crossfit/config.ts';
import { type FittedFold, openFold } from '../crossfit/fold_network.ts';
import { type FoldSettings, foldRun, trainFolds } from '../crossfit/fold_run.ts';
import { patientLogits } from '../crossfit/logits.ts';
import { type CrossFold, identityOf, planFolds } from '../crossfit/plan.ts';
import { type StageContext, say } from '../engine/events.ts';
import { forEachSplit } from '../features/for_each_split.ts';
import { type LoadedSplit, loadSplit, readSliceTable } from '../slices/load.ts';
import type { PatientRow } from '../slices/table.ts';
import { patientHash } from '../training/patients.ts';
import { engineVersions } from '../versions.ts';

/** What `extract --cross_fit K` is asked to do. */
export interface CrossFitOptions {
  config: Config;
  modality: string;
  /** Architecture: chooses among runs. */
  model?: string | undefined;
  /** Whose settings to train with: a file of this program, or undefined for the newest best run. */
  checkpoint?: string | undefined;
  folds: number;
}

/** What it gives. */
export interface CrossFitResult {
  modality: string;
  model: string;
  folds: number;
  runs: string[];
  tables: Record<Split, string>;
  patients: Record<Split, number>;
  record: string;
}

/**
 * Trains K models on patient-grouped, stratified folds of the training set and writes logits: of every training patient by
 * the one model that did not see it, of validation and external patients the mean of all K models.
 *
 * Each model's epoch is chosen on an inner stratified part of its own training patients: not on the held-out fold, whose
 * logits would be chosen to be good, nor on the validation set, on which the stack's threshold is chosen later. Features of
 * the K models lie in K different spaces and are never written.
 *
 * @throws InterruptedError when told to stop: finished folds are kept, the same command goes on.
 */
export async function crossFit(options: CrossFitOptions, context: StageContext): Promise<CrossFitResult> {
  const { modality, folds: count } = options;
  const config = await crossFitConfig(options, context);
  const { rows } = readSliceTable(config, 'train', modality);
  const folds = planFolds(rows, count, config.experiment.seed);
  const identity = identityOf(config, modality, folds);
  const settings: FoldSettings = {
    config,
    modality,
    name: `${modality}_crossfit${count}_${identity.slice(0, 8)}`,
    goOn: `radweave extract --modality ${modality} --cross_fit ${count}, with the same options`,
  };
  const lock = lockFolder(
    config.data.features_dir,
    `radweave extract --modality ${modality} --cross_fit ${count}`,
  );
  try {
    await trainFolds(settings, folds, context);
    const { tables, record } = await logitsOfAll(settings, folds, context);
    const result = write(settings, identity, tables, record);
    say(context, `Logits of ${modality} by ${count} cross-fitted models: ${result.record}`);
    return result;
  } finally {
    lock.release();
  }
}

async function logitsOfAll(
  settings: FoldSettings,
  folds: readonly CrossFold[],
  context: StageContext,
): Promise<{ tables: Record<Split, PatientLogits[]>; record: LogitsRecord['models'] }> {
  const { config, modality } = settings;
  const loaded: LoadedSplit[] = [];
  const load = async (split: Split): Promise<LoadedSplit> => {
    const one = await loadSplit(config, split, modality, context);
    loaded.push(one);
    return one;
  };
  try {
    const splits = { train: await load('train'), val: await load('val'), test: await load('test') };
    const classes = config.model.num_classes;
    const sums = { val: zeros(splits.val, classes), test: zeros(splits.test, classes) };
    const train = new Map<string, PatientLogits>();
    const record: LogitsRecord['models'] = [];
    for (const [index, fold] of folds.entries()) {
      const fitted = await openFold(config, foldRun(settings, fold), context);
      refuseSeen(fitted, fold, [splits.val, splits.test]);
      context.emit({ kind: 'progress', task: `logits of ${modality}`, done: index, total: folds.length });
      const logits = (split: Split, patients: readonly PatientRow[]): Promise<number[][]> =>
        patientLogits(fitted.network, splits[split], patients, classes, {
          batchSize: config.extraction.batch_size,
          beforeBatch: () => {
            if (context.shouldStop()) throw stopped(settings);
          },
        });
      const names = new Set(fold.sets.test.map(({ patient }) => patient));
      const heldOut = splits.train.table.patients.filter(({ patient }) => names.has(patient));
      for (const [i, values] of (await logits('train', heldOut)).entries()) {
        const patient = heldOut[i];
        if (patient !== undefined) train.set(patient.patient, rowOf(patient, index + 1, values));
      }
      for (const split of ['val', 'test'] as const) {
        const rows = await logits(split, splits[split].table.patients);
        rows.forEach((values, i) => {
          sums[split][i] = values.map((value, c) => (sums[split][i]?.[c] ?? 0) + value / folds.length);
        });
      }
      record.push({ ...fitted.record, fold: index + 1, held_out: [...names].map(patientHash).sort() });
    }
    const mean = (split: 'val' | 'test'): PatientLogits[] =>
      splits[split].table.patients.map((patient, i) => rowOf(patient, 0, sums[split][i] ?? []));
    const tables = {
      train: splits.train.table.patients.flatMap(({ patient }) => train.get(patient) ?? []),
      val: mean('val'),
      test: mean('test'),
    };
    return { tables, record };
  } finally {
    for (const one of loaded) one.close();
  }
}

function zeros({ table }: LoadedSplit, classes: number): number[][] {
  return table.patients.map(() => new Array<number>(classes).fill(0));
}

function rowOf(
  { patient, hospital, label, slices }: PatientRow,
  fold: number,
  logits: number[],
): PatientLogits {
  return { patient_id: patient, hospital, label, num_slices: slices.length, fold, logits };
}

/** Asks the checkpoint itself, not the plan, whom it has seen. */
function refuseSeen({ record }: FittedFold, fold: CrossFold, others: readonly LoadedSplit[]): void {
  const seen = new Set([...record.trained_on, ...record.validated_on]);
  const unseen = [...fold.sets.test, ...others.flatMap(({ table }) => table.patients)];
  const leaked = unseen.find(({ patient }) => seen.has(patientHash(patient)));
  if (leaked === undefined) return;
  throw new DataError(
    'E_LEAK_CROSSFIT',
    `the model of fold ${fold.name} has seen patient ${leaked.patient}`,
    {
      where: record.checkpoint,
      mend: 'The file is not of this cross-fitting: delete the folder of this run and run the same command again',
    },
  );
}

function stopped({ goOn }: FoldSettings): InterruptedError {
  return new InterruptedError('E_INTERRUPTED', 'computing logits was stopped', {
    mend: `All models are trained and kept. Go on with: ${goOn}`,
  });
}

/** The record comes last: tables without one, or with another's hashes, are refused. */
function write(
  { config, modality }: FoldSettings,
  identity: string,
  rows: Record<Split, PatientLogits[]>,
  models: LogitsRecord['models'],
): CrossFitResult {
  const { features_dir: folder } = config.data;
  const { name: model, num_classes: classes } = config.model;
  const record = logitsRecordPath(folder, modality);
  rmSync(record, { force: true });
  const tables = forEachSplit((split) => logitsPath(folder, split, modality));
  forEachSplit((split) => writeLogits(tables[split], rows[split], classes));
  writeLogitsRecord(record, {
    format: 1,
    modality,
    model,
    folds: models.length,
    classes,
    identity,
    models,
    tables: forEachSplit((split) => hashFile(tables[split])),
    versions: engineVersions(),
  });
  const patients = forEachSplit((split) => rows[split].length);
  return {
    modality,
    model,
    folds: models.length,
    runs: models.map(({ run }) => run),
    tables,
    patients,
    record,
  };
}
