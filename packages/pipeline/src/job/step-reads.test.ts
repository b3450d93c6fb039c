import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve, sep } from 'node:path';
import type { Config, Manifest, StageInput } from '@radweave/artifacts';
import { filesBelow, onEachFile } from '@radweave/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WITHOUT_EFFECT } from './step-settings.ts';
import { watchedConfig } from './watched-config.test.data.ts';

/** What a step of the run was seen to read. */
interface Traced {
  step: string;
  /** Files and folders that it did not write itself before. */
  reads: Set<string>;
  writes: Set<string>;
  /** Keys of the configuration. */
  keys: Set<string>;
  manifest?: Manifest;
}

const SIDE = 32;
const traced: Traced[] = [];
let folder: string;

/** One whole job with every kind of step, whose stages are watched. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'radweave-reads-'));
  let now: Traced | undefined;
  const restore = onEachFile((path, how) => {
    if (now === undefined || !path.startsWith(folder + sep)) return;
    if (how === 'write') now.writes.add(path);
    else if (!now.writes.has(path)) now.reads.add(path);
  });
  // After the functions of node:fs are watched.
  const { defaultConfig, readManifest } = await import('@radweave/artifacts');
  const { silentContext } = await import('@radweave/study/context/events');
  const { runStage } = await import('../runner/stages.ts');
  const { generatePhantomCohort } = await import('@radweave/phantom');
  const { runPipeline } = await import('./run-pipeline.ts');
  const cohort = { seed: 1, patientsPerHospital: 6, homePatients: 14, slicesPerModality: 2, size: SIDE };
  generatePhantomCohort(join(folder, 'raw'), cohort);
  const config = smallStudy(folder, defaultConfig());
  const how = { bestHparamsDir: join(folder, 'best'), explain: true, crossFit: 2 };
  await runPipeline(config, how, {
    run: async (stage, options) => {
      now = traced.at(-1);
      try {
        const watched = watchedConfig(config, (key) => now?.keys.add(key));
        return await runStage(stage, { ...options, config: watched }, silentContext());
      } finally {
        now = undefined;
      }
    },
    say: (text) => {
      const step = /^(\S+): running/.exec(text)?.[1];
      if (step !== undefined) traced.push({ step, reads: new Set(), writes: new Set(), keys: new Set() });
    },
    warn: () => undefined,
  });
  restore();
  for (const one of traced) {
    one.manifest = readManifest(join(folder, 'outputs', 'run', `${one.step}.json`));
  }
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function smallStudy(place: string, config: Config): Config {
  Object.assign(config.data, {
    root_dir: join(place, 'raw'),
    splits_dir: join(place, 'splits'),
    features_dir: join(place, 'features'),
    image_size: SIDE,
    num_workers: 1,
  });
  Object.assign(config.model, { name: 'mobilenetv3_small_100', pretrained: false });
  Object.assign(config.training, { epochs: 1, batch_size: 16, precision: 'fp32', device: 'cpu' });
  config.evaluation.bootstrap_replicates = 100;
  config.experiment.output_dir = join(place, 'outputs');
  return config;
}

const inputsOf = ({ manifest }: Traced): readonly StageInput[] => manifest?.inputs ?? [];
const placeOf = ({ path }: StageInput): string => resolve(folder, 'outputs', path);
const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
const named = (paths: string[]): string[] => paths.map((path) => relative(folder, path)).sort();

/** Files that any step may read though they are no inputs. */
const EVERYBODYS: readonly RegExp[] = [
  // Each stage asks whether these are one split, and refuses them else; what counts of them are declared parts.
  /^splits\/(summary\.json|cohort\.csv|exclusions\.csv|(train|val|test)_[AP]\.csv)$/,
  // Decoded slices: made again when an image is another.
  /^splits\/\.slices\//,
  // Where maps place the patients: made again when the features are others.
  /^outputs\/embeddings\/(A|P|fused)\.json$/,
  // Images count by their pixels, whose hashes are parts of the summary.
  /^raw\/.*\.png$/,
  // Which run it is; what it gave comes with its checkpoint.
  /^outputs\/checkpoints\/[^/]+\/run\.json$/,
];

