import { join } from 'node:path';
import {
  type Config,
  type Evaluation,
  evaluationFiles,
  evaluationFolder,
  readEvaluation,
} from '@radweave/artifacts';
import { existsSync, readdirSync } from '@radweave/artifacts/files';
import type { StageContext } from '@radweave/study/context/events';
import { evaluate } from '../work/evaluate.ts';
import { attempt } from './attempt.ts';
import { compareFiles } from './compare-files.ts';
import type { Findings } from './findings.ts';
import { compareSettings, type RecordedRun, type RepeatedStep } from './recorded.ts';

/** Where the bands of ROC curves stand, by file. */
const BANDS: Readonly<Record<string, RegExp>> = {
  [evaluationFiles('').record]: /^curves\[\d+\]\.roc\.(?:lower|upper)$/,
  [evaluationFiles('').roc]: /^(?:lower|upper)$/,
};

/** Evaluates again from the saved predictions, with the settings of the saved evaluation. */
export async function verifyEvaluation(
  findings: Findings,
  repeated: RepeatedStep,
  temporary: string,
  context: StageContext,
): Promise<void> {
  const { config, steps, step } = repeated;
  const folder = evaluationFolder(config);
  const file = evaluationFiles(folder).record;
  if (!existsSync(file)) {
    const isRecorded = steps.some(({ name }) => name === step);
    (isRecorded ? findings.missing : findings.unverified).push(`evaluation: there is no ${file}`);
    return;
  }
  await attempt(findings, 'evaluation', async () => {
    const saved = readEvaluation(file);
    compareSettings(findings, repeated, 'evaluation/evaluation.json', toldSettings(saved));
    if (lacksInputs(findings, repeated, saved)) return;
    const networks = saved.models.filter(({ kind }) => kind === 'network');
    const networksOnly = networks.length === saved.models.length;
    await evaluate(
      {
        config: configOf(config, saved),
        modalities: [...new Set(saved.models.flatMap(({ modalities }) => modalities))],
        runs: runsOf(saved, networks),
        frozen: saved.options.decisions === 'taken over' ? evaluationFiles(folder).frozen : null,
        networksOnly,
        outputDir: temporary,
      },
      context,
    );
    if (findings.differences.some((one) => one.file.startsWith('fusion'))) {
      findings.remarks.push(
        'the evaluation was made again from the saved predictions: it may differ because the fusion does',
      );
    }
    if (saved.format === 1) {
      findings.unverified.push(
        'evaluation: what earlier versions did not compute, such as intervals of the ECE',
      );
    }
    const isOtherBand = saved.roc_bands === undefined;
    if (isOtherBand) {
      findings.unverified.push(
        'evaluation: bands of ROC curves, which earlier versions drew within each label, whatever the hospital',
      );
    }
    for (const name of filesIn(temporary)) {
      const place = { file: `evaluation/${name}`, saved: join(folder, name), now: join(temporary, name) };
      const otherwise = isOtherBand ? BANDS[name] : undefined;
      compareFiles(findings, { ...place, isOlder: saved.format === 1, otherwise });
    }
  });
}

/** Without a file that was evaluated the evaluation would be of something else. */
function lacksInputs(findings: Findings, { locate }: RecordedRun, { inputs }: Evaluation): boolean {
  const gone = inputs.filter(({ path }) => !existsSync(locate(path)));
  for (const { path } of gone)
    findings.missing.push(`evaluation: ${path}, which was evaluated, is no longer there`);
  return gone.length > 0;
}

function configOf(config: Config, { options }: Evaluation): Config {
  const own = structuredClone(config);
  const { decisions: _, seed, target_sensitivity, ...rest } = options;
  Object.assign(own.evaluation, rest, target_sensitivity === null ? {} : { target_sensitivity });
  own.experiment.seed = seed;
  return own;
}

/** The options of an evaluation that are settings, but for those that it did not need. */
function toldSettings({ options }: Evaluation): (readonly [string, string, unknown])[] {
  const { decisions: _, ...settings } = options;
  return Object.entries(settings).flatMap(([name, value]) => {
    const key = name === 'seed' ? 'experiment.seed' : `evaluation.${name}`;
    return value === null ? [] : [[`options.${name}`, key, value] as const];
  });
}

/** The runs whose slice predictions were read: `…/logs/RUN/slice_predictions_{split}.csv`. */
function runsOf({ inputs }: Evaluation, networks: Evaluation['models']): Record<string, string> {
  const read = inputs.flatMap(
    ({ path }) => /(?:^|\/)logs\/([^/]+)\/slice_predictions_val\.csv$/.exec(path)?.[1] ?? [],
  );
  return Object.fromEntries(
    networks.flatMap(({ modalities }, i) => {
      const [modality, run] = [modalities[0], read[i]];
      return modality === undefined || run === undefined ? [] : [[modality, run]];
    }),
  );
}

function filesIn(folder: string, below = ''): string[] {
  return readdirSync(join(folder, below), { withFileTypes: true })
    .filter(({ name }) => !name.startsWith('.radweave'))
    .flatMap((entry) => {
      const name = below === '' ? entry.name : `${below}/${entry.name}`;
      return entry.isDirectory() ? filesIn(folder, name) : [name];
    })
    .sort();
}
