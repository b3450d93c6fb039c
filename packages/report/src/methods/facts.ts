import {
  bestModelPath,
  type Evaluation,
  type FusionModelFile,
  groupBy,
  type MapMethod,
} from '@radweave/artifacts';
import { shownModel, type TestKind, testKind } from '@radweave/remarks';
import { type Division, madeOf, type ReportData, type TrainingSettings } from '../data.ts';
import { chosenAggregation, isChosen } from '../frozen.ts';
import { searchesUsed, type UsedSearch } from './search.ts';

/** What was really run, as far as a methods paragraph tells it. */
export interface Facts {
  home: string;
  test: TestKind;
  external: string[];
  patients: { train: number; val: number; test: number };
  /** Patients who have every modality. */
  complete: number;
  /** How `preprocess` divided the patients; null where the researchers did. */
  division: { excluded: number; drawn: Division['drawn'] } | null;
  modalities: string[];
  labels: string[];
  /** Whether a modality was trained more than once: its features and its probabilities are then of two networks. */
  trainedAgain: boolean;
  runs: {
    /** With the name of the run, where the modality was trained more than once. */
    modality: string;
    model: string;
    epochs: number;
    best: number | null;
    settings: TrainingSettings | null;
    /** Of the features, where it is not that of the training. */
    extractedIn: string | null;
  }[];
  searches: UsedSearch[];
  /** How features were pooled and classified; null when nothing was fused. */
  fusion: {
    modalities: string[];
    models: string[];
    C: number;
    standardize: boolean;
    /** Null where another program made the features. */
    imageSize: number | null;
    inSample: boolean;
    /** Checkpoints that are not of a run's best epoch, and whose features they gave. */
    otherWeights: { file: string; modalities: string[] }[];
    /** Modalities whose network does not say which patients it was trained on. */
    silent: string[];
    /** Models of the cross-fitting behind the stacked model; null without one. */
    folds: number | null;
    /** Whether patients who lack a modality were kept. */
    lacking: boolean;
  } | null;
  models: { name: string; kind: string; aggregation: string | null; calibrator: string | null }[];
  /** Which models' thresholds came by each rule. */
  thresholds: { rule: string; models: string[] }[];
  /** Whether patients chose a threshold, an aggregation or a calibrator. */
  fitted: boolean;
  /** Of the first model that has one. */
  calibration: string | null;
  /** The validation patients of the earlier evaluation that decisions came from; null where they were fitted here. */
  takenOver: { hospitals: string[]; n: number }[] | null;
  replicates: number;
  level: number;
  proportionMethod: string;
  /** Which comparisons gave a number somewhere. */
  compared: Record<'delong' | 'mcnemar' | 'nri' | 'idi' | 'cochran' | 'within', boolean>;
  /** How heat maps were computed; empty without any. */
  explained: MapMethod[];
  explainedNetworks: number;
  siteAudit: boolean;
  harmonised: boolean;
  version: string;
}

/** Whether training changed its slices at all: augmentation may be enabled with nothing in it. */
export function isAugmented({ augmentation: a }: TrainingSettings): boolean {
  const amounts = [a.rotation_degrees, a.translation, a.scale, a.brightness, a.contrast, a.random_erasing];
  return a.enabled && (a.horizontal_flip || a.vertical_flip || amounts.some((amount) => amount > 0));
}

/** Each way of combining slices, with the models that use it. */
export function byAggregation(models: Facts['models']): { how: string; names: string[] }[] {
  const ways = [...new Set(models.flatMap(({ aggregation }) => aggregation ?? []))];
  const namesOf = (how: string): string[] =>
    models.filter(({ aggregation }) => aggregation === how).map(({ name }) => name);
  return ways.map((how) => ({ how, names: namesOf(how) }));
}

/** Names of the models that were calibrated, and of those that were not: their validation patients allowed no calibrator. */
export function byCalibrator(models: Facts['models']): [calibrated: string[], not: string[]] {
  const namesOf = (wanted: boolean): string[] =>
    models.filter(({ calibrator }) => (calibrator !== null) === wanted).map(({ name }) => name);
  return [namesOf(true), namesOf(false)];
}

export function factsOf(data: ReportData): Facts {
  const { evaluation, division, cohort } = data;
  const count = (split: string): number => cohort.filter((patient) => patient.split === split).length;
  const fusion = madeOf(data.fusion);
  const audit = madeOf(data.siteAudit)?.rows ?? [];
  return {
    home: evaluation.home_hospital,
    test: testKind(evaluation.findings),
    external: [
      ...new Set(cohort.filter(({ split }) => split === 'test').map(({ hospital }) => hospital)),
    ].sort(),
    patients: { train: count('train'), val: count('val'), test: count('test') },
    complete: cohort.filter(({ slices }) => data.modalities.every((name) => (slices[name] ?? 0) > 0)).length,
    division: division === null ? null : { excluded: division.exclusions.length, drawn: division.drawn },
    modalities: data.modalities,
    labels: evaluation.label_names,
    trainedAgain: data.modalities.some((modality) => runsOf(data, modality) > 1),
    runs: data.runs.map(({ name, modality, model, history, bestEpoch, settings }) => ({
      modality: runsOf(data, modality) > 1 ? `${modality} (${name})` : modality,
      model,
      epochs: history.length,
      best: bestEpoch,
      settings,
      extractedIn: otherPrecision(fusion, modality, settings),
    })),
    searches: searchesUsed(data),
    fusion: fusion === null ? null : fusionFacts(fusion),
    models: evaluation.models.map(({ name, kind, frozen }) => ({
      name: shownModel(name, data.modalities),
      kind,
      aggregation: chosenAggregation(frozen.aggregation),
      calibrator: frozen.calibrator?.kind ?? null,
    })),
    thresholds: thresholdsOf(evaluation, data.modalities),
    fitted: evaluation.models.some(({ frozen }) =>
      Object.values(frozen).some((record) => record !== null && isChosen(record)),
    ),
    calibration: evaluation.models.find(({ frozen }) => frozen.calibrator)?.frozen.calibrator?.kind ?? null,
    takenOver: takenOverFrom(evaluation),
    replicates: evaluation.options.bootstrap_replicates,
    level: evaluation.options.confidence_level,
    proportionMethod: evaluation.options.proportion_method,
    compared: comparedBy(evaluation),
    explained: [...new Set(madeOf(data.galleries)?.map(({ explanations }) => explanations.method))],
    explainedNetworks: madeOf(data.galleries)?.length ?? 0,
    siteAudit: audit.some(({ auc }) => auc !== null),
    harmonised: audit.some(({ features, auc }) => features === 'harmonised' && auc !== null),
    version: evaluation.versions.radweave ?? '',
  };
}

