import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Config,
  evaluationFolder,
  FileHashes,
  featureSetPath,
  featureTablePath,
  fusionFolder,
  hashFile,
  readCohort,
  type SettingName,
  SPLITS,
  settingKeys,
  settingOf,
  slicePredictionsPath,
  splitPath,
  writeFileAtomic,
  writeManifest,
} from '@radweave/artifacts';
import { writeMadeUpNetwork } from '@radweave/network/testing/networks';
import { cohortConfig, listening, writeCohortFolders } from '@radweave/study/testing/cohort';
import { type MadeUpPatient, writeMadeUpFeatures } from '@radweave/study/testing/features';
import { evaluate } from '../stages/evaluate.ts';
import { fuse } from '../stages/fuse.ts';
import { preprocess } from '../stages/preprocess.ts';

const MODALITIES = ['A', 'P'];
const RUNS = { A: 'made_up_A', P: 'made_up_P' };

/** A run as `radweave run` leaves it, with made-up networks and features, and the records of its steps. */
export async function writeMadeUpRun(folder: string): Promise<Config> {
  const config = cohortConfig(folder);
  config.evaluation.bootstrap_replicates = 100;
  const { data } = config;
  writeCohortFolders(join(folder, 'raw'), 10, 1, 3);
  await preprocess({ config }, listening());
  const { patients } = readCohort(join(data.splits_dir, 'cohort.csv'));
  const members: MadeUpPatient[] = patients.map(({ slices: _, ...one }) => one);
  const { split_hash } = JSON.parse(readFileSync(join(data.splits_dir, 'summary.json'), 'utf8'));
  for (const modality of MODALITIES) {
    const { best } = writeMadeUpNetwork(config, modality, members);
    const origin = { checkpoint: best, checkpoint_sha256: hashFile(best), split_hash };
    writeMadeUpFeatures(config, modality, members, 4, origin);
  }
  await fuse({ config, modalities: MODALITIES }, listening());
  await evaluate(
    { config, modalities: MODALITIES, runs: RUNS, frozen: null, networksOnly: false, outputDir: null },
    listening(),
  );
  writeRecords(config);
  return config;
}

function writeRecords(config: Config): void {
  const { data, experiment } = config;
  const report = join(experiment.output_dir, 'report', 'report.html');
  writeFileAtomic(report, '<html></html>\n');
  const record = (step: string, names: SettingName[], outputs: string[]): void => {
    const settings = Object.fromEntries(settingKeys(names).map((key) => [key, settingOf(config, key)]));
    const stage = step.replace(/-.*/, '');
    const state = { stage, inputs: [], settings, versions: { radweave: '0.1.0' } };
    writeManifest(join(experiment.output_dir, 'run', `${step}.json`), state, outputs, new FileHashes());
  };
  const splits = SPLITS.flatMap((split) => MODALITIES.map((one) => splitPath(data.splits_dir, split, one)));
  const records = ['cohort.csv', 'exclusions.csv', 'summary.json'].map((name) => join(data.splits_dir, name));
  record('preprocess', ['data.*', 'preprocess.*', 'experiment.seed'], [...splits, ...records]);
  for (const [modality, run] of Object.entries(RUNS)) {
    const best = join(experiment.output_dir, 'checkpoints', run, 'best_model.pth');
    const logs = join(experiment.output_dir, 'logs', run);
    record(`train-${modality}`, [], [best, ...SPLITS.map((split) => slicePredictionsPath(logs, split))]);
    record(
      `extract-${modality}`,
      [],
      SPLITS.flatMap((split) => [
        join(data.features_dir, split, modality),
        featureTablePath(data.features_dir, split, modality),
        featureSetPath(data.features_dir, split, modality),
      ]),
    );
  }
  const fused = ['model.json', 'metrics.csv'].concat(
    SPLITS.flatMap((split) => [`predictions_${split}.csv`, `fused_${split}.npy`, `fused_${split}.csv`]),
  );
  record(
    'fuse',
    ['data.modalities', 'fusion.*', 'evaluation.threshold_rule', 'evaluation.target_sensitivity'],
    fused.map((name) => join(fusionFolder(config), name)),
  );
  record('evaluate', ['data.modalities', 'evaluation.*', 'experiment.seed'], [evaluationFolder(config)]);
  record('report', [], [report]);
}
