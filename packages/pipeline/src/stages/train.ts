import { basename, dirname, join } from 'node:path';
import {
  bestModelPath,
  type Config,
  hashValue,
  inShell,
  outputFolders,
  type StageState,
  UsageError,
} from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';
import type { RunWish } from '@radweave/network/training/open-run';
import { RunFolder } from '@radweave/study/runs/run-folder';
import type { ValuesOf } from '../declare/command.ts';
import { off, on, set, usual } from '../declare/config-flags.ts';
import { optional, required, toggle, whole, withDefault } from '../declare/flags.ts';
import * as read from '../declare/reads.ts';
import { defineStage } from '../declare/stage.ts';
import * as take from '../declare/taken.ts';
import type { TrainOptions } from '../work/open-training.ts';
import { placeIn } from '../work/ranks-place.ts';
import type { Together } from '../work/together.ts';
import type { TrainResult } from '../work/train.ts';

/** Also those of a cross-validation, which adds its own. */
export const trainFlags = {
  modality: required('<name>', 'modality to train on'),
  resume: toggle(
    'continue the newest run of this modality on the present split, or the one that --run names; a cross-validation must be named',
  ),
  run: optional('<name>', 'name of a new run, or of the one to resume; --exp_name is the same', 'Output'),
  best_hparams_dir: withDefault('<folder>', 'record of the best settings', 'config/best_hparams', 'Output'),
  nproc: optional(
    '<N>',
    'train one network in N processes of this machine, which share each batch and the CPU cores; with --device cuda each takes a GPU of its own',
    'Computation',
  ),
  rank_timeout: withDefault(
    '<seconds>',
    'seconds that a process of --nproc, or of a launcher, waits for the others',
    '1800',
    'Computation',
  ),
};

/** The name that `--run` or `--exp_name` gives; empty without them. @throws UsageError where they contradict each other. */
export function namedRun(run: string | undefined, { experiment }: Config, given: readonly string[]): string {
  const name = given.includes('experiment.name') ? experiment.name : undefined;
  if (run !== undefined && name !== undefined && run !== name) {
    throw new UsageError(
      'E_FLAGS',
      `--run ${inShell(run)} and --exp_name ${inShell(name)} give one run two names`,
      {
        hint: 'Give one of them',
      },
    );
  }
  return run ?? name ?? '';
}

/** The processes that the flags or a launcher ask for. @throws UsageError. */
export function togetherOf({ nproc, rank_timeout }: ValuesOf<typeof trainFlags>): Together | undefined {
  const place = placeIn(process.env);
  const timeoutSeconds = whole('--rank_timeout', rank_timeout, 1);
  if (nproc === undefined) return place === null ? undefined : { processes: place, timeoutSeconds };
  if (place === null) return { processes: whole('--nproc', nproc, 1), timeoutSeconds };
  throw new UsageError(
    'E_FLAGS',
    '--nproc cannot be used here: a launcher has already started this process as one of several',
    {
      hint: 'Leave out --nproc, or unset MASTER_ADDR and MASTER_PORT',
    },
  );
}

/** What everything that trains is told. */
export const runWish: take.Takes<RunWish> = {
  config: take.config,
  given: take.texts.optional(),
  inFile: take.texts.optional(),
  modality: take.text,
  resume: take.truth,
  run: take.text,
};

