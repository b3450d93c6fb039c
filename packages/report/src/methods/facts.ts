import type { Evaluation } from '@radweave/artifacts';
import type { Optional, ReportData } from '../data.ts';
import { frozenText } from '../frozen.ts';

/** What was really run, as far as a methods paragraph tells it. */
export interface Facts {
  home: string;
  external: string[];
  patients: { train: number; val: number; test: number };
  /** How `preprocess` divided the patients; null where the researchers did. */
  division: { excluded: number; trainShare: number; seed: number } | null;
  modalities: string[];
  labels: string[];
  runs: { modality: string; model: string; epochs: number; best: number | null }[];
  /** How features were pooled and classified; null when nothing was fused. */
  fusion: {
    modalities: string[];
    models: string[];
    C: number;
    standardize: boolean;
    imageSize: number;
    inSample: boolean;
    /** Models of the cross-fitting behind the stacked model; null without one. */
    folds: number | null;
  } | null;
  models: { name: string; kind: string; aggregation: string | null; calibrator: string | null }[];
  primary: string;
  /** Of the leading model's frozen threshold; null where it has none. */
  thresholdRule: string | null;
  /** Of the first model that has one. */
  calibration: string | null;
  /** Whether decisions came from an earlier evaluation. */
  takenOver: boolean;
  replicates: number;
  level: number;
  proportionMethod: string;
  comparisons: boolean;
  explained: boolean;
  siteAudit: boolean;
  harmonised: boolean;
  version: string;
}

/** Gathers the facts of a report. */
export function factsOf(data: ReportData): Facts {
  const { evaluation, division, cohort } = data;
  const count = (split: string): number => cohort.filter((patient) => patient.split === split).length;
  const fusion = madeOf(data.fusion);
  const audit = madeOf(data.siteAudit)?.rows ?? [];
  return {
    home: evaluation.home_hospital,
    external: [
      ...new Set(cohort.filter(({ split }) => split === 'test').map(({ hospital }) => hospital)),
    ].sort(),
    patients: { train: count('train'), val: count('val'), test: count('test') },
    division:
      division === null
        ? null
        : { excluded: division.exclusions.length, trainShare: division.trainShare, seed: division.seed },
    modalities: data.modalities,
    labels: evaluation.label_names,
    runs: data.runs.map(({ modality, model, history, bestEpoch }) => ({
      modality,
      model,
      epochs: history.length,
      best: bestEpoch,
    })),
    fusion:
      fusion === null
        ? null
        : {
            modalities: fusion.modalities.map(({ modality }) => modality),
            models: [...new Set(fusion.modalities.map(({ model }) => model))],
            C: fusion.options.C,
            standardize: fusion.options.standardize,
            imageSize: fusion.modalities[0]?.image_size ?? 0,
            folds: fusion.stacked?.inputs[0]?.folds ?? null,
            inSample: fusion.modalities.some(({ in_sample }) => in_sample !== false),
          },
    models: evaluation.models.map(({ name, kind, frozen }) => ({
      name,
      kind,
      aggregation: frozen.aggregation === null ? null : frozenText(frozen.aggregation),
      calibrator: frozen.calibrator?.kind ?? null,
    })),
    primary: evaluation.primary,
    thresholdRule: ruleOf(evaluation),
    calibration: evaluation.models.find(({ frozen }) => frozen.calibrator)?.frozen.calibrator?.kind ?? null,
    takenOver: evaluation.options.decisions === 'taken over',
    replicates: evaluation.options.bootstrap_replicates,
    level: evaluation.options.confidence_level,
    proportionMethod: evaluation.options.proportion_method,
    comparisons: evaluation.comparisons.length > 0,
    explained: 'value' in data.galleries,
    siteAudit: audit.length > 0,
    harmonised: audit.some(({ harmonised }) => harmonised),
    version: evaluation.versions.radweave ?? '',
  };
}

/** The decision itself says how it was made: the evaluation's options do not apply to one that was taken over. */
function ruleOf({ models, primary }: Evaluation): string | null {
  const value = models.find(({ name }) => name === primary)?.frozen.threshold?.value;
  return typeof value === 'object' && value !== null && 'rule' in value ? String(value.rule) : null;
}

/** What a language calls a value; the value itself where it has no name for it. */
export function nameOf(names: Readonly<Record<string, string>>, value: string | null): string {
  return names[value ?? ''] ?? value ?? '';
}

/** The value of a part that was made, else null. */
export function madeOf<T>(part: Optional<T>): T | null {
  return 'value' in part ? part.value : null;
}
