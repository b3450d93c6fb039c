import type { StageContext } from '@radweave/study/context/events';
import type { AlignOptions, AlignResult } from '../stages/align.ts';
import type { AuditOptions, AuditResult } from '../stages/audit.ts';
import type { CheckOptions } from '../stages/check.ts';
import type { CrossFitOptions, CrossFitResult } from '../stages/cross-fit.ts';
import type { CrossValidateOptions, CrossValidateResult } from '../stages/cross-validate.ts';
import type { EvaluateOptions, EvaluateResult } from '../stages/evaluate.ts';
import type { ExplainOptions, ExplainResult } from '../stages/explain.ts';
import type { ExtractOptions, ExtractResult } from '../stages/extract.ts';
import type { FuseOptions, FuseResult } from '../stages/fuse.ts';
import type { HarmonizeOptions, HarmonizeResult } from '../stages/harmonize.ts';
import type { PredictOptions, PredictResult } from '../stages/predict.ts';
import type { PreprocessOptions, PreprocessResult } from '../stages/preprocess.ts';
import type { ProfileOptions, ProfileResult } from '../stages/profile.ts';
import type { ReportOptions, ReportResult } from '../stages/report.ts';
import type { TrainOptions, TrainResult } from '../stages/train.ts';
import type { VisualizeOptions, VisualizeResult } from '../stages/visualize.ts';
import type { VerifyOptions, VerifyResult } from '../verify/verify.ts';
import { explainError } from './explain.ts';

/** Options and results of every stage that runs in the engine thread. */
export interface Stages {
  check: { options: CheckOptions; result: null };
  preprocess: { options: PreprocessOptions; result: PreprocessResult };
  train: { options: TrainOptions; result: TrainResult };
  cross_validate: { options: CrossValidateOptions; result: CrossValidateResult };
  cross_fit: { options: CrossFitOptions; result: CrossFitResult };
  extract: { options: ExtractOptions; result: ExtractResult };
  audit: { options: AuditOptions; result: AuditResult };
  explain: { options: ExplainOptions; result: ExplainResult };
  align: { options: AlignOptions; result: AlignResult };
  fuse: { options: FuseOptions; result: FuseResult };
  evaluate: { options: EvaluateOptions; result: EvaluateResult };
  harmonize: { options: HarmonizeOptions; result: HarmonizeResult };
  predict: { options: PredictOptions; result: PredictResult };
  verify: { options: VerifyOptions; result: VerifyResult };
  visualize: { options: VisualizeOptions; result: VisualizeResult };
  profile: { options: ProfileOptions; result: ProfileResult };
  report: { options: ReportOptions; result: ReportResult };
}

export type StageName = keyof Stages;
export type StageOptions<S extends StageName> = Stages[S]['options'];
export type StageResult<S extends StageName> = Stages[S]['result'];

type StageFunction<S extends StageName> = (
  options: StageOptions<S>,
  context: StageContext,
) => Promise<StageResult<S>>;

/** Each stage's code is loaded when it is run. */
const LOADERS: { [S in StageName]: () => Promise<StageFunction<S>> } = {
  check: async () => (await import('../stages/check.ts')).check,
  preprocess: async () => (await import('../stages/preprocess.ts')).preprocess,
  train: async () => (await import('../stages/train.ts')).train,
  cross_validate: async () => (await import('../stages/cross-validate.ts')).crossValidate,
  cross_fit: async () => (await import('../stages/cross-fit.ts')).crossFit,
  extract: async () => (await import('../stages/extract.ts')).extract,
  audit: async () => (await import('../stages/audit.ts')).audit,
  explain: async () => (await import('../stages/explain.ts')).explain,
  align: async () => (await import('../stages/align.ts')).align,
  fuse: async () => (await import('../stages/fuse.ts')).fuse,
  evaluate: async () => (await import('../stages/evaluate.ts')).evaluate,
  harmonize: async () => (await import('../stages/harmonize.ts')).harmonize,
  predict: async () => (await import('../stages/predict.ts')).predict,
  verify: async () => (await import('../verify/verify.ts')).verify,
  visualize: async () => (await import('../stages/visualize.ts')).visualize,
  profile: async () => (await import('../stages/profile.ts')).profile,
  report: async () => (await import('../stages/report.ts')).report,
};

/** Every stage, as {@link runStage} names it. */
export const STAGE_NAMES = Object.keys(LOADERS) as readonly StageName[];

/** Runs a stage in this thread. @throws errors with an exit code and a remedy; any other error is a bug. */
export async function runStage<S extends StageName>(
  stage: S,
  options: StageOptions<S>,
  context: StageContext,
): Promise<StageResult<S>> {
  const run = await LOADERS[stage]();
  try {
    return await run(options, context);
  } catch (error) {
    throw explainError(error);
  }
}
