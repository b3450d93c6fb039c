// The rows of the benchmark: what each side runs, and what the result is measured against.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultConfig, writeConfig } from '../packages/artifacts/dist/index.js';
import { growthSplits, preprocessCohort, splitsOf, trainingConfig, warm } from './data.mjs';
import { importJob } from './import-job.mjs';
import { measured } from './measure.mjs';
import { median } from './median.mjs';
import { ROOT } from './options.mjs';
import { patientJobs } from './patient-jobs.mjs';
import { oursCommand, peerCommand, RADWEAVE, SHARED } from './peers.mjs';
import { Skipped } from './skipped.mjs';

/**
 * Arithmetic of one 224×224×1 slice in GFLOP (a multiply-add is two): convolutions and linears of forward, and of forward
 * with both gradients by the number of frozen stages, which have none. Swin-T: linears only.
 */
const GFLOP = {
  resnet18: { train: { 0: 10.35 }, extract: 3.47 },
  resnet50: { train: { 0: 24.0, 3: 10.85 }, extract: 8.0 },
  swin_t: { train: { 0: 26 }, extract: 8.7 },
};

/** Epochs (usual, quick) of training. Peers decode in each; one would leave the first step, alike for all, too large a part. */
const EPOCHS = [2, 1];

/** Model, batch, frozen stages, steps per epoch (usual, quick), what is aimed at. */
const TRAINING = [
  ['train-resnet18', 'resnet18', 32, 0, [8, 2], { plain: 2.5, tuned: 1.4, share: 0.7 }],
  ['train-resnet50', 'resnet50', 16, 0, [6, 2], { plain: 3.6, tuned: 1.4, share: 0.63 }],
  ['train-resnet50-frozen3', 'resnet50', 16, 3, [8, 2], { plain: 4, tuned: 1.4 }],
  ['train-swin_t', 'swin_t', 16, 0, [4, 2], { plain: 2, tuned: 1.3, share: 0.47 }],
];

/** Model, slices (usual, quick), what is aimed at. */
const EXTRACTION = [
  ['extract-resnet18', 'resnet18', [1024, 64], { plain: 2.4, tuned: 1.4, openvino: 1.05, share: 0.85 }],
  ['extract-resnet50', 'resnet50', [384, 32], { plain: 3.5, tuned: 1.3, openvino: 1.05, share: 0.78 }],
  ['extract-swin_t', 'swin_t', [160, 32], { plain: 3, tuned: 1.15, openvino: 1.05, share: 0.45 }],
];

/** Our name and torchvision's. */
const MODELS = [
  ['resnet18', 'resnet18'],
  ['resnet50', 'resnet50'],
  ['swin_t', 'swin_t'],
  ['efficientnet_b0', 'efficientnet_b0'],
  ['convnext_tiny', 'convnext_tiny'],
  ['densenet121', 'densenet121'],
  ['vit_base_patch16_224', 'vit_b_16'],
  ['mobilenetv3_large_100', 'mobilenet_v3_large'],
];

/**
 * Slices of the rows that show how time and memory grow, and the network they take: a small one with frozen stages, since
 * what grows with the number of slices is not the network, and ResNet18 would train for hours.
 */
const GROWTH = { '1k': 1000, '10k': 10_000, '100k': 100_000 };
const GROWTH_MODEL = 'mobilenetv3_small_100';
const GROWTH_FROZEN = 4;

const WHOLE_EPOCHS = [6, 1];

/** Calls of `radweave --help` per round: one takes too little time to be measured alone. */
const HELP_CALLS = 5;

/** All rows. A row's `measure(side)` gives `{ value, peakMb?, … }`, or throws `Skipped`. */
export function allJobs(settings) {
  return listedJobs(settings).map((job) => ({
    ...job,
    measure(side) {
      if (side.kind === 'engine' && job.targets.openvino === undefined) {
        throw new Skipped('it only runs networks');
      }
      return job.measure(side);
    },
  }));
}

function listedJobs(settings) {
  return [
    ...TRAINING.map((row) => trainingJob(row, settings)),
    ...EXTRACTION.map((row) => extractionJob(row, settings)),
    preprocessJob(settings),
    wholeJob(settings),
    helpJob(),
    ...Object.entries(GROWTH).flatMap(([name, slices]) => growthJobs(name, slices, settings)),
    ...patientJobs(settings),
    importJob(settings),
    ...MODELS.flatMap((names) => ['forward', 'backward'].map((pass) => modelJob(names, pass, settings))),
  ];
}

function size([usual, quick], settings) {
  return settings.quick ? quick : usual;
}

function largest(rows, column, settings) {
  return Math.max(...rows.map((row) => size(row[column], settings) * (column === 4 ? row[2] : 1)));
}

