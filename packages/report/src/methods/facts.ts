import type { Optional, ReportData } from '../data.ts';
import { frozenText } from '../frozen.ts';

/** What was really run, as far as a methods paragraph tells it. */
export interface Facts {
  home: string;
  external: string[];
  patients: { train: number; val: number; test: number };
  excluded: number;
  modalities: string[];
  labels: string[];
  trainShare: number;
  seed: number;
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
  thresholdRule: string;
  calibration: string;
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
  const { evaluation, summary, cohort } = data;
  const count = (split: string): number => cohort.filter((patient) => patient.split === split).length;
  const fusion = madeOf(data.fusion);
  const audit = madeOf(data.siteAudit)?.rows ?? [];
  return {
    home: summary.home_hospital,
    external: [
      ...new Set(cohort.filter(({ split }) => split === 'test').map(({ hospital }) => hospital)),
    ].sort(),
    patients: { train: count('train'), val: count('val'), test: count('test') },
    excluded: data.exclusions.length,
    modalities: summary.modalities,
    labels: evaluation.label_names,
    trainShare: summary.train_ratio,
    seed: summary.seed,
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
    thresholdRule: evaluation.options.threshold_rule,
    calibration: evaluation.options.calibration,
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

/** The value of a part that was made, else null. */
export function madeOf<T>(part: Optional<T>): T | null {
  return 'value' in part ? part.value : null;
}
