/** The stages from raw slice folders to fused predictions, and the thread they run in. */
export { computingDevice } from '@radweave/network/compute/device';
export { keptPrecision } from '@radweave/network/compute/kept-precision';
export { type StageContext, type StageEvent, silentContext } from '@radweave/study/context/events';
export { RADWEAVE_VERSION } from '@radweave/study/context/versions';
export { type RunningStage, startStage } from './runner/host.ts';
export { runStage, type StageName, type StageOptions, type StageResult } from './runner/stages.ts';