/** Training slices that the phantom cohort must have for every row. */
function cohortSize(settings) {
  return Math.max(largest(TRAINING, 4, settings), largest(EXTRACTION, 2, settings));
}

function splitsFor(slices, settings) {
  const { work, isGrowth } = settings;
  return isGrowth
    ? growthSplits(work, slices)
    : splitsOf(work, slices, Math.max(slices, cohortSize(settings)));
}

function peerArgs(settings, splits, model) {
  const { cores, workers } = settings;
  return ['--splits', splits, '--model', model, '--threads', String(cores), '--workers', String(workers)];
}

function perSecond(run) {
  const { seconds, slices, ...rest } = run.json;
  return { value: slices / seconds, seconds, slices, peakMb: run.peakMb, ...rest };
}

function trainingJob(
  [name, model, batch, freeze, steps, targets],
  settings,
  epochs = size(EPOCHS, settings),
) {
  const slices = batch * size(steps, settings);
  return {
    name,
    title: `train ${model}, batch ${batch}${freeze > 0 ? `, ${freeze} stages frozen` : ''}`,
    unit: 'slices/s',
    isMoreBetter: true,
    gflop: GFLOP[model]?.train[freeze],
    targets,
    memory: name === 'train-resnet18' ? { plainAtMost: 0.9, tunedAtMost: 1 } : undefined,
    async measure(side) {
      const { work } = settings;
      const splits = await splitsFor(slices, settings);
      if (side.kind === 'peer') {
        const args = [
          ...peerArgs(settings, splits, model),
          '--batch',
          String(batch),
          '--freeze',
          String(freeze),
          '--epochs',
          String(epochs),
        ];
        return perSecond(await measured(peerCommand(side, 'train.py', args), { env: side.env }));
      }
      const overrides = {
        model: { name: model, freeze_stages: freeze },
        training: { epochs, batch_size: batch },
      };
      const task = { config: trainingConfig(work, splits), overrides, modality: 'A' };
      return perSecond(await measured(oursCommand('train.mjs', task), { env: side.env }));
    },
  };
}

function extractionJob([name, model, slices, targets], settings) {
  return {
    name,
    title: `extract ${model}`,
    unit: 'slices/s',
    isMoreBetter: true,
    gflop: GFLOP[model]?.extract,
    targets,
    async measure(side) {
      const { work } = settings;
      const count = size(slices, settings);
      const splits = await splitsFor(count, settings);
      if (side.kind !== 'ours') {
        const out = mkdtempSync(join(tmpdir(), 'radweave-bench-features-'));
        const script = side.kind === 'engine' ? 'openvino_extract.py' : 'extract.py';
        try {
          const args = [...peerArgs(settings, splits, model), '--out', out];
          return perSecond(await measured(peerCommand(side, script, args), { env: side.env }));
        } finally {
          rmSync(out, { recursive: true, force: true });
        }
      }
      const checkpoint = join(work, `${model}.pth`);
      if (!existsSync(checkpoint)) {
        await measured([process.execPath, join(ROOT, 'bench/ours/weights.mjs'), model, checkpoint]);
      }
      const overrides = { model: { name: model } };
      const task = { config: trainingConfig(work, splits), overrides, modality: 'A', checkpoint };
      return perSecond(await measured(oursCommand('extract.mjs', task), { env: side.env }));
    },
  };
}

/** Ours only, with its memory; measured only when asked for. */
function growthJobs(name, slices, settings) {
  const BATCH = 32;
  const sized = { ...settings, slices, quick: false, isGrowth: true };
  const steps = Math.ceil(slices / BATCH);
  const jobs = [
    preprocessJob(sized),
    extractionJob(['', GROWTH_MODEL, [slices, slices], {}], sized),
    trainingJob(['', GROWTH_MODEL, BATCH, GROWTH_FROZEN, [steps, steps], {}], sized, 1),
  ];
  return ['preprocess', 'extract', 'train'].map((stage, i) => ({
    ...jobs[i],
    name: `growth-${name}-${stage}`,
    title: `${stage} ${slices} slices`,
    targets: {},
    memory: {},
    isExtra: true,
    async measure(side) {
      if (side.id !== 'ours') throw new Skipped('ours only');
      return jobs[i].measure(side);
    },
  }));
}

