import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  auditFolder,
  type Config,
  evaluationFolder,
  explanationsFolder,
  type FrozenRecord,
  featureSetPath,
  featureTablePath,
  fusionFolder,
  hashValue,
  readSplitSummary,
  SPLITS,
  slicePredictionsPath,
  writeEvaluation,
} from '@radweave/artifacts';
import { asWritten } from '@radweave/remarks';
import { type StageContext, silentContext } from '@radweave/study/context/events';
import { runStage } from '../runner/run-stage.ts';
import type { StageName, StageOptions } from '../stages/index.ts';
import type { Runner } from './job.ts';

/**
 * Stages that train and compute nothing: each leaves files whose content depends on what the real one reads, and on nothing
 * else, as far as a run is told apart by it. Only `preprocess` is the real one.
 */

function write(path: string, ...of: unknown[]): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, JSON.stringify(of.map((one) => hashValue(one))));
  return path;
}

/** What files and folders hold; null for what is not there. */
function contentOf(...paths: string[]): unknown {
  return paths.map((path): unknown => {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat === undefined) return null;
    if (!stat.isDirectory()) return readFileSync(path, 'base64');
    return readdirSync(path)
      .sort()
      .map((name) => [name, contentOf(join(path, name))]);
  });
}

const summaryOf = ({ data }: Config) => readSplitSummary(join(data.splits_dir, 'summary.json'));

const featureFolders = ({ data }: Config, modality: string): string[] =>
  SPLITS.map((split) => join(data.features_dir, split, modality));

const bestOf = ({ experiment }: Config, run: string): string =>
  join(experiment.output_dir, 'checkpoints', run, 'best_model.pth');

function train({ config, modality, run }: StageOptions<'train'>): unknown {
  const { model, training, augmentation, data, experiment } = config;
  const { weights, ...network } = model;
  const { device: _, ...settings } = training;
  const initial = weights === null ? null : contentOf(weights);
  const shown = [data.image_size, data.resize, summaryOf(config).slices?.[modality], experiment.seed];
  const best = write(bestOf(config, run), network, settings, augmentation, shown, initial);
  const logs = join(experiment.output_dir, 'logs', run);
  for (const name of ['training_history.csv', 'config.yaml']) write(join(logs, name), contentOf(best));
  write(join(dirname(best), 'run.json'), run);
  return {
    bestModel: best,
    valMetrics: write(join(logs, 'val_metrics.csv'), contentOf(best)),
    testMetrics: write(join(logs, 'test_metrics.csv'), contentOf(best)),
    slicePredictions: Object.fromEntries(
      SPLITS.map((split) => [split, write(slicePredictionsPath(logs, split), contentOf(best))]),
    ),
  };
}

function extract({ config, modality, checkpoint = '' }: StageOptions<'extract'>): unknown {
  const { features_dir } = config.data;
  for (const split of SPLITS) {
    // A table of paths and labels, which another network does not change.
    write(featureTablePath(features_dir, split, modality), summaryOf(config).split_hash);
    write(featureSetPath(features_dir, split, modality), contentOf(checkpoint));
    write(
      join(features_dir, split, modality, 'grade0', 'a.npy'),
      contentOf(checkpoint),
      config.extraction.batch_size,
    );
  }
  return {};
}

function fuse({ config, modalities }: StageOptions<'fuse'>): unknown {
  const { output_dir: _, ...settings } = config.fusion;
  const features = modalities.map((one) => contentOf(...featureFolders(config, one)));
  const predictions = SPLITS.map((split) => `predictions_${split}.csv`);
  const fused = SPLITS.flatMap((split) => [`fused_${split}.npy`, `fused_${split}.csv`]);
  for (const name of ['metrics.csv', ...predictions, ...fused, 'model.json']) {
    write(join(fusionFolder(config), name), settings, features, config.evaluation.threshold_rule);
  }
  return {};
}

