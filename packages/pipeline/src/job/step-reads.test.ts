import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve, sep } from 'node:path';
import type { Config, StageInput } from '@radweave/artifacts';
import { TAG } from '@radweave/importing/dicom/tags';
import { madeUpDicom, madeUpSlice } from '@radweave/importing/testing/made-up';
import { filesBelow, onEachFile } from '@radweave/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { SomeStage } from '../declare/stage.ts';
import type { StageName } from '../stages/index.ts';
import type { Runner } from './job.ts';
import { WITHOUT_EFFECT } from './stage-settings.ts';
import { watchedConfig } from './watched-config.test.data.ts';

/** What a step of the run was seen to read. */
interface Traced {
  step: string;
  /** Files and folders that it did not write itself before. */
  reads: Set<string>;
  writes: Set<string>;
  /** Keys of the configuration. */
  keys: Set<string>;
  /** What its stage declares: files and folders that it reads, settings that count. */
  inputs: readonly Pick<StageInput, 'path' | 'kind'>[];
  settings: readonly string[];
}

const SIDE = 32;
const traced: Traced[] = [];
let folder: string;

/** One whole job with every kind of step, and each stage that has no part in it, watched. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'radweave-reads-'));
  let now: Traced | undefined;
  const restore = onEachFile((path, how) => {
    if (now === undefined || !path.startsWith(folder + sep)) return;
    if (how === 'write') now.writes.add(path);
    else if (!now.writes.has(path)) now.reads.add(path);
  });
  // After the functions of node:fs are watched.
  const { defaultConfig, FileHashes, readManifest, settingKeys } = await import('@radweave/artifacts');
  const { silentContext } = await import('@radweave/study/context/events');
  const { runStage } = await import('../runner/run-stage.ts');
  const { generatePhantomCohort } = await import('@radweave/phantom');
  const { runPipeline } = await import('./run-pipeline.ts');
  const { STAGES } = await import('../stages/index.ts');
  const { ofSearch } = await import('../work/search.ts');
  const begin = (step: string): void => {
    const nothing = { reads: new Set<string>(), writes: new Set<string>(), keys: new Set<string>() };
    traced.push({ step, ...nothing, inputs: [], settings: [] });
  };
  // By the functions that stages must use: loaded before, they would not be watched.
  const { readFileSync } = await import('@radweave/artifacts/files');
  writeFileSync(join(folder, 'seen'), '');
  begin('nothing');
  now = traced.pop();
  readFileSync(join(folder, 'seen'));
  expect([...(now?.reads ?? [])]).toEqual([join(folder, 'seen')]);
  now = undefined;
  const cohort = { seed: 1, patientsPerHospital: 6, homePatients: 14, slicesPerModality: 2, size: SIDE };
  generatePhantomCohort(join(folder, 'raw'), cohort);
  const config = smallStudy(folder, defaultConfig());
  const how = { bestHparamsDir: join(folder, 'best'), explain: true, crossFit: 2 };
  const watch: Runner['run'] = async (stage, options) => {
    now = traced.at(-1);
    try {
      const watched = watchedConfig(config, (key) => now?.keys.add(key));
      return await runStage(stage, { ...options, config: watched }, silentContext());
    } finally {
      now = undefined;
    }
  };
  await runPipeline(config, how, {
    run: watch,
    say: (text) => {
      const step = /^(\S+): running/.exec(text)?.[1];
      if (step !== undefined) begin(step);
    },
    warn: () => undefined,
  });
  for (const one of traced) {
    const { inputs, settings } = readManifest(join(folder, 'outputs', 'run', `${one.step}.json`));
    one.inputs = inputs.map(({ path, kind }) => ({ kind, path: resolve(folder, 'outputs', path) }));
    one.settings = Object.keys(settings);
  }
  const stages: readonly SomeStage[] = STAGES;
  for (const [name, options] of othersOf(config, ofSearch(config, 'A'))) {
    const stage = stages.find((one) => one.name === name);
    const known = { hashes: new FileHashes(), runs: {} };
    const reads = Object.values(stage?.reads(options as never, known) ?? {});
    begin(name);
    await watch(name, options as never, () => undefined);
    const one = traced.at(-1);
    if (one === undefined) continue;
    one.settings = settingKeys(stage?.settings ?? []);
    one.inputs = reads.map((at) =>
      typeof at === 'string'
        ? { path: resolve(at), kind: isFile(at) ? 'file' : 'folder' }
        : { path: at.path, kind: 'part' },
    );
  }
  restore();
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
  config.tune.space = { 'training.learning_rate': [0.001, 0.01] };
  config.tune.folds = 2;
  config.experiment.output_dir = join(place, 'outputs');
  return config;
}

/** An export of one patient, with a table of patients. */
function exportOptions(root: string): object {
  mkdirSync(root);
  writeFileSync(
    join(root, 'slice'),
    madeUpDicom(madeUpSlice({ [TAG.seriesDescription]: ['LO', 'arterial'] })),
  );
  const table = join(folder, 'patients.csv');
  writeFileSync(table, 'patient_id,hospital,label\nHN-1,HN,0\n');
  const [output, records, secrets] = ['imported', 'import', 'private'].map((name) => join(folder, name));
  const pixels = { window: 'soft', mr: 'zscore:3', pet: '10', size: 32, bits: 8, fit: 'pad' };
  const who = { hospital: null, label: null, table, tableColumns: [], modalities: null };
  return {
    root,
    output,
    records,
    secrets,
    ...who,
    kind: 'dicom',
    volumes: null,
    mask: null,
    keepsColour: false,
    threads: 1,
    dryRun: false,
    pixels,
  };
}

