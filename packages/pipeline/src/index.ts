/** The stages from raw slice folders to a report, the thread they run in, and the whole job. */
export type { ExportedModel } from '@radweave/network/open/export-model';
export { type StageContext, type StageEvent, silentContext } from '@radweave/study/context/events';
export type { Call, CommandPart, Flag, Flags, Next } from './declare/command.ts';
export { usual } from './declare/config-flags.ts';
export { FLAG_GROUPS, type FlagGroup, groupOf } from './declare/flag-groups.ts';
export { optional, several, toggle, whole, withDefault } from './declare/flags.ts';
export { RUN_DEFAULTS, type RunOptions } from './declare/job-part.ts';
export type { SomeStage } from './declare/stage.ts';
export * as take from './declare/taken.ts';
export type { Runner, StepOutcome } from './job/job.ts';
export { renewRecord, runPipeline } from './job/run-pipeline.ts';
export type { Draft } from './library/draft.ts';
export { exportModel } from './library/export-model.ts';
export { type InitOptions, init } from './library/init.ts';
export { plan, status, tune, work } from './library/plan.ts';
export { readStudy, type Study } from './library/read-study.ts';
export { type RunResult, run } from './library/run.ts';
export { FOLLOWING, withRunner } from './library/runner.ts';
export { type GivenOptions, type StageCall, stages } from './library/stages.ts';
export {
  type WorkerOptions,
  type WorkersFollowing,
  workerDevices,
  workInProcesses,
} from './library/worker-processes.ts';
export type { Following } from './runner/host.ts';
export { runStage } from './runner/run-stage.ts';
export { STAGES, type StageName, type StageOptions, type StageResult } from './stages/index.ts';
export { type OpenPlan, openPlan } from './tasks/open-plan.ts';
export { planSearch } from './tasks/plan-search.ts';
export { planStudy } from './tasks/plan-study.ts';
export { studyStatus, type TaskState, type TaskStatus } from './tasks/study-status.ts';
export { work as workOnPlans } from './tasks/work.ts';
export { placeIn } from './work/ranks-place.ts';