export const train = defineStage({
  name: 'train',
  takes: { ...runWish, bestHparamsDir: take.text, together: take.object<Together>().optional() },
  looksAtImages: true,
  settings: ['data.image_size', 'data.resize', 'model.*', 'training.*', 'augmentation.*', 'experiment.seed'],
  precisionOf: 'train',
  reads: ({ config, modality }: TrainOptions) => {
    const { weights } = config.model;
    return {
      ...read.sliceReads(config, modality),
      ...(weights !== null && existsSync(weights) ? { 'initial weights': weights } : {}),
    };
  },
  writes: (_, { bestModel, valMetrics, testMetrics, slicePredictions }: TrainResult) => [
    bestModel,
    valMetrics,
    testMetrics,
    ...Object.values(slicePredictions).filter((path) => existsSync(path)),
  ],
  open: async (options, context) => (await import('../work/open-training.ts')).openTraining(options, context),
  refused: async (options, error) => (await import('../work/open-training.ts')).tellFault(options, error),
  // The first of several processes writes, for all of them.
  locks: ({ modality }, { run, ranks }) =>
    ranks === undefined
      ? { folder: run.checkpoints, as: `radweave train --modality ${inShell(modality)}` }
      : undefined,
  run: async (options, context, opened) => (await import('../work/train.ts')).train(options, opened, context),
  job: {
    // A leak between the sets ends the job before anything learns from them.
    after: ['preprocess', 'audit_data'],
    isPerModality: true,
    passes: ({ training }) => training.epochs,
    places: ({ experiment, model }, modality) => {
      const { checkpoints, logs } = outputFolders(experiment.output_dir);
      return [checkpoints, logs].map((folder) =>
        join(folder, `${experiment.name || model.name}_${modality}_*`),
      );
    },
    // Training that was stopped is resumed.
    options: async ({ config, how }, modality, state) => {
      const { bestHparamsDir } = how;
      const wish = { config, given: [], modality, resume: false, run: '', bestHparamsDir };
      const run = runName(config, modality, await state(wish));
      return { ...wish, run, resume: new RunFolder(config.experiment.output_dir, run).exists() };
    },
    // That of an earlier run which was trained alike and has another name stays.
    done: ({ runs }, modality, outputs) => {
      const best = outputs.find((path) => path === bestModelPath(dirname(path))) ?? '';
      runs[modality] = basename(dirname(best));
    },
  },
  command: {
    name: 'train',
    summary: 'train the network of one modality',
    examples: [
      '--modality A --model resnet18 --epochs 100 --batch_size 32',
      '--modality A --resume',
      '--modality A --nproc 2 --device cpu',
    ],
    leaves: 'the best and the last checkpoint, history and metrics per epoch, TensorBoard events',
    flags: trainFlags,
    configFlags: [
      set('model', 'model.name'),
      set('pretrained', 'model.pretrained'),
      set('weights', 'model.weights'),
      set('freeze_stages', 'model.freeze_stages'),
      set('epochs', 'training.epochs'),
      set('batch_size', 'training.batch_size'),
      set('grad_accumulation', 'training.grad_accumulation'),
      on('auto_batch_size', 'training.auto_batch_size'),
      set('learning_rate', 'training.learning_rate'),
      set('loss_type', 'training.loss_type'),
      set('optimizer', 'training.optimizer'),
      set('scheduler', 'training.scheduler'),
      off('disable_early_stop', 'training.early_stop_enabled', 'Train all epochs, without early stopping'),
      off('no_shuffle', 'training.shuffle', 'Keep the training slices in the order of the file'),
      ...usual('no_augment', 'precision'),
      on('deterministic', 'training.deterministic'),
      ...usual('device', 'root_dir', 'splits_dir', 'resize', 'num_workers'),
      set('exp_name', 'experiment.name'),
      off(
        'no_last_checkpoint',
        'experiment.save_last',
        'Keep no last checkpoint (three times as large as the best one); a stopped training then starts from the beginning',
      ),
      ...usual('output_dir', 'seed'),
    ],
    options: ({ config, given, inFile }, flags) => ({
      config,
      given,
      inFile,
      modality: flags.modality,
      resume: flags.resume,
      run: namedRun(flags.run, config, given),
      bestHparamsDir: flags.best_hparams_dir,
      together: togetherOf(flags),
    }),
  },
});

/**
 * The same settings and inputs always give the same name, so that a run that was stopped is found again. The device may
 * change then, and what `auto` means is settled only once it has begun.
 */
function runName({ experiment, model, training }: Config, modality: string, state: StageState): string {
  const { 'training.device': _, ...settings } = state.settings;
  const identity = [
    state.versions,
    { ...settings, 'training.precision': training.precision },
    state.inputs.map(({ name, sha256 }) => [name, sha256]),
  ];
  return [experiment.name || model.name, modality, hashValue(identity).slice(0, 8)].join('_');
}
