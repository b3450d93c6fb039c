/** The stages from raw slice folders to a report, the thread they run in, and the whole job. */
export type { ExportedModel } from '@radweave/network/open/export-model';
export { type StageContext, type StageEvent, silentContext } from '@radweave/study/context/events';
export type { Call, CommandPart, Flag, Flags, Next } from './declare/command.ts';
export { usual } from './declare/config-flags.ts';
export { FLAG_GROUPS, type FlagGroup, groupOf } from './declare/flag-groups.ts';
export { optional, toggle, whole, withDefault } from './declare/flags.ts';
export type { RunOptions } from './declare/job-part.ts';
export type { SomeStage } from './declare/stage.ts';
export type { Runner, StepOutcome } from './job/job.ts';
export { runPipeline } from './job/run-pipeline.ts';
export { type Draft, draftConfig } from './library/draft-config.ts';
export { exportModel } from './library/export-model.ts';
export { readStudy, type Study } from './library/read-study.ts';
export { type RunResult, run } from './library/run.ts';
export { type StageCall, stages } from './library/stages.ts';
export { type Following, runInThread } from './runner/host.ts';
export { runStage } from './runner/run-stage.ts';
export { STAGES, type StageName, type StageOptions, type StageResult } from './stages/index.ts';