/** Those without a part in the job; `check`, `tune`, `share` and `verify` give nothing that could be out of date. */
function othersOf(config: Config, searched: Config): [name: StageName, options: object][] {
  const { modalities } = config.data;
  const model = join(folder, 'outputs', 'fusion', 'model.json');
  const input = join(folder, 'raw', 'SY', 'grade0');
  const checkpoint = join(folder, 'outputs', 'checkpoints', 'A', 'best_model.pth');
  const exported = exportOptions(join(folder, 'export'));
  return [
    ['cross_validate', { config, modality: 'A', by: { folds: 2 }, resume: false, run: 'cv' }],
    ['train_fold', { config, modality: 'A', folds: 3, fold: 2, checkpoint }],
    ['tune_trial', { config: searched, modality: 'A', trial: 1, epochs: 1 }],
    ['extract_shard', { config, modality: 'A', checkpoint, align: false, shard: { number: 1, of: 2 } }],
    [
      'explain_shard',
      { config, modality: 'A', checkpoint, split: 'test', count: 1, slices: 4, shard: { number: 1, of: 2 } },
    ],
    ['preprocess_shard', { config, shard: { number: 1, of: 2 } }],
    ['align', { config, modalities }],
    ['harmonize', { config, modalities, auditOnly: false, permutations: 1 }],
    ['predict', { config, model, input, output: join(folder, 'new.csv') }],
    ['profile', { config, jobs: ['extraction'], outputDir: join(folder, 'profile') }],
    ['import', exported],
    ['import_shard', { ...exported, shard: { number: 1, of: 2 } }],
  ];
}

test('a step waits for every step whose results it reads', async () => {
  const { stepsOf } = await import('./steps.ts');
  const { defaultConfig } = await import('@radweave/artifacts');
  const steps = stepsOf(defaultConfig(), { bestHparamsDir: '', explain: true, crossFit: 2 });
  const writerOf = new Map<string, string>();
  expectNone(({ step, reads, writes }) => {
    const after = steps.find(({ name }) => name === step)?.after;
    const own = [...reads].filter((path) => !EVERYBODYS.some((known) => known.test(relative(folder, path))));
    const from = own.map((path) => writerOf.get(path)).filter((one) => one !== undefined);
    for (const path of writes) writerOf.set(path, step);
    return after === undefined ? [] : [...new Set(from)].filter((one) => !after.includes(one));
  });
});

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
  // Under which key checkpoints name patients; their hashes are in the checkpoints.
  /^study-private\/study_key\.txt$/,
  // Images count by their pixels, whose hashes are parts of the summary.
  /^raw\/.*\.png$/,
  // Tables of the patients whom all modalities have: made again when features are others.
  /^features\/[^/]+\/aligned\//,
  // Which run it is; what it gave comes with its checkpoint.
  /^outputs\/checkpoints\/[^/]+\/run\.json$/,
];

