import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  type Config,
  defaultConfig,
  FileHashes,
  readManifest,
  type StageInput,
  settingKeys,
  writeConfig,
} from '@radweave/artifacts';
import { existsSync, readdirSync, readFileSync } from '@radweave/artifacts/files';
import { generatePhantomCohort } from '@radweave/phantom';
import { silentContext } from '@radweave/study/context/events';
import { checked } from '@radweave/study/search/space';
import { filesBelow } from '@radweave/testkit';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { SomeStage } from '../declare/stage.ts';
import { runStage } from '../runner/run-stage.ts';
import { STAGES, stageNamed } from '../stages/index.ts';
import type { Runner } from './job.ts';
import { runPipeline } from './run-pipeline.ts';
import { HOW, othersOf, SIDE, smallStudy } from './small-study.test.data.ts';
import { WITHOUT_EFFECT } from './stage-settings.ts';
import { stepsOf } from './steps.ts';
import { unwatched, watchedConfig } from './watched-config.test.data.ts';

/** What a step of the run was seen to read. */
interface Traced {
  step: string;
  /** Files and folders that it did not write itself before. */
  reads: Set<string>;
  writes: Set<string>;
  /** Of those it asked whether they are there, and what is in them. */
  looks: Set<string>;
  lists: Set<string>;
  /** At these its declaration looked, which would be another one if they were. */
  weighed: Set<string>;
  /** Keys of the configuration. */
  keys: Set<string>;
  /** What its stage declares: files and folders that it reads, settings that count. */
  inputs: readonly Pick<StageInput, 'path' | 'kind'>[];
  settings: readonly string[];
}

/** What runs now. The functions of node:fs are watched before any module can take them for itself. */
const watch = await vi.hoisted(async () => {
  const { onEachFile } = await import('@radweave/testkit');
  const { sep } = await import('node:path');
  const now = undefined as Traced | undefined;
  const state = { folder: '', now, weighed: new Set<string>(), end: () => undefined };
  /** Files are made and put away in a folder beside those that they replace. */
  const aside = /[\\/]\.radweave\.[^\\/]+\.tmp([\\/](new|old)(?=[\\/]|$))?/;
  const restore = onEachFile((place, how) => {
    const { now, folder, weighed } = state;
    const path = place.replace(aside, '');
    if (!path.startsWith(folder + sep) || path.includes('.radweave.lock')) return;
    if (now === undefined) {
      // The record of a step is the last that it leaves.
      if (how === 'write' && /[\\/]run[\\/][^\\/]+\.json$/.test(path)) weighed.clear();
      else weighed.add(path);
    } else if (how === 'write') now.writes.add(path);
    else if (!now.writes.has(path)) {
      const of = { read: now.reads, look: now.looks, list: now.lists };
      of[how].add(path);
    }
  });
  return Object.assign(state, { end: restore });
});

const watched = (config: Config): Config => watchedConfig(config, (key) => watch.now?.keys.add(key));

/** A trial's settings are checked with all others, as one configuration: what is asked for afterwards counts. */
vi.mock('@radweave/study/search/space', async (original) => {
  const space: typeof import('@radweave/study/search/space') = await original();
  const checked: typeof space.checked = (config, settings) =>
    watched(space.checked(unwatched(config), settings));
  return { ...space, checked };
});

const traced: Traced[] = [];
let folder: string;

/** One whole job with every kind of step, and each stage that has no part in it, watched. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'radweave-reads-'));
  watch.folder = folder;
  const cohort = { seed: 1, patientsPerHospital: 6, homePatients: 14, slicesPerModality: 2, size: SIDE };
  generatePhantomCohort(join(folder, 'raw'), cohort);
  const config = smallStudy(folder);
  const run: Runner['run'] = (stage, options) =>
    watching(() => runStage(stage, { ...options, config: watched(config) }, silentContext()));
  await runPipeline(
    config,
    { ...HOW, bestHparamsDir: join(folder, 'best') },
    {
      run,
      say: (text) => {
        const step = /^(\S+): running/.exec(text)?.[1];
        if (step !== undefined) begin(step);
      },
      warn: () => undefined,
    },
  );
  for (const one of traced) {
    const { inputs, settings } = readManifest(join(folder, 'outputs', 'run', `${one.step}.json`));
    one.inputs = inputs.map(({ path, kind }) => ({ kind, path: resolve(folder, 'outputs', path) }));
    one.settings = Object.keys(settings);
  }
  for (const [name, options] of othersOf(folder, config)) {
    const stage = stageNamed(name);
    watch.weighed.clear();
    const reads = Object.values(stage.reads(options as never, { hashes: new FileHashes(), runs: {} }));
    begin(name);
    await run(name, options as never, () => undefined);
    const one = traced.at(-1);
    if (one === undefined) continue;
    one.settings = settingKeys(stage.settings);
    one.inputs = reads.map((at) =>
      typeof at === 'string'
        ? { path: resolve(at), kind: isFile(at) ? 'file' : 'folder' }
        : { path: at.path, kind: 'part' },
    );
  }
});

function begin(step: string): void {
  const nothing = () => new Set<string>();
  const used = { reads: nothing(), looks: nothing(), lists: nothing(), writes: nothing(), keys: nothing() };
  traced.push({ step, ...used, weighed: new Set(watch.weighed), inputs: [], settings: [] });
}

/** What is done meanwhile belongs to the newest step. */
async function watching<T>(work: () => T): Promise<Awaited<T>> {
  watch.now = traced.at(-1);
  try {
    return await work();
  } finally {
    watch.now = undefined;
  }
}

afterAll(() => {
  watch.end();
  rmSync(folder, { recursive: true, force: true });
});

