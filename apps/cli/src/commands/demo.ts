import { dirname, join, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import {
  applyOverrides,
  type Config,
  defaultConfig,
  evaluationFiles,
  evaluationFolder,
  jsonLine,
  logitsRecordPath,
  readConfig,
  readEvaluation,
  readLogitsRecord,
  UsageError,
  writeConfig,
} from '@radweave/artifacts';
import { existsSync, rmSync } from '@radweave/artifacts/files';
import { generatePhantomCohort, type PhantomOptions } from '@radweave/phantom';
import { type Runner, runPipeline } from '@radweave/pipeline';
import { and, counted } from '@radweave/remarks';
import { runEnding } from '../present/results.ts';
import { JobClock } from '../stage/job-clock.ts';
import { terminalRunner } from '../stage/run-stage.ts';
import type { Define } from './define.ts';
import { setUpOnce } from './setup.ts';

/** Where the demonstration works by default; it is made again each time. */
const FOLDER = 'outputs/demo';

/** What it makes there, and removes before it begins again. */
const MADE = ['raw', 'data', 'feature_extract', 'best_hparams'];
const CONFIG = 'config.yaml';

/**
 * Many patients with few small slices each: from scratch, a network learns from patients, not from slices. Those of the external
 * hospitals are read a few times only, and make the test precise.
 */
export const COHORT = {
  homePatients: 300,
  patientsPerHospital: 100,
  slicesPerModality: 2,
  size: 112,
} as const;

/** Models per modality that are trained besides, so that the fusion is not fitted on features of its own patients. */
const FOLDS = 2;

/**
 * At this size layer1 has 28×28 values. With the default seed, of the maps of grade 1 in external patients who have it and are
 * predicted so, 83 % (A and P alike) have their largest value within 10 mm of the lesion, which is 0.11 of the area; so have 0.72 (A)
 * and 0.71 (P) of the pixels above half of that value, and 0.29 and 0.27 of the maps' sum. Of Grad-CAM's maps of this layer it is
 * 7 % in both, of those of layer2 69 % in A. In patients of grade 0 the maps of grade 1 have their largest value there, too, in
 * 38 % (A) and 44 % (P): the networks look at the lesion of either grade. Other seeds give other shares.
 */
const MAPS: Config['explanation'] = { method: 'hirescam', layer: 'layer1' };

/**
 * On two cores with bf16, 4 min 12 s were measured; without bf16 it takes about twice the time. 0.17 GB stay. It is most when the best
 * checkpoint of the last fold is replaced: five times the weights, of 45 MB, beside 45 MB of data.
 */
export const NEEDS = { minutes: '4 to 8', most: '0.3 GB', stays: '0.2 GB' } as const;

interface DemoFlags {
  output_dir: string;
  epochs: string;
  seed: string;
  quiet?: boolean;
  json?: boolean;
}

export const define: Define = (command) => {
  command
    .option('--output_dir <folder>', 'Folder to work in; what the last demo left there is removed', FOLDER)
    .option('--epochs <number>', 'Epochs of training per modality', '6')
    .option(
      '--seed <number>',
      'Random seed of the cohort and of the initial weights',
      String(defaultConfig().experiment.seed),
    )
    .option('--quiet', 'Print results only')
    .option('--json', 'Print the evaluation as JSON')
    .action(async (flags: DemoFlags) => {
      const folder = resolve(flags.output_dir);
      const config = demoConfig(folder, flags);
      refuseOtherFolder(folder, config);
      await demo(folder, config, flags.quiet === true);
      const evaluationFile = evaluationFiles(evaluationFolder(config)).record;
      process.stdout.write(
        flags.json === true
          ? jsonLine({ ...readEvaluation(evaluationFile), evaluationFile })
          : `${runEnding(config)}${nextSteps(folder)}`,
      );
    });
};

/** Keeps folders of these names that no demo has made. @throws UsageError `E_OTHER_FILE`. */
function refuseOtherFolder(folder: string, config: Config): void {
  const there = [...MADE, CONFIG].filter((name) => existsSync(join(folder, name)));
  if (there.length === 0 || isDemo(join(folder, CONFIG), config)) return;
  throw new UsageError('E_OTHER_FILE', `the demo would replace what it has not made: ${and(there)}`, {
    where: folder,
    hint: 'Give a new folder with --output_dir, or move these away',
  });
}

/** Whether a demo has written this configuration, which it does before anything else: its places are those of this one. */
function isDemo(path: string, config: Config): boolean {
  const places = ({ data, experiment }: Config): (string | null)[] => [
    data.root_dir,
    data.splits_dir,
    data.features_dir,
    experiment.output_dir,
  ];
  try {
    return existsSync(path) && isDeepStrictEqual(places(readConfig(path)), places(config));
  } catch (error) {
    if (error instanceof UsageError) return false;
    throw error;
  }
}

/** The whole job on a made-up cohort of three hospitals. */
async function demo(folder: string, config: Config, quiet: boolean): Promise<void> {
  const say = (text: string): void => void (quiet || process.stderr.write(`${text}\n`));
  say('Demonstration on a synthetic cohort: nothing here is a real patient.');
  await setUpOnce();
  say(
    `It takes ${NEEDS.minutes} minutes on two cores, and ${NEEDS.most} of disk, of which ${NEEDS.stays} stay.`,
  );
  say(`Folder: ${folder}`);
  for (const name of MADE) rmSync(join(folder, name), { recursive: true, force: true });
  writeConfig(join(folder, CONFIG), config);
  const cohort: PhantomOptions = { ...COHORT, seed: config.experiment.seed };
  const { patients, slices } = generatePhantomCohort(join(folder, 'raw'), cohort);
  say(`${counted(patients.length, 'phantom patient')} of 3 hospitals, ${counted(slices, 'slice')}.`);
  const bestHparamsDir = join(folder, 'best_hparams');
  const runner = sparingDisk(config, terminalRunner(quiet, new JobClock(config, FOLDS)));
  const how = { bestHparamsDir, explain: true, crossFit: FOLDS };
  await runPipeline(config, how, runner);
}

/** Settings in which a network learns from scratch within minutes. */
function demoConfig(folder: string, { epochs, seed }: DemoFlags): Config {
  const config = defaultConfig();
  Object.assign(config.data, {
    root_dir: join(folder, 'raw'),
    splits_dir: join(folder, 'data', 'splits'),
    features_dir: join(folder, 'data', 'features'),
    image_size: COHORT.size,
  });
  config.experiment.output_dir = join(folder, 'feature_extract');
  // It always starts again; with the optimizer the last checkpoint is what would take most of the disk.
  config.experiment.save_last = false;
  Object.assign(config.model, { pretrained: false, zero_init_last: false });
  Object.assign(config.training, { batch_size: 8, learning_rate: 0.0005 });
  config.explanation = MAPS;
  // The hospitals' windows differ.
  Object.assign(config.augmentation, { brightness: 0.1, contrast: 0.2 });
  const asked = [
    ['training.epochs', epochs],
    ['experiment.seed', seed],
  ] as const;
  return applyOverrides(config, asked, (path) => `--${path.split('.').at(-1)}`);
}

/** Removes the networks of folds as soon as their logits and patients are on record. */
export function sparingDisk({ data }: Config, runner: Runner): Runner {
  return {
    ...runner,
    run: async (stage, options, onWarning) => {
      const result = await runner.run(stage, options, onWarning);
      const records = data.modalities.map((modality) => logitsRecordPath(data.features_dir, modality));
      const crossFitted = stage === 'cross_fit' ? records.filter((record) => existsSync(record)) : [];
      for (const { checkpoint } of crossFitted.flatMap((record) => readLogitsRecord(record).models)) {
        rmSync(dirname(checkpoint), { recursive: true, force: true });
      }
      return result;
    },
  };
}

function nextSteps(folder: string): string {
  return [
    `Everything is in ${folder}; config.yaml there is what it was run with.`,
    'Next, on your own data:',
    '  npx radweave init --root_dir YOUR_FOLDER',
    '  npx radweave run',
    '',
  ].join('\n');
}