test('the whole job was watched', () => {
  expect(traced.map(({ step }) => step)).toEqual([
    'preprocess',
    'audit-data',
    ...['A', 'P'].flatMap((one) => [`train-${one}`, `extract-${one}`, `cross-fit-${one}`]),
    'fuse',
    'evaluate',
    'audit',
    'explain-A',
    'explain-P',
    'visualize',
    'report',
  ]);
});

test('every file that a step reads is one of its inputs', () => {
  for (const one of traced) {
    const places = inputsOf(one).map(placeOf);
    const undeclared = [...one.reads]
      .filter((path) => isFile(path) && !places.some((at) => path === at || path.startsWith(at + sep)))
      .filter((path) => !EVERYBODYS.some((known) => known.test(relative(folder, path))));
    expect(named(undeclared), one.step).toEqual([]);
  }
});

test('every input of a step is read', () => {
  for (const one of traced) {
    const files = inputsOf(one).flatMap((input) => {
      const place = placeOf(input);
      // Images of patients who are left out are not decoded.
      return isFile(place) ? [place] : filesBelow(place).filter(() => input.kind === 'folder');
    });
    expect(named(files.filter((path) => !one.reads.has(path))), one.step).toEqual([]);
  }
});

/** Where things lie: inputs count wherever they are. */
const PLACES = ['data.root_dir', 'data.splits_dir', 'data.features_dir', 'fusion.output_dir'];

/** Keys that a stage asks for, and why its result does not depend on them. */
const ASKED: Readonly<Record<string, readonly string[]>> = {
  train: [
    // The run's name is an option; names of other modalities are refused; what the record of the split says counts.
    'experiment.name',
    'data.modalities',
    'data.home_hospital',
    // What it says of its network alone, under logs/, names its settings; `evaluate` is what counts.
    ...['aggregation', 'top_k', 'threshold_rule', 'target_sensitivity', 'calibration'].map(
      (key) => `evaluation.${key}`,
    ),
    ...['bootstrap_replicates', 'confidence_level', 'proportion_method'].map((key) => `evaluation.${key}`),
  ],
  // The checkpoint's are taken, and its weights replace initial ones. Nothing is aligned.
  extract: ['model.name', 'model.zero_init_last', 'data.image_size', 'data.modalities'],
  explain: ['model.zero_init_last'],
  // Written into the records of the fold models, which train on split files that are there.
  'cross-fit': [
    'data.modalities',
    'data.home_hospital',
    'data.train_ratio',
    'data.image_size',
    'extraction.slice_index',
  ],
  // Only where the split does not say it; that of a run does.
  evaluate: ['data.home_hospital'],
};

test('every setting that a stage asks for belongs to its step', () => {
  for (const { step, keys, manifest } of traced) {
    const known = [...Object.keys(manifest?.settings ?? {}), ...WITHOUT_EFFECT, ...PLACES];
    const asked = [...known, ...(ASKED[step.replace(/-[AP]$/, '')] ?? [])];
    expect([...keys].filter((key) => !asked.includes(key)).sort(), step).toEqual([]);
  }
});

test('every setting of a step is one that its stage asks for', () => {
  for (const { step, keys, manifest } of traced) {
    // Training asks for what its loss, schedule and optimizer need; the report shows the whole configuration.
    if (/^train|^report/.test(step)) continue;
    const settings = Object.keys(manifest?.settings ?? {}).filter((key) => key.includes('.'));
    // Modalities are an option of most stages.
    const unasked = settings.filter((key) => !keys.has(key) && key !== 'data.modalities');
    expect(unasked, step).toEqual([]);
  }
});
