/**
 * Radweave from a script: the whole job, its stages, and what they left. What is named here keeps its meaning from version to
 * version; all else is inside.
 */
export {
  type Config,
  configure,
  readFeatures,
  readFeatureTable,
  type SearchRecord,
  type Settings,
} from '@radweave/artifacts';
export {
  type ExportedModel,
  exportModel,
  type Following,
  type RunOptions,
  type RunResult,
  readStudy,
  run,
  type StageCall,
  type StageEvent,
  type StageName,
  type StageOptions,
  type StageResult,
  type StepOutcome,
  type Study,
  stages,
  tune,
} from '@radweave/pipeline';
/** The command line as a function. */
export { main } from './main.ts';
