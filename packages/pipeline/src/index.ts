/** The stages from raw slice folders to a report, the thread they run in, and the whole job. */
export { type ExportedModel, exportModel } from '@radweave/network/open/export-model';
export { type StageContext, type StageEvent, silentContext } from '@radweave/study/context/events';
export { RADWEAVE_VERSION } from '@radweave/study/context/versions';
export { EXPLAINED } from './job/explain-defaults.ts';
export type { Runner, RunOptions, StepOutcome } from './job/job.ts';
export { runPipeline } from './job/run-pipeline.ts';
export { readStudy, type Study, type StudyFusion } from './library/read-study.ts';
export { type RunResult, run } from './library/run.ts';
export { type StageCall, stages } from './library/stages.ts';
export { type Following, runInThread } from './runner/host.ts';
export { runStage, type StageName, type StageOptions, type StageResult } from './runner/stages.ts';
