import {
  DataError,
  type FusionModelFile,
  type InSample,
  type ModelKind,
  SPLITS,
  type Split,
} from '@radweave/artifacts';
import { forEachSplit } from '@radweave/study/cohort/each-split';
import { FusionResults } from '../fusion/fusion-results.ts';
import { classifierCautions } from '../fusion/in-sample.ts';
import type { Candidate, ScoredPatient } from './candidate.ts';
import type { CohortFacts } from './cohort-facts.ts';
import type { FittedSize } from './found-predictions.ts';

/** What a fusion folder gives to evaluate. */
export interface FusionModels {
  candidates: Candidate[];
  labelNames: string[];
  file: FusionModelFile;
  /** Of the classifiers on features. */
  sizes: FittedSize[];
  files: string[];
}

/** Reads the models of a fusion from its predictions; null where no finished fusion is. */
export function readFusionModels(folder: string, facts: CohortFacts): FusionModels | null {
  const fusion = FusionResults.read(folder);
  if (fusion === null) return null;
  const { model: file, modelFile, metricsFile } = fusion;
  const classes = file.label_names.length;
  const tables = forEachSplit((split) => ({
    path: fusion.predictionsFile(split),
    rows: fusion.predictions(split),
  }));
  for (const split of SPLITS) facts.check(tables[split].rows, split, tables[split].path);
  const metrics = fusion.metrics();
  const names = [...new Set(metrics.map(({ model }) => model))];
  const candidates = names.map((name): Candidate => {
    const classifier = file.classifiers.find((one) => one.name === name);
    const modalities = classifier?.modalities ?? file.modalities.map(({ modality }) => modality);
    const own = file.modalities.filter(({ modality }) => modalities.includes(modality));
    return {
      name,
      kind: kindOf(name),
      modalities,
      patients: forEachSplit((split) =>
        tables[split].rows.map(
          (row): ScoredPatient => ({
            patient: row.patient,
            hospital: row.hospital,
            label: row.label,
            probabilities: probabilitiesOf(row, name, classes, tables[split].path),
          }),
        ),
      ),
      inSample: forEachSplit((split) => inSampleOf(metrics, name, split)),
      notes: forEachSplit((split) =>
        kindOf(name) === 'stacked'
          ? []
          : classifierCautions(own, split, tables.train.rows.length, file.stacked !== undefined),
      ),
    };
  });
  const files = [modelFile, metricsFile, ...SPLITS.map((split) => tables[split].path)];
  const sizes = file.classifiers.map(({ name, coef }) => ({
    model: name,
    features: coef[0]?.length ?? 0,
    patients: tables.train.rows.length,
  }));
  return { candidates, labelNames: file.label_names, file, sizes, files };
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

/** The file has the positive label's probability only when there are two. */
function probabilitiesOf(
  row: Record<string, number | string>,
  name: string,
  classes: number,
  file: string,
): number[] {
  const cell = (column: string): number => {
    const value = row[column];
    if (typeof value === 'number' && value >= 0 && value <= 1) return value;
    throw new DataError('E_PREDICTIONS', `patient ${row.patient} has no probability in column ${column}`, {
      where: file,
      hint: 'Run radweave fuse again',
    });
  };
  if (classes > 2) return Array.from({ length: classes }, (_, label) => cell(`probability_${name}_${label}`));
  const positive = cell(`probability_${name}`);
  return [1 - positive, positive];
}
