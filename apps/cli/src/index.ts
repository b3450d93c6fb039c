/**
 * Radweave from a script: the whole job, its stages, and what they left. What is named here keeps its meaning from version to
 * version; all else is inside.
 */
export {
  type Config,
  type ConfigKey,
  configure,
  defaultConfigYaml,
  describeConfig,
  type Evaluation,
  type Plan,
  readFeatures,
  readFeatureTable,
  type SearchRecord,
  type Settings,
} from '@radweave/artifacts';
export {
  type Draft,
  type ExportedModel,
  exportModel,
  type Following,
  type GivenOptions,
  type InitOptions,
  init,
  plan,
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
  status,
  type TaskStatus,
  tune,
  type WorkerOptions,
  type WorkersFollowing,
  work,
} from '@radweave/pipeline';
export { type DemoOptions, demo } from './library/demo.ts';
export { doctor } from './library/doctor.ts';
export { type ModelFacts, type ModelSummary, models } from './library/models.ts';
export { downloadOnly, setup } from './library/setup.ts';
/** The command line as a function. */
export { main } from './main.ts';