/** A bare network in float32 beside torchvision's. Measured only when asked for: no target speaks of it. */
function modelJob([model, theirs], pass, settings) {
  const batch = 8;
  const repeats = settings.quick ? 2 : 5;
  return {
    name: `model-${model}-${pass}`,
    title: `${model}, batch ${batch}, ${pass === 'forward' ? 'forward' : 'forward and backward'}`,
    unit: 'ms',
    isMoreBetter: false,
    isExtra: true,
    targets: {},
    async measure(side) {
      if (side.kind === 'ours') {
        const task = { model, pass, batch, repeats };
        return {
          value: (await measured(oursCommand('model.mjs', task), { env: side.env })).json.milliseconds,
        };
      }
      if (!side.id.startsWith('plain')) throw new Skipped('float32 as torchvision builds it is compared');
      const args = ['--batch', batch, '--repeats', repeats, '--threads', settings.cores].map(String);
      const command = peerCommand(side, 'model.py', [theirs, pass, ...args], false);
      return { value: (await measured(command, { env: side.env })).json.milliseconds };
    },
  };
}

function preprocessJob(settings) {
  const { slices, work } = settings;
  let isWarm = false;
  return {
    name: 'preprocess',
    title: `preprocess ${slices} slices (scan, decode check, hash, split)`,
    unit: 'slices/s',
    isMoreBetter: true,
    targets: { plain: 3 },
    async measure(side) {
      if (side.id !== 'ours' && side.id !== 'plain') throw new Skipped('torch has no part in it');
      const root = await preprocessCohort(work, slices);
      if (!isWarm) warm(root);
      isWarm = true;
      if (side.kind === 'ours') {
        const run = await measured(oursCommand('preprocess.mjs', { root }));
        return { value: slices / run.json.seconds, seconds: run.json.seconds, peakMb: run.peakMb };
      }
      const out = mkdtempSync(join(tmpdir(), 'radweave-bench-splits-'));
      try {
        const run = await measured(peerCommand(side, 'preprocess.py', [root, '--out', out], false));
        return { value: slices / run.json.seconds, seconds: run.json.seconds, peakMb: run.peakMb };
      } finally {
        rmSync(out, { recursive: true, force: true });
      }
    },
  };
}

/** Everything from raw folders to the fused classifier, by wall clock with process start. */
function wholeJob(settings) {
  const epochs = size(WHOLE_EPOCHS, settings);
  const root = join(SHARED, 'data', 'lgg-lesion');
  return {
    name: 'whole',
    title: `whole job on lgg-lesion, ${epochs} epochs, both modalities, fusion`,
    unit: 's',
    isMoreBetter: false,
    targets: { plain: 2.4, tuned: 1.4 },
    // A round takes a quarter of an hour: among all rows there is one, asked for by name as many as wanted.
    rounds: settings.only.length === 0 ? 1 : settings.rounds,
    async measure(side) {
      if (!existsSync(root)) throw new Skipped(`${root} is not there`);
      const folder = mkdtempSync(join(tmpdir(), 'radweave-bench-whole-'));
      try {
        const config = wholeConfig(folder, root, epochs);
        const radweave = [process.execPath, RADWEAVE];
        const options = { cwd: folder, env: side.env };
        if (side.kind === 'ours') {
          const command = ['run', '--config', config, '--no_explain', '--quiet'];
          const run = await measured([...radweave, ...command], options);
          return { value: run.seconds, peakMb: run.peakMb };
        }
        await measured([...radweave, 'preprocess', '--config', config, '--quiet'], { cwd: folder });
        const splits = join(folder, 'data', 'splits');
        const args = [...peerArgs(settings, splits, 'resnet18'), '--epochs', String(epochs), '--out', folder];
        const run = await measured(peerCommand(side, 'whole.py', args), options);
        return { value: run.seconds, peakMb: run.peakMb };
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
  };
}

function wholeConfig(folder, root, epochs) {
  const config = defaultConfig();
  Object.assign(config.data, { root_dir: root, home_hospital: 'DU' });
  Object.assign(config.model, { name: 'resnet18', pretrained: false });
  Object.assign(config.training, { epochs, batch_size: 32, early_stop_enabled: false });
  const path = join(folder, 'config.yaml');
  writeConfig(path, config);
  return path;
}

function helpJob() {
  return {
    name: 'help',
    title: 'radweave --help',
    unit: 's',
    isMoreBetter: false,
    targets: { seconds: 0.2 },
    async measure(side) {
      if (side.id !== 'ours') throw new Skipped('ours only');
      const seconds = [];
      for (let i = 0; i < HELP_CALLS; i++) {
        seconds.push((await measured([process.execPath, RADWEAVE, '--help'])).seconds);
      }
      const probe = join(ROOT, 'bench', 'ours', 'libtorch-at-exit.mjs');
      const { stderr } = await measured([process.execPath, '--import', probe, RADWEAVE, '--help']);
      const { libtorch } = JSON.parse(stderr.trim().split('\n').at(-1));
      return { value: median(seconds), libtorch };
    },
  };
}
