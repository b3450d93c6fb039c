import { join, resolve } from 'node:path';
import { defaultConfig, readEvaluation, writeConfig } from '@radweave/artifacts';
import { rmSync } from '@radweave/artifacts/files';
import { generatePhantomCohort } from '@radweave/pipeline/phantom';
import { evaluationSummary, type ShownEvaluation } from '../evaluation-summary.ts';
import { runPipeline } from '../run-pipeline.ts';
import { terminalRunner } from '../stage/run-stage.ts';
import type { Define } from './index.ts';

/** Where the demonstration works unless told; it is made anew each time. */
const FOLDER = 'outputs/demo';

export const define: Define = (command) => {
  command
    .option('--output_dir <folder>', 'folder to work in; what the last demo left there is removed', FOLDER)
    .option('--epochs <number>', 'epochs of training per modality', '6')
    .option('--quiet', 'print results only')
    .option('--json', 'print the evaluation as JSON')
    .action(async (flags: { output_dir: string; epochs: string; quiet?: boolean; json?: boolean }) => {
      const shown = await demo(resolve(flags.output_dir), Number(flags.epochs), flags.quiet === true);
      process.stdout.write(flags.json === true ? `${JSON.stringify(shown)}\n` : evaluationSummary(shown));
    });
};

/** The whole job on a made-up cohort of three hospitals. */
async function demo(folder: string, epochs: number, quiet: boolean): Promise<ShownEvaluation> {
  const say = (text: string): void => void (quiet || process.stderr.write(`${text}\n`));
  for (const name of ['raw', 'data', 'feature_extract', 'best_hparams']) {
    rmSync(join(folder, name), { recursive: true, force: true });
  }
  const config = defaultConfig();
  config.data.root_dir = join(folder, 'raw');
  config.data.splits_dir = join(folder, 'data', 'splits');
  config.data.features_dir = join(folder, 'data', 'features');
  config.experiment.output_dir = join(folder, 'feature_extract');
  config.model.pretrained = false;
  Object.assign(config.training, { epochs, batch_size: 16, learning_rate: 0.0003 });
  writeConfig(join(folder, 'config.yaml'), config);

  say('Demonstration on a synthetic cohort: nothing here is a real patient.');
  const cohort = generatePhantomCohort(config.data.root_dir, {
    seed: config.experiment.seed,
    homePatients: 64,
    patientsPerHospital: 24,
    slicesPerModality: 4,
  });
  say(`${cohort.patients.length} phantom patients, ${cohort.slices} slices: ${config.data.root_dir}`);
  const bestHparamsDir = join(folder, 'best_hparams');
  await runPipeline(config, { bestHparamsDir, explain: true, crossFit: null }, terminalRunner(quiet));
  const { output_dir: outputDir } = config.experiment;
  say(`Report: ${join(outputDir, 'report', 'report.html')}; figures: ${join(outputDir, 'visualizations')}`);
  say(`Everything is in ${folder}; config.yaml there is what it was run with.`);
  const evaluationFile = join(outputDir, 'evaluation', 'evaluation.json');
  return { ...readEvaluation(evaluationFile), evaluationFile };
}
