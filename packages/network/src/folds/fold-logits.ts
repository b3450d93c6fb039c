import {
  type Config,
  DataError,
  type FoldModel,
  InterruptedError,
  type LogitsRecord,
  type PatientLogits,
  type Split,
} from '@radweave/artifacts';
import { KnownPatients, patientHashes } from '@radweave/study/cohort/patient-hash';
import type { PatientRow } from '@radweave/study/cohort/slice-table';
import { studyKey } from '@radweave/study/cohort/study-key';
import type { StageContext } from '@radweave/study/context/events';
import type { CrossFold } from '@radweave/study/folds/plan';
import type { RunFolder } from '@radweave/study/runs/run-folder';
import { inferenceBatch, inferenceSettings } from '../compute/compute.ts';
import { readCheckpoint } from '../open/checkpoint.ts';
import { type FeatureNetwork, openFeatureNetwork } from '../open/feature-network.ts';
import { checkpointNetwork } from '../open/network-spec.ts';
import { stagePace } from '../slices/inference.ts';
import type { LoadedSplit } from '../slices/load.ts';
import type { Splits } from '../training/session-splits.ts';
import { type FoldSettings, foldRun } from './fold-run.ts';
import { patientLogits } from './logits.ts';

/** Logits of every patient, and what is known of the models that gave them. */
export interface AllLogits {
  tables: Record<Split, PatientLogits[]>;
  models: LogitsRecord['models'];
}

/** Logits of one fold's model, patients × classes: of its held-out patients, of validation and of external patients. */
interface FoldLogits extends Record<Split, number[][]> {
  heldOut: readonly PatientRow[];
  model: LogitsRecord['models'][number];
}

/**
 * Logits of training patients by the model that did not see them, of all others the mean over models.
 *
 * @throws DataError when a checkpoint has seen a patient it must not know; InterruptedError when told to stop.
 */
export async function logitsOfAll(
  settings: FoldSettings,
  folds: readonly CrossFold[],
  splits: Splits,
  context: StageContext,
): Promise<AllLogits> {
  const task = `logits of ${settings.modality}`;
  const ofFolds: FoldLogits[] = [];
  for (const [done, fold] of folds.entries()) {
    context.emit({ kind: 'progress', task, done, total: folds.length });
    ofFolds.push(await logitsOfFold(settings, fold, done + 1, splits, context));
  }
  return gathered(splits, ofFolds);
}

async function logitsOfFold(
  settings: FoldSettings,
  fold: CrossFold,
  number: number,
  splits: Splits,
  context: StageContext,
): Promise<FoldLogits> {
  const { config } = settings;
  const fitted = await openFold(config, foldRun(settings, fold), context);
  refuseSeen(fitted, fold, [splits.val, splits.test], new KnownPatients(config.data));
  const batchSize = inferenceBatch(config.extraction.batch_size, fitted.network.compute);
  const pace = stagePace(context, batchSize, null, () => stopped(settings));
  const of = (split: Split, patients: readonly PatientRow[]): Promise<number[][]> =>
    patientLogits(fitted.network, splits[split], patients, config.model.num_classes, pace);
  const names = new Set(fold.sets.test.map(({ patient }) => patient));
  const heldOut = splits.train.table.patients.filter(({ patient }) => names.has(patient));
  return {
    heldOut,
    train: await of('train', heldOut),
    val: await of('val', splits.val.table.patients),
    test: await of('test', splits.test.table.patients),
    model: { ...fitted.record, fold: number, held_out: patientHashes(studyKey(config.data), heldOut) },
  };
}

function gathered(splits: Splits, folds: readonly FoldLogits[]): AllLogits {
  const outOfFold = new Map(
    folds.flatMap(({ heldOut, train, model }) =>
      heldOut.map((patient, i) => [patient.patient, rowOf(patient, model.fold, train[i] ?? [])] as const),
    ),
  );
  const mean = (split: 'val' | 'test'): PatientLogits[] =>
    splits[split].table.patients.map((patient, i) => {
      const rows = folds.map((fold) => fold[split][i] ?? []);
      const logits = (rows[0] ?? []).map(
        (_, c) => rows.reduce((sum, row) => sum + (row[c] ?? Number.NaN), 0) / rows.length,
      );
      return rowOf(patient, 0, logits);
    });
  return {
    tables: {
      train: splits.train.table.patients.flatMap(({ patient }) => outOfFold.get(patient) ?? []),
      val: mean('val'),
      test: mean('test'),
    },
    models: folds.map(({ model }) => model),
  };
}

function rowOf(
  { patient, hospital, label, slices }: PatientRow,
  fold: number,
  logits: number[],
): PatientLogits {
  return { patient_id: patient, hospital, label, num_slices: slices.length, fold, logits };
}

/** Asks the checkpoint itself, not the plan, whom it has seen. */
function refuseSeen(
  { record }: FittedFold,
  fold: CrossFold,
  others: readonly LoadedSplit[],
  known: KnownPatients,
): void {
  const seen = new Set([...record.trained_on, ...record.validated_on]);
  const unseen = [...fold.sets.test, ...others.flatMap(({ table }) => table.patients)];
  const leaked = unseen.find((one) => known.has(seen, one));
  if (leaked === undefined && known.canTell(seen)) return;
  throw new DataError(
    'E_LEAK_CROSSFIT',
    leaked === undefined
      ? `nobody can tell which patients the model of fold ${fold.name} has seen: ${known.silence}`
      : `the model of fold ${fold.name} has seen patient ${leaked.patient}`,
    {
      where: record.checkpoint,
      hint: 'The file belongs to another cross-fitting: delete the folder of this run and run the same command again',
    },
  );
}

function stopped({ resumes }: FoldSettings): InterruptedError {
  const hint = 'All models are trained and kept';
  return new InterruptedError('computing logits was stopped', hint, { run: resumes });
}

/** The best model of a fold, and what its checkpoint says of it. */
interface FittedFold {
  network: FeatureNetwork;
  record: Omit<FoldModel, 'fold' | 'held_out'>;
}

/** Opens the best checkpoint of a fold's finished run. @throws DataError when it is not a checkpoint of a run. */
async function openFold(config: Config, run: RunFolder, context: StageContext): Promise<FittedFold> {
  const saved = await readCheckpoint(run.best);
  if (saved === null) throw new DataError('E_CHECKPOINT', 'not a checkpoint of a run', { where: run.best });
  const chosen = { kind: 'file' as const, path: run.best, saved };
  const spec = checkpointNetwork(config, chosen);
  const network = await openFeatureNetwork(spec, chosen, inferenceSettings(config), context);
  const { train, val } = saved.about.patients;
  const record = {
    run: run.name,
    checkpoint: run.best,
    checkpoint_sha256: network.sha256,
    trained_on: [...train],
    validated_on: [...val],
  };
  return { network, record };
}