function fusionFacts(fusion: FusionModelFile): Facts['fusion'] {
  const { modalities, options } = fusion;
  const trained = modalities.filter(({ in_sample }) => in_sample === true);
  return {
    modalities: modalities.map(({ modality }) => modality),
    models: [...new Set(modalities.map(({ model }) => model))],
    C: options.C,
    standardize: options.standardize,
    imageSize: modalities[0]?.image_size ?? null,
    folds: fusion.stacked?.inputs[0]?.folds ?? null,
    lacking: fusion.missing === 'allow',
    inSample: trained.length > 0,
    otherWeights: [...groupBy(trained, ({ checkpoint }) => fileOf(checkpoint))]
      .filter(([file]) => file !== BEST)
      .map(([file, own]) => ({ file, modalities: own.map(({ modality }) => modality) })),
    silent: modalities.flatMap(({ in_sample, modality }) => (in_sample === null ? [modality] : [])),
  };
}

/** The name in a path as any system writes it. */
const fileOf = (path: string): string => path.split(/[\\/]/).at(-1) ?? '';

const BEST = fileOf(bestModelPath(''));

/** Which epoch's weights a kept checkpoint has; null where its name does not say. */
export function epochOf(file: string): number | 'last' | null {
  if (file === 'last_checkpoint.pth') return 'last';
  const [, digits] = /^epoch_(\d+)\.pth$/.exec(file) ?? [];
  return digits === undefined ? null : Number(digits);
}

/** The statistics that an evaluation has a value of. */
function comparedBy({ comparisons, heterogeneity }: Evaluation): Facts['compared'] {
  return {
    delong: comparisons.some(({ delong_p }) => delong_p !== null),
    mcnemar: comparisons.some(({ mcnemar_p }) => mcnemar_p !== null),
    nri: comparisons.some(({ nri }) => nri.value !== null),
    idi: comparisons.some(({ idi }) => idi.value !== null),
    cochran: heterogeneity.some(({ q }) => q !== null),
    within: heterogeneity.some(({ within_auc }) => within_auc.value !== null),
  };
}

/** Several, where models were decided on by different patients. */
function takenOverFrom({ options, models }: Evaluation): Facts['takenOver'] {
  if (options.decisions !== 'taken over') return null;
  const chosen = models.flatMap(({ frozen }) =>
    Object.values(frozen).flatMap((record) =>
      record !== null && isChosen(record) ? [record.fitted_on] : [],
    ),
  );
  const byPatients = new Map(chosen.map((one) => [one.patients_sha256, one]));
  return [...byPatients.values()].map(({ hospitals, n }) => ({ hospitals, n }));
}

/** The decision itself says how it was made: the evaluation's options do not apply to one that was taken over. */
function thresholdsOf({ models }: Evaluation, modalities: readonly string[]): Facts['thresholds'] {
  const byRule = new Map<string, string[]>();
  for (const { name, frozen } of models) {
    const value = frozen.threshold?.value;
    if (typeof value !== 'object' || value === null || !('rule' in value)) continue;
    const rule = String(value.rule);
    byRule.set(rule, [...(byRule.get(rule) ?? []), shownModel(name, modalities)]);
  }
  return [...byRule].map(([rule, names]) => ({ rule, models: names }));
}

function otherPrecision(
  fusion: FusionModelFile | null,
  modality: string,
  settings: TrainingSettings | null,
): string | null {
  const own = fusion?.modalities.find((one) => one.modality === modality)?.precision ?? null;
  return own === settings?.precision ? null : own;
}

function runsOf({ runs }: ReportData, modality: string): number {
  return runs.filter((one) => one.modality === modality).length;
}

/** The texts of runs, each once, with the modalities it is of. */
export function bySettings(
  runs: Facts['runs'],
  textOf: (run: Facts['runs'][number]) => string,
): { text: string; modalities: string[] }[] {
  return [...groupBy(runs, textOf)].map(([text, alike]) => ({
    text,
    modalities: alike.map(({ modality }) => modality),
  }));
}

/** How a checkpoint describes weights that nobody trained before; what was set otherwise may follow. */
export const SCRATCH = 'trained from scratch';

/** Stages that kept the random weights they began with. */
export function randomStages({ initialWeights, frozenStages }: TrainingSettings): number {
  return initialWeights.startsWith(SCRATCH) ? frozenStages : 0;
}

/** What a language calls a value; the value itself where it has no name for it. */
export function nameOf(names: Readonly<Record<string, string>>, value: string | null): string {
  return names[value ?? ''] ?? value ?? '';
}
