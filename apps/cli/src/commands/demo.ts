import { dirname } from 'node:path';
import {
  type Config,
  defaultConfig,
  evaluationFiles,
  evaluationFolder,
  jsonLine,
  readEvaluation,
} from '@radweave/artifacts';
import { type DemoOptions, demoConfig, EPOCHS, FOLDER, FOLDS, runDemo } from '../library/demo.ts';
import { runEnding } from '../present/results.ts';
import { JobClock } from '../stage/job-clock.ts';
import { onTerminal } from '../stage/run-stage.ts';
import type { Define } from './define.ts';
import { setUpOnce } from './setup.ts';

/**
 * On two cores, 4 min 12 s were measured with bf16 and 12 min 16 s without it, the latter beside other work. 0.17 GB stay. It is
 * most when the best checkpoint of the last fold is replaced: five times the weights, of 45 MB, beside 45 MB of data.
 */
export const NEEDS = { minutes: '4 to 13', most: '0.3 GB', stays: '0.2 GB' } as const;

interface DemoFlags extends DemoOptions {
  quiet?: boolean;
  json?: boolean;
}

export const define: Define = (command) => {
  command
    .option('--output_dir <folder>', 'Folder to work in; what the last demo left there is removed', FOLDER)
    .option('--epochs <number>', 'Epochs of training per modality', String(EPOCHS))
    .option(
      '--seed <number>',
      'Random seed of the cohort and of the initial weights',
      String(defaultConfig().experiment.seed),
    )
    .option('--quiet', 'Print results only')
    .option('--json', 'Print the evaluation as JSON')
    .action(async ({ quiet = false, json = false, ...options }: DemoFlags) => {
      const config = demoConfig(options);
      await demo(config, quiet);
      const evaluationFile = evaluationFiles(evaluationFolder(config)).record;
      process.stdout.write(
        json
          ? jsonLine({ ...readEvaluation(evaluationFile), evaluationFile })
          : `${runEnding(config)}${nextSteps(folderOf(config))}`,
      );
    });
};

const folderOf = ({ experiment }: Config): string => dirname(experiment.output_dir);

async function demo(config: Config, quiet: boolean): Promise<void> {
  const say = (text: string): void => void (quiet || process.stderr.write(`${text}\n`));
  say('Demonstration on a synthetic cohort: nothing here is a real patient.');
  await setUpOnce();
  say(
    `It takes ${NEEDS.minutes} minutes on two cores, and ${NEEDS.most} of disk, of which ${NEEDS.stays} stay.`,
  );
  say(`Folder: ${folderOf(config)}`);
  await onTerminal(quiet, (runner) => runDemo(config, runner), new JobClock(config, FOLDS));
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
