import {
  type Config,
  changedSlices,
  DataError,
  inShell,
  type LogitsRecord,
  logitsRecordPath,
  type PatientLogits,
  type Split,
  type StackedModel,
} from '@radweave/artifacts';
import { type Remark, remark } from '@radweave/remarks';
import type { Matrix } from '@radweave/stats';
import { forEachSplit } from '@radweave/study/cohort/each-split';
import { KnownPatients } from '@radweave/study/cohort/patient-hash';
import { presentSlices } from '@radweave/study/cohort/read-cohort';
import { thresholdRuleOf } from '@radweave/study/decisions/threshold';
import { otherSlices } from '../features/known-patients.ts';
import { classify, fitClassifier, thresholdOf } from './classifier.ts';
import type { FusedSplit } from './fused-split.ts';
import { thresholdCautions } from './in-sample.ts';
import type { ScoredSplit } from './metrics.ts';
import { type ModalityLogits, readModalityLogits } from './read-logits.ts';

/** Name of the model in every table. */
export const STACKED = 'stacked';

/** The stacked model and what it says of every split. */
export interface Stack {
  file: StackedModel;
  scored: Record<Split, ScoredSplit>;
  warnings: string[];
}

/**
 * Stacked generalisation (Wolpert 1992): L2 logistic regression on out-of-fold logits, standardised like features. Fitted
 * on the training patients, the threshold chosen on validation, whose logits are the mean of models that saw none of them.
 *
 * @throws UsageError when a modality has no logits; DataError when they are of other patients or labels.
 */
export function fitStack(
  modalities: readonly string[],
  splits: Record<Split, FusedSplit>,
  labels: readonly string[],
  { data, fusion, evaluation }: Pick<Config, 'data' | 'fusion' | 'evaluation'>,
): Stack {
  const classes = labels.length;
  const known = new KnownPatients(data);
  const sources = modalities.map((modality) => readModalityLogits(data.features_dir, modality, known));
  for (const { record } of sources) requireSameSlices(record, data);
  const features = forEachSplit((split) => logitMatrix(sources, splits[split], classes));
  const set = (split: 'train' | 'val') => ({ fused: splits[split], features: features[split] });
  const { classifier, notes } = fitClassifier(STACKED, modalities, set('train'), set('val'), labels, {
    ...fusion,
    rule: thresholdRuleOf(evaluation),
  });
  const inputs = sources.map(({ record, recordSha256 }) => ({
    modality: record.modality,
    folds: record.folds,
    record_sha256: recordSha256,
  }));
  const scored = forEachSplit(
    (split): ScoredSplit => ({
      model: STACKED,
      fused: splits[split],
      probabilities:
        features[split].rows === 0 ? features[split] : classify(classifier, classes, features[split]),
      threshold: thresholdOf(classifier),
      inSample: 'no',
      notes: [...notes, ...cautionsOf(split), ...thresholdCautions(classifier.threshold, split)],
    }),
  );
  const warnings = notes.map((note) => `Classifier '${STACKED}': ${note.text}.`);
  return { file: { classifier, inputs }, scored, warnings };
}

function cautionsOf(split: Split): Remark[] {
  return split === 'train' ? [remark('stack-fitted-here')] : [];
}

function requireSameSlices({ modality, folds, slices_identity }: LogitsRecord, data: Config['data']): void {
  const [changed] = changedSlices({ [modality]: slices_identity }, presentSlices(data, [modality]));
  if (changed === undefined) return;
  throw new DataError('E_LOGITS_PATIENTS', `${otherSlices(changed)} the logits were made`, {
    where: logitsRecordPath(data.features_dir, modality),
    hint: `Run again: radweave extract --modality ${inShell(modality)} --cross_fit ${folds}`,
  });
}

/** Patients × columns: logit 1 − logit 0 per modality with two classes, else each class's logit. */
function logitMatrix(
  sources: readonly ModalityLogits[],
  { patients, split }: FusedSplit,
  classes: number,
): Matrix {
  const rows = patients.map(({ patient_id, label }) =>
    sources.flatMap(({ record, tables }) => {
      const row = tables[split].get(patient_id);
      return columnsOf(requireSame(row, record.modality, patient_id, label, classes), classes);
    }),
  );
  const columns = sources.length * (classes === 2 ? 1 : classes);
  return { rows: rows.length, columns, data: Float64Array.from(rows.flat()) };
}

function columnsOf({ logits }: PatientLogits, classes: number): readonly number[] {
  return classes === 2 ? [(logits[1] ?? Number.NaN) - (logits[0] ?? Number.NaN)] : logits;
}

function requireSame(
  row: PatientLogits | undefined,
  modality: string,
  patient: string,
  label: number,
  classes: number,
): PatientLogits {
  if (row !== undefined && row.label === label && row.logits.length === classes) return row;
  const what =
    row === undefined
      ? `patient ${patient} has no logits of ${modality}`
      : `the logits of patient ${patient}, ${modality}, have label ${row.label} of ${row.logits.length}, not ${label} of ${classes}`;
  throw new DataError('E_LOGITS_PATIENTS', what, {
    hint: `The split has been made again since then. Run again: radweave extract --modality ${inShell(modality)} --cross_fit K`,
  });
}