function evaluate({ config, modalities, runs }: StageOptions<'evaluate'>): unknown {
  const { experiment, data } = config;
  const { top_k: _, ...evaluation } = config.evaluation;
  const networks = Object.values(runs).map((run) => contentOf(bestOf(config, run)));
  const read = [networks, contentOf(fusionFolder(config), join(data.splits_dir, 'cohort.csv'))];
  const folder = evaluationFolder(config);
  const models = modalities.map((modality) => {
    const value = { rule: evaluation.threshold_rule };
    const fitted_on = { splits: [], hospitals: [], n: 0, patients_sha256: hashValue(runs[modality]) };
    const threshold: FrozenRecord = { kind: 'threshold', value, fitted_on, hash: hashValue(value) };
    write(join(folder, 'frozen', `network_${modality}.threshold.json`), threshold);
    return {
      name: `network ${modality}`,
      kind: 'network' as const,
      modalities: [modality],
      frozen: { aggregation: null, threshold, calibrator: null },
      patients: { train: [], val: [], test: [] },
    };
  });
  writeEvaluation(join(folder, 'evaluation.json'), {
    format: 1,
    label_names: ['grade0', 'grade1'],
    home_hospital: data.home_hospital,
    inputs: [],
    options: { ...evaluation, decisions: 'fitted', seed: experiment.seed },
    primary: 'network A',
    models,
    rows: [],
    comparisons: [],
    aggregation: [],
    curves: [],
    confusion: [],
    findings: [],
    heterogeneity: [],
    notes: [asWritten(hashValue(read))],
    versions: {},
  });
  return {};
}

function audit({ config, outputDir }: StageOptions<'audit'>, withResults = true): unknown {
  const { slices, split_hash } = summaryOf(config);
  const frozen = withResults ? contentOf(join(evaluationFolder(config), 'frozen')) : null;
  const folder = outputDir ?? auditFolder(config);
  return {
    auditFile: write(join(folder, 'audit.json'), slices, split_hash, frozen),
    textFile: write(join(folder, 'audit.txt'), slices, split_hash, frozen),
    alikeFile: null,
  };
}

function explain({ config, modality, checkpoint = '' }: StageOptions<'explain'>): unknown {
  const folder = explanationsFolder(config.experiment.output_dir, modality);
  const decision = join(evaluationFolder(config), 'frozen', `network_${modality}.threshold.json`);
  write(join(folder, 'explanations.json'), contentOf(checkpoint, decision), config.explanation);
  return { folder };
}

function visualize({ config, modalities }: StageOptions<'visualize'>): unknown {
  const features = modalities.map((one) => contentOf(...featureFolders(config, one)));
  const figure = join(config.experiment.output_dir, 'visualizations', 'maps.svg');
  return { files: [write(figure, features, config.experiment.seed)] };
}

function report({ config }: StageOptions<'report'>): unknown {
  const html = join(config.experiment.output_dir, 'report', 'report.html');
  return { html: write(html, contentOf(evaluationFolder(config))) };
}

const FAKES: { [S in StageName]?: (options: never) => unknown } = {
  check: () => ({ classes: 2 }),
  audit_data: (options: StageOptions<'audit_data'>) => audit(options, false),
  train,
  extract,
  fuse,
  evaluate,
  audit,
  explain,
  visualize,
  report,
};

const warningsTo = (onWarning: (text: string) => void): StageContext => ({
  ...silentContext(),
  emit: (event) => {
    if (event.kind === 'log' && event.level === 'warning') onWarning(event.text);
  },
});

/** Runs a stage that computes nothing, `preprocess` as it is. */
export const fakeRunner: Runner = {
  run: async (stage, options, onWarning) => {
    if (stage === 'preprocess') return runStage(stage, options, warningsTo(onWarning));
    const fake = FAKES[stage];
    if (fake === undefined) throw new Error(`there is no fake of ${stage}`);
    return fake(options as never) as never;
  },
  say: () => undefined,
  warn: () => undefined,
};
