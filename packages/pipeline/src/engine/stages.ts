import type { AlignOptions, AlignResult } from '../stages/align.ts';
import type { ExtractOptions, ExtractResult } from '../stages/extract.ts';
import type { FuseOptions, FuseResult } from '../stages/fuse.ts';
import type { PredictOptions, PredictResult } from '../stages/predict.ts';
import type { PreprocessOptions, PreprocessResult } from '../stages/preprocess.ts';
import type { TrainOptions, TrainResult } from '../stages/train.ts';
import type { VisualizeOptions, VisualizeResult } from '../stages/visualize.ts';
import type { StageContext } from './events.ts';

/** Options and results of every stage that runs in the engine thread. */
export interface Stages {
  preprocess: { options: PreprocessOptions; result: PreprocessResult };
  train: { options: TrainOptions; result: TrainResult };
  extract: { options: ExtractOptions; result: ExtractResult };
  align: { options: AlignOptions; result: AlignResult };
  fuse: { options: FuseOptions; result: FuseResult };
  predict: { options: PredictOptions; result: PredictResult };
  visualize: { options: VisualizeOptions; result: VisualizeResult };
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
  preprocess: async () => (await import('../stages/preprocess.ts')).preprocess,
  train: async () => (await import('../stages/train.ts')).train,
  extract: async () => (await import('../stages/extract.ts')).extract,
  align: async () => (await import('../stages/align.ts')).align,
  fuse: async () => (await import('../stages/fuse.ts')).fuse,
  predict: async () => (await import('../stages/predict.ts')).predict,
  visualize: async () => (await import('../stages/visualize.ts')).visualize,
};

/** Runs a stage in this thread. */
export async function runStage<S extends StageName>(
  stage: S,
  options: StageOptions<S>,
  context: StageContext,
): Promise<StageResult<S>> {
  const run = await LOADERS[stage]();
  return run(options, context);
}