test('the whole job was watched, and every other stage', async () => {
  const { STAGES } = await import('../stages/index.ts');
  const stages: readonly SomeStage[] = STAGES;
  const others = stages.filter(({ job }) => job === undefined).map(({ name }) => name);
  const steps = traced.map(({ step }) => step);
  expect(others.filter((name) => !steps.includes(name))).toEqual(['check', 'tune', 'share', 'verify']);
  expect(steps.filter((name) => !others.includes(name))).toEqual([
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

/** All steps are looked at before anything is said. */
function expectNone(wrong: (one: Traced) => readonly string[]): void {
  const found = traced.map((one) => [one.step, wrong(one)] as const).filter(([, all]) => all.length > 0);
  expect(Object.fromEntries(found)).toEqual({});
}

test('every file that a step reads is one of its inputs', () => {
  expectNone(({ inputs, reads }) => {
    const places = inputs.map(({ path }) => path);
    const undeclared = [...reads]
      .filter((path) => isFile(path) && !places.some((at) => path === at || path.startsWith(at + sep)))
      .filter((path) => !EVERYBODYS.some((known) => known.test(relative(folder, path))));
    return named(undeclared);
  });
});

test('every input of a step is read', () => {
  expectNone(({ inputs, reads }) => {
    const files = inputs.flatMap(({ path, kind }) =>
      // Images of patients who are left out are not decoded.
      isFile(path) ? [path] : filesBelow(path).filter(() => kind === 'folder'),
    );
    return named(files.filter((path) => !reads.has(path)));
  });
});

/** Where things lie: inputs count wherever they are. */
const PLACES = ['data.root_dir', 'data.splits_dir', 'data.features_dir', 'fusion.output_dir'];

/** Written into the records of the fold models, which train on split files that are there. */
const OF_FOLDS = [
  'data.labels',
  'data.missing',
  'data.table_columns',
  'data.clinical',
  'data.modalities',
  'data.home_hospital',
  'data.train_ratio',
  'data.image_size',
  'extraction.slice_index',
];

/** Keys that a stage asks for, and why its result does not depend on them. */
const ASKED: Readonly<Record<string, readonly string[]>> = {
  train: [
    // The run's name is an option; names of other modalities are refused; what the record of the split says counts.
    'experiment.name',
    'data.modalities',
    'data.home_hospital',
    // Of one modality alone all and any are the same.
    'data.missing',
    // What it says of its network alone, under logs/, names its settings; `evaluate` is what counts.
    ...['aggregation', 'top_k', 'threshold_rule', 'target_sensitivity', 'calibration'].map(
      (key) => `evaluation.${key}`,
    ),
    ...['bootstrap_replicates', 'confidence_level', 'proportion_method'].map((key) => `evaluation.${key}`),
  ],
  // The checkpoint's are taken, and its weights replace initial ones. Nothing is aligned, and reserved names are refused only.
  extract: ['model.name', 'model.zero_init_last', 'data.image_size', 'data.modalities', 'data.missing'],
  explain: ['model.zero_init_last'],
  // As `train`, and written into the records of the fold models.
  cross_validate: [
    'experiment.name',
    'data.labels',
    'data.missing',
    'data.table_columns',
    'data.clinical',
    'data.modalities',
    'data.home_hospital',
    'data.train_ratio',
  ],
  // Copied with their section; the image size is the checkpoint's.
  predict: [
    'data.image_size',
    'data.labels',
    'data.missing',
    'data.table_columns',
    'data.clinical',
    'data.modalities',
    'data.home_hospital',
    'data.train_ratio',
  ],
  'cross-fit': OF_FOLDS,
  train_fold: OF_FOLDS,
  // Only where the split does not say it; that of a run does.
  evaluate: ['data.home_hospital', 'data.missing'],
  // As `evaluate`: whom a fusion must predict.
  visualize: ['data.missing'],
  audit: ['data.missing'],
};

test('every setting that a stage asks for belongs to its step', () => {
  expectNone(({ step, keys, settings }) => {
    const known = [...settings, ...WITHOUT_EFFECT, ...PLACES];
    const asked = [...known, ...(ASKED[step.replace(/-[AP]$|_shard$/, '')] ?? [])];
    return [...keys].filter((key) => !asked.includes(key)).sort();
  });
});

test('every setting of a step is one that its stage asks for', () => {
  expectNone(({ step, keys, settings }) => {
    // Training asks for what its loss, schedule and optimizer need; the report shows the whole configuration.
    if (/^train|^cross_validate|^profile|^report/.test(step)) return [];
    const declared = settings.filter((key) => key.includes('.'));
    // Modalities are an option of most stages.
    return declared.filter((key) => !keys.has(key) && key !== 'data.modalities');
  });
});
