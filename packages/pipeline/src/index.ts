/** The stages from raw slice folders to fused predictions, and the thread they run in. */
export { computingDevice } from './compute/device.ts';
export { keptPrecision } from './compute/kept_precision.ts';
export { type StageContext, type StageEvent, silentContext } from './engine/events.ts';
export { type RunningStage, startStage } from './engine/host.ts';
export { runStage, type StageName, type StageOptions, type StageResult } from './engine/stages.ts';
export { RADWEAVE_VERSION } from './versions.ts';
