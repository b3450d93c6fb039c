/**
 * The report of a study: pure functions from data to one self-contained HTML document. What is read from disk, and where
 * it is written, is for the caller to say.
 */
export { buildReport } from './build.ts';
export type {
  Clinical,
  ClinicalVariable,
  Division,
  FeatureMap,
  Gallery,
  Missing,
  NamedYaml,
  Oddities,
  Optional,
  ReportData,
  SiteAudit,
  TrainingRun,
  TrainingSettings,
} from './data.ts';
export { CLINICAL_LIMITS, madeOf } from './data.ts';
export { WORDS } from './words/index.ts';
export type { Language } from './words/words.ts';
