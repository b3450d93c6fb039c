/** Optimizers and learning-rate schedules. Rules, defaults and saved layouts are torch.optim's. */
export { Adam } from './adam.ts';
export type { AdamOptions } from './adam-base.ts';
export { AdamW } from './adamw.ts';
export { CosineAnnealingLR } from './cosine-annealing.ts';
export { GradScaler, type GradScalerOptions, type GradScalerStateDict } from './grad-scaler.ts';
export {
  decayGroups,
  type GroupOptions,
  type GroupSpec,
  type OptimizedParams,
  type ParamGroup,
} from './groups.ts';
export { Optimizer, type OptimizerStateDict, type PackedGroup, type PackedState } from './optimizer.ts';
export { type PlateauOptions, ReduceLROnPlateau } from './plateau.ts';
export type { Scheduled, Scheduler } from './scheduler.ts';
export { SGD, type SGDOptions } from './sgd.ts';
export { StepLR } from './step-lr.ts';
