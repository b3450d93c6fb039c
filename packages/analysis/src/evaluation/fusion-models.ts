import {
  DataError,
  type FusionModelFile,
  type InSample,
  inShell,
  type ModelKind,
  type PredictionRow,
  SPLITS,
  type Split,
} from '@radweave/artifacts';
import { remark } from '@radweave/remarks';
import { forEachSplit } from '@radweave/study/cohort/each-split';
import { FusionResults } from '../fusion/fusion-results.ts';
import { classifierCautions } from '../fusion/in-sample.ts';
import { kindNotes } from '../fusion/kinds.ts';
import type { Candidate, ScoredPatient } from './candidate.ts';
import type { CohortFacts } from './cohort-facts.ts';
import type { FittedSize } from './found-predictions.ts';
import type { Kinds } from './kind-models.ts';

export interface FusionModels {
  candidates: Candidate[];
  labelNames: string[];
  file: FusionModelFile;
  /** Of the classifiers on features. */
  sizes: FittedSize[];
  files: string[];
  /** Null where nobody may lack a modality. */
  kinds: Kinds | null;
}

/** Reads the models of a fusion of these modalities from its predictions; null where no finished fusion is. */
export function readFusionModels(
  folder: string,
  modalities: readonly string[],
  facts: CohortFacts,
): FusionModels | null {
  const fusion = FusionResults.readOf(folder, modalities);
  if (fusion === null) return null;
  const { model: file, modelFile, metricsFile } = fusion;
  const classes = file.label_names.length;
  const predictions = presentPredictions(fusion, facts);
  const tables = forEachSplit((split) => ({ path: fusion.predictionsFile(split), rows: predictions[split] }));
  const metrics = fusion.metrics();
  const names = [...new Set(metrics.map(({ model }) => model))];
  const modalityNames = file.modalities.map(({ modality }) => modality);
  const owned = forEachSplit((split) => ownedBy(tables[split].rows, file, tables[split].path));
  const scoredBy = (name: string, split: Split): ScoredPatient[] =>
    tables[split].rows.flatMap((row): ScoredPatient[] => {
      const probabilities = probabilitiesOf(row, name, classes, tables[split].path, file.missing === 'allow');
      if (probabilities === null) return [];
      const { patient, hospital, label } = row;
      return [{ patient, hospital, label, probabilities }];
    });
  const candidates = names.map((name): Candidate => {
    const classifier =
      kindOf(name) === 'stacked'
        ? file.stacked?.classifier
        : file.classifiers.find((one) => one.name === name);
    const modalities = classifier?.modalities ?? modalityNames;
    const unfinished =
      classifier?.converged === false ? [remark('not-converged', { n: file.options.max_iter })] : [];
    const own = file.modalities.filter(({ modality }) => modalities.includes(modality));
    const patients = forEachSplit((split) => scoredBy(name, split));
    return {
      name,
      kind: kindOf(name),
      modalities,
      patients,
      inSample: forEachSplit((split) => inSampleOf(metrics, name, split)),
      notes: forEachSplit((split) => [
        ...(kindOf(name) === 'stacked'
          ? []
          : classifierCautions(own, split, patients.train.length, file.stacked !== undefined)),
        ...unfinished,
        ...kindNotes([...owned[split].values()], modalities, modalityNames),
      ]),
    };
  });
  const files = [modelFile, metricsFile, ...SPLITS.map((split) => tables[split].path)];
  const sizes = file.classifiers.map(({ name, coef }) => ({
    model: name,
    features: coef[0]?.length ?? 0,
    patients: candidates.find((one) => one.name === name)?.patients.train.length ?? 0,
  }));
  const kinds = file.missing === undefined ? null : { modalities: modalityNames, owned };
  return { candidates, labelNames: file.label_names, file, sizes, files, kinds };
}

/** The predictions of a fusion. @throws DataError when one is damaged, or not of exactly the present patients. */
export function presentPredictions(
  fusion: FusionResults,
  facts: CohortFacts,
): Record<Split, PredictionRow[]> {
  const { model } = fusion;
  const modalities = model.modalities.map(({ modality }) => modality);
  const slices = Object.fromEntries(model.modalities.map((one) => [one.modality, one.slices_identity]));
  const extract = modalities.map((modality) => `radweave extract --modality ${inShell(modality)}`).join('; ');
  const hint = `Fuse again: radweave fuse --modalities ${inShell(modalities)}; before it, where features are of other patients or slices: ${extract}`;
  return forEachSplit((split) => {
    const patients = fusion.predictions(split);
    const file = fusion.predictionsFile(split);
    const owned = model.missing === 'allow' ? ownedBy(patients, model, file) : undefined;
    const usedOf = owned && ((patient: string): readonly string[] => owned.get(patient) ?? []);
    facts.check({ patients, split, file, modalities, usedOf, slices, hint });
    return patients;
  });
}

/** What each patient has: whom the classifier of one modality alone predicts has that. */
function ownedBy(rows: readonly PredictionRow[], file: FusionModelFile, path: string): Map<string, string[]> {
  const modalities = file.modalities.map(({ modality }) => modality);
  const isLacking = file.missing === 'allow' && modalities.length > 1;
  const classes = file.label_names.length;
  return new Map(
    rows.map((row) => [
      row.patient,
      modalities.filter((one) => !isLacking || probabilitiesOf(row, one, classes, path, true) !== null),
    ]),
  );
}

function kindOf(name: string): ModelKind {
  return name === 'fused' || name === 'stacked' ? name : 'features';
}

function inSampleOf(
  metrics: readonly { model: string; split: Split; in_sample: InSample }[],
  name: string,
  split: Split,
): InSample {
  return metrics.find((row) => row.model === name && row.split === split)?.in_sample ?? 'unknown';
}

/** The file has the positive label's probability only when there are two. Null for whom a model may not, and does not, predict. */
function probabilitiesOf(
  row: PredictionRow,
  name: string,
  classes: number,
  file: string,
  mayLack: boolean,
): number[] | null {
  const columns =
    classes === 2
      ? [`probability_${name}`]
      : Array.from({ length: classes }, (_, label) => `probability_${name}_${label}`);
  if (mayLack && columns.every((column) => row[column] === null)) return null;
  const cell = (column: string): number => {
    const value = row[column];
    if (typeof value === 'number' && value >= 0 && value <= 1) return value;
    throw new DataError('E_PREDICTIONS', `patient ${row.patient} has no probability in column ${column}`, {
      where: file,
      hint: 'Run radweave fuse again',
    });
  };
  const [positive = Number.NaN, ...others] = columns.map(cell);
  return classes > 2 ? [positive, ...others] : [1 - positive, positive];
}
