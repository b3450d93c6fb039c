import {
  type AggregationRow,
  type ComparisonRow,
  type Config,
  type ConfusionRecord,
  type Evaluation,
  type EvaluationCurves,
  type EvaluationRow,
  SPLITS,
  type Split,
} from '@radweave/artifacts';
import { ofTest, type Remark, several, shownModel, testKind, withModelNames } from '@radweave/remarks';
import { confusionMatrix, rowOf } from '@radweave/stats';
import { hospitalsOf } from '@radweave/study/cohort/hospitals';
import { programVersions } from '@radweave/study/context/versions';
import { nobodyIn } from '../scores/scorer.ts';
import { binaryMetrics } from './binary-metrics.ts';
import { compareSplit, pairsOf } from './comparisons.ts';
import { curvesOf } from './curves.ts';
import { inLabelNames } from './estimate.ts';
import { foundAgainstChance } from './found-chance.ts';
import { type FittedSize, foundInPredictions, foundInternalTest, oneLabelNote } from './found-predictions.ts';
import type { FrozenModel } from './freeze-model.ts';
import { type Group, groupOf, patientsIn, type StatOptions, viewsOf } from './group.ts';
import { heterogeneityOf } from './heterogeneity.ts';
import { EVERYONE } from './kind-models.ts';
import { macroMetrics } from './macro-metrics.ts';

export interface Assembly {
  config: Config;
  homeHospital: string;
  labelNames: string[];
  models: FrozenModel[];
  aggregation: AggregationRow[];
  notes: Remark[];
  decisions: Evaluation['options']['decisions'];
  /** Of the classifiers on features. */
  sizes: FittedSize[];
  inputs: Evaluation['inputs'];
  slices: Evaluation['slices_identity'];
}

/** What is done between two models, so that the terminal and a request to stop are served. */
export type Pause = (task: string, done: number, total: number) => Promise<void>;

/** What is found in each group of patients, by model and split. */
async function numbersOf(
  { models, labelNames }: Assembly,
  options: ReturnType<typeof statOptions>,
  pause: Pause,
): Promise<GroupNumbers[]> {
  const groups: GroupNumbers[] = [];
  const isAnybody = (split: Split): boolean => models.some(({ patients }) => patients[split].length > 0);
  const steps = models.length * SPLITS.length;
  for (const [m, model] of models.entries()) {
    for (const [s, split] of SPLITS.entries()) {
      await pause(`evaluating ${shownModel(model.name, model.modalities)}`, m * SPLITS.length + s, steps);
      // A kind of patients that a set has nobody of.
      if (model.kind === 'available' && model.patients[split].length === 0) continue;
      groups.push(...groupNumbers(model, split, isAnybody(split), labelNames, options));
    }
  }
  return groups;
}

/** Computes every number of an evaluation. */
export async function assemble(assembly: Assembly, pause: Pause): Promise<Evaluation> {
  const { config, models, labelNames } = assembly;
  const options = statOptions(config);
  const classes = labelNames.length;
  const primary = primaryOf(models);
  const groups = await numbersOf(assembly, options, pause);
  const rows = groups.flatMap((group) => group.rows.map((row) => inLabelNames(row, labelNames)));
  // The numbers of the others are these models' on some of the same patients, or on few.
  const judged = models.filter(({ kind }) => kind !== 'available');
  const pairs = pairsOf(judged, primary);
  const comparisons: ComparisonRow[] = [];
  for (const [s, split] of SPLITS.entries()) {
    await pause('comparing models', s, SPLITS.length);
    const compared = compareSplit(pairs, split, classes, options);
    comparisons.push(...compared.map((row) => inLabelNames(row, labelNames)));
  }
  const { level, seed } = options;
  // All patients together stand for the study, so sentences tell of them too.
  const told = [...judged, ...models.filter(({ name }) => name === EVERYONE)];
  const heterogeneity = told.flatMap((model) => heterogeneityOf(model, classes, options));
  const internal = foundInternalTest(told);
  const fused = models.find(({ kind }) => kind === 'fused')?.modalities ?? [];
  const found = [
    ...foundAgainstChance({
      models: told,
      rows: rows.filter(({ model }) => told.some(({ name }) => name === model)),
      heterogeneity,
      labelNames,
      level,
      seed,
    }),
    ...foundInPredictions(told, assembly.sizes, labelNames),
  ]
    .map((one) => (internal.length === 0 ? one : ofTest(one, testKind(internal))))
    .map((one) => withModelNames(one, fused));
  return {
    format: 3,
    label_names: labelNames,
    home_hospital: assembly.homeHospital,
    inputs: assembly.inputs,
    slices_identity: assembly.slices,
    roc_bands: 'label and hospital',
    options: optionsRecord(config, assembly.decisions),
    primary,
    models: models.map(({ name, kind, modalities, frozen, patients }) => ({
      name,
      kind,
      modalities,
      frozen,
      patients,
    })),
    findings: [...internal, ...found],
    rows,
    heterogeneity,
    comparisons,
    aggregation: assembly.aggregation,
    curves: groups.flatMap((group) => group.curves),
    confusion: groups.map((group) => group.confusion),
    notes: assembly.notes,
    versions: programVersions(),
  };
}

