import { dirname, join, resolve } from 'node:path';
import {
  applyOverrides,
  type Config,
  defaultConfig,
  type Evaluation,
  evaluationFiles,
  evaluationFolder,
  InterruptedError,
  isSamePlace,
  logitsRecordPath,
  readConfig,
  readEvaluation,
  readLogitsRecord,
  UsageError,
  writeConfig,
} from '@radweave/artifacts';
import { existsSync, rmSync } from '@radweave/artifacts/files';
import { FOLLOWING, type Following, type Runner, runPipeline, take, withRunner } from '@radweave/pipeline';
import { and, counted } from '@radweave/remarks';

/** Where the demonstration works by default; it is made again each time. */
export const FOLDER = 'outputs/demo';

export const EPOCHS = 6;

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
export const FOLDS = 2;

/**
 * At this size layer1 has 28×28 values. With the default seed, of the maps of grade 1 in external patients who have it and are
 * predicted so, 83 % (A and P alike) have their largest value within 10 mm of the lesion, which is 0.11 of the area; so have 0.72 (A)
 * and 0.71 (P) of the pixels above half of that value, and 0.29 and 0.27 of the maps' sum. Of Grad-CAM's maps of this layer it is
 * 7 % in both, of those of layer2 69 % in A. In patients of grade 0 the maps of grade 1 have their largest value there, too, in
 * 38 % (A) and 44 % (P): the networks look at the lesion of either grade. Other seeds give other shares.
 */
const MAPS: Config['explanation'] = { method: 'hirescam', layer: 'layer1' };

export interface DemoOptions {
  /** Folder to work in; what the last demo left there is removed. */
  output_dir?: string;
  /** Epochs of training per modality. */
  epochs?: number | string;
  /** Of the cohort and of the initial weights. */
  seed?: number | string;
}

const TAKES: take.Takes<DemoOptions> = {
  output_dir: take.text.exactOptional(),
  epochs: take.number.exactOptional(),
  seed: take.number.exactOptional(),
};

/**
 * The whole job on a made-up cohort of three hospitals, as `radweave demo` does it on an engine that is set up: minutes, and
 * hundreds of megabytes.
 *
 * @returns the evaluation, and the configuration that it was run with.
 * @throws UsageError `E_OTHER_FILE` where it would replace what it has not made; all that `run` throws.
 */
export async function demo(
  options: DemoOptions = {},
  following: Following = {},
): Promise<{ config: Config; evaluation: Evaluation }> {
  const config = demoConfig(take.takenOptions('demo', options, TAKES));
  await withRunner(take.takenOptions('demo', following, FOLLOWING), (runner) => runDemo(config, runner));
  return { config, evaluation: readEvaluation(evaluationFiles(evaluationFolder(config)).record) };
}

/** Makes the cohort and does the job. */
export async function runDemo(config: Config, runner: Runner): Promise<void> {
  const folder = dirname(config.experiment.output_dir);
  for (const name of MADE) rmSync(join(folder, name), { recursive: true, force: true });
  writeConfig(join(folder, CONFIG), config);
  const { generatePhantomCohort } = await import('@radweave/phantom');
  const cohort = { ...COHORT, seed: config.experiment.seed };
  const { patients, slices } = generatePhantomCohort(join(folder, 'raw'), cohort);
  runner.say(`${counted(patients.length, 'phantom patient')} of 3 hospitals, ${counted(slices, 'slice')}.`);
  const how = { bestHparamsDir: join(folder, 'best_hparams'), explain: true, crossFit: FOLDS };
  try {
    await runPipeline(config, how, sparingDisk(config, runner));
  } catch (error) {
    if (!(error instanceof InterruptedError)) throw error;
    // A stage that is stopped says what it keeps, and how to go on.
    throw new InterruptedError('the demo was stopped', 'It begins anew each time', { cause: error });
  }
}

/** Settings in which a network learns from scratch within minutes. @throws UsageError for a folder that no demo has made. */
export function demoConfig({ output_dir = FOLDER, epochs = EPOCHS, seed }: DemoOptions): Config {
  const folder = resolve(output_dir);
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
  const wanted = [
    ['training.epochs', String(epochs)],
    ['experiment.seed', String(seed ?? config.experiment.seed)],
  ] as const;
  const asked = applyOverrides(config, wanted, (path) => `--${path.split('.').at(-1)}`);
  refuseOtherFolder(folder, asked);
  return asked;
}

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
    if (!existsSync(path)) return false;
    const made = places(readConfig(path));
    return places(config).every((place, i) => isSamePlace(place ?? '', made[i] ?? ''));
  } catch (error) {
    if (error instanceof UsageError) return false;
    throw error;
  }
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