test('a step waits for every step whose results it reads', () => {
  const steps = stepsOf(defaultConfig(), HOW);
  const writerOf = new Map<string, string>();
  expectNone(({ step, reads, writes }) => {
    const after = steps.find(({ name }) => name === step)?.after;
    const own = files(reads).filter(
      (path) => !EVERYBODYS.some((known) => known.test(relative(folder, path))),
    );
    const from = own.map((path) => writerOf.get(path)).filter((one) => one !== undefined);
    for (const path of writes) writerOf.set(path, step);
    return after === undefined ? [] : [...new Set(from)].filter((one) => !after.includes(one));
  });
});

const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
/** Folders are opened to write down what was done in them. */
const files = (paths: Set<string>): string[] =>
  [...paths].filter((path) => statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true);
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
  // Hashes of the files of an export: they are read again where they are others.
  /^private\/file_hashes\.json$/,
];

/** What any step may look at, and folders that it may list, though they are no inputs. */
const LOOKED_AT: readonly RegExp[] = [
  // Each stage asks whether these are one split.
  /^splits(\/\.slices)?$/,
  // Which runs there are; what one gave comes with its checkpoint.
  /^outputs\/checkpoints(\/[^/]+\/best_model\.pth)?$/,
  // Where images lie; they count by their pixels.
  /^raw(\/|$)/,
  // What was left half done in the folders of folders that are written.
  /^(features|outputs)$/,
];

test('the whole job was watched, and every other stage', () => {
  const stages: readonly SomeStage[] = STAGES;
  const others = stages.filter(({ job }) => job === undefined).map(({ name }) => name);
  const steps = traced.map(({ step }) => step);
  expect(others.filter((name) => !steps.includes(name))).toEqual(['check', 'tune', 'share', 'verify']);
  const job = stepsOf(defaultConfig(), HOW).map(({ name }) => name);
  expect(steps.filter((name) => !others.includes(name))).toEqual(job);
});

test('a setting or file is noticed however it is asked for', async () => {
  const noticed = async (ask: (config: Config) => unknown): Promise<string[]> => {
    begin('nothing');
    await watching(() => ask(watched(defaultConfig())));
    const { reads, looks, lists, keys } = traced.pop() ?? expect.unreachable();
    return [...named([...reads, ...looks, ...lists]), ...keys];
  };
  const path = join(folder, 'seen');
  writeFileSync(path, '');
  expect(await noticed(() => readFileSync(path))).toEqual(['seen']);
  expect(await noticed(() => readFileSync(path, 'utf8'))).toEqual(['seen']);
  expect(await noticed(() => readFileSync(pathToFileURL(path)))).toEqual(['seen']);
  for (const look of [existsSync, statSync]) expect(await noticed(() => look(path))).toEqual(['seen']);
  expect(await noticed(() => stat(path))).toEqual(['seen']);
  const listed = [join('raw', 'SY')];
  expect(await noticed(() => readdirSync(join(folder, 'raw', 'SY')))).toEqual(listed);
  const expected = ['tune.folds'];
  expect(await noticed(({ tune }) => tune.folds)).toEqual(expected);
  expect(await noticed((config) => ({ ...config, record: null }).tune.folds)).toEqual(expected);
  expect(await noticed((config) => structuredClone({ ...config }).tune.folds)).toEqual(expected);
  expect(await noticed(({ experiment, ...rest }) => [experiment, rest.tune.folds])).toEqual(expected);
  expect(await noticed((config) => checked(config, { 'training.epochs': 2 }).tune.folds)).toEqual(expected);
  expect(await noticed((config) => writeConfig(path, { ...config }))).toEqual(['seen']);
});

/** All steps are looked at before anything is said. */
function expectNone(wrong: (one: Traced) => readonly string[]): void {
  const found = traced.map((one) => [one.step, wrong(one)] as const).filter(([, all]) => all.length > 0);
  expect(Object.fromEntries(found)).toEqual({});
}

const isBelow = (path: string, folder: string): boolean => path.startsWith(folder + sep);
const isWithin = (path: string, folder: string): boolean => path === folder || isBelow(path, folder);

test('every file that a step reads or looks at, and every folder that it lists, is one of its inputs', () => {
  expectNone(({ step, inputs, reads, looks, lists, weighed, writes }) => {
    const places = inputs.map(({ path }) => path);
    const others = traced.flatMap((one) => (one.step === step ? [] : [...one.writes]));
    const folders = [...new Set([...writes].map((path) => dirname(path)))];
    const isDeclared = (path: string): boolean =>
      weighed.has(path) ||
      places.some((at) => isWithin(path, at)) ||
      EVERYBODYS.some((known) => known.test(relative(folder, path)));
    /** Where it alone writes it may look for what is there already. */
    const isOwn = (path: string): boolean =>
      folders.some((at) => isWithin(path, at)) && !others.some((at) => isWithin(at, path));
    const undeclared = (what: string, paths: Iterable<string>): string[] =>
      [...paths]
        .filter((path) => !isDeclared(path) && !isOwn(path))
        .map((path) => `${what} ${relative(folder, path)}`);
    const asked = (paths: Set<string>): string[] =>
      [...paths].filter((path) => !LOOKED_AT.some((known) => known.test(relative(folder, path))));
    return [
      ...undeclared('read', files(reads)),
      // That a folder is there says nothing that what is in it does not say.
      ...undeclared(
        'look',
        asked(looks).filter((path) => ![...places, ...writes].some((at) => isWithin(at, path))),
      ),
      // What was left half done is looked for in every folder that is written into.
      ...undeclared(
        'list',
        asked(lists).filter((path) => !folders.includes(path)),
      ),
    ];
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
  // With a name of its own, in place of that which was asked for.
  tune_trial: [...OF_FOLDS, 'experiment.name'],
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