/** What is found in the patients of a model, split and hospital. */
interface GroupNumbers {
  rows: EvaluationRow[];
  curves: EvaluationCurves[];
  confusion: ConfusionRecord;
}

/** All hospitals of a split together, then each. The numbers of its only hospital are those of all. */
function groupNumbers(
  model: FrozenModel,
  split: Split,
  isAnybody: boolean,
  labelNames: readonly string[],
  options: StatOptions,
): GroupNumbers[] {
  const patients = model.patients[split];
  const numbersOf = (hospital: string): GroupNumbers => {
    const group = groupOf(model, split, hospital, patientsIn(patients, hospital), labelNames.length);
    return {
      rows: rowsOf(group, model, isAnybody, labelNames, options),
      curves: viewsOf(group).map((view) => curvesOf(group, view, options)),
      confusion: confusionOf(group),
    };
  };
  const [all = '', ...each] = hospitalsOf(patients);
  const together = numbersOf(all);
  const [only] = each;
  if (only === undefined || each.length > 1) return [together, ...each.map(numbersOf)];
  const named = <T extends { hospital: string }>(one: T): T => ({ ...one, hospital: only });
  const { rows, curves, confusion } = together;
  return [together, { rows: rows.map(named), curves: curves.map(named), confusion: named(confusion) }];
}

function statOptions({ evaluation, experiment }: Config): StatOptions {
  return {
    replicates: evaluation.bootstrap_replicates,
    seed: experiment.seed,
    level: evaluation.confidence_level,
    method: evaluation.proportion_method,
  };
}

function optionsRecord(
  { evaluation, experiment }: Config,
  decisions: Evaluation['options']['decisions'],
): Evaluation['options'] {
  const { threshold_rule, target_sensitivity } = evaluation;
  return {
    decisions,
    aggregation: evaluation.aggregation,
    threshold_rule,
    target_sensitivity: threshold_rule === 'sensitivity' ? target_sensitivity : null,
    calibration: evaluation.calibration,
    bootstrap_replicates: evaluation.bootstrap_replicates,
    seed: experiment.seed,
    confidence_level: evaluation.confidence_level,
    proportion_method: evaluation.proportion_method,
  };
}

/** The fused model leads; where there is none, the stacked one, then the first. Never chosen by its numbers. */
function primaryOf(models: readonly FrozenModel[]): string {
  const first = (kind: string): FrozenModel | undefined => models.find((model) => model.kind === kind);
  return (first('fused') ?? first('stacked') ?? models[0])?.name ?? '';
}

function rowsOf(
  group: Group,
  model: FrozenModel,
  isAnybody: boolean,
  labelNames: readonly string[],
  options: StatOptions,
): EvaluationRow[] {
  const { split, hospital, patients, threshold } = group;
  const binary = viewsOf(group).map((view) => binaryMetrics(view, group.strata, options));
  const all = group.scores.columns === 2 ? binary : [macroMetrics(group, options), ...binary];
  const notes = [
    ...(patients.length === 0 ? [nobodyIn(split, isAnybody)] : []),
    ...oneLabelNote(patients, labelNames),
    ...model.notes[split],
  ];
  return all.map((numbers) => ({
    model: model.name,
    split,
    hospital,
    n: patients.length,
    ...numbers,
    threshold,
    in_sample: model.inSample[split],
    note: several(notes),
  }));
}

function confusionOf({ model, split, hospital, labels, predicted, scores }: Group): ConfusionRecord {
  const table = confusionMatrix(labels, predicted, scores.columns);
  const counts = Array.from({ length: table.rows }, (_, label) => Array.from(rowOf(table, label)));
  return { model, split, hospital, counts };
}
