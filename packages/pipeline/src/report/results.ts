import { readCohortFacts } from '@radweave/analysis/evaluation/cohort-facts';
import { readFusionModels } from '@radweave/analysis/evaluation/fusion-models';
import { readNetworks } from '@radweave/analysis/evaluation/network-models';
import { missingFusion } from '@radweave/analysis/evaluation/unevaluated';
import { otherSlices } from '@radweave/analysis/features/known-patients';
import { FusionResults } from '@radweave/analysis/fusion/fusion-results';
import {
  type Config,
  changedSlices,
  DataError,
  type Evaluation,
  evaluatedFusion,
  evaluationFiles,
  evaluationFolder,
  type FusionModelFile,
  fusionFiles,
  fusionFolder,
  readEvaluation,
  UsageError,
} from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';
import { remark } from '@radweave/remarks';
import type { Optional } from '@radweave/report';
import { presentSlices } from '@radweave/study/cohort/read-cohort';
import { notInSplit, requireSplit } from '@radweave/study/cohort/split-folder';
import type { UsedFiles } from './used-files.ts';

/**
 * Reads the evaluation that a report is about.
 *
 * @throws UsageError when there is none; DataError when the split is torn, or a file it was made from has changed since.
 */
export function readResults(config: Config, files: UsedFiles): Evaluation {
  const path = evaluationFiles(evaluationFolder(config)).record;
  if (!existsSync(path)) {
    throw new UsageError('E_NO_EVALUATION', 'there is no evaluation to report', {
      where: path,
      hint: 'Run radweave evaluate first, or name the folder of the outputs with --output_dir',
    });
  }
  const evaluation = readEvaluation(path);
  // Its files are among those that were evaluated, and evaluating again would not mend them.
  const modalities = [...new Set(evaluation.models.flatMap((one) => one.modalities))];
  requireSplit(config.data.splits_dir, modalities);
  files.add(path);
  for (const input of evaluation.inputs) {
    const file = files.locate(input.path);
    if (existsSync(file) && files.add(file) === input.sha256) continue;
    throw new DataError('E_REPORT_STALE', 'a file that was evaluated is missing or has changed since', {
      where: file,
      hint: evaluateAgain(config, evaluation),
    });
  }
  const [changed] = changedSlices(evaluation.slices_identity ?? {}, presentSlices(config.data, modalities));
  if (changed === undefined) return evaluation;
  throw new DataError('E_REPORT_STALE', `${otherSlices(changed)} they were evaluated`, {
    where: path,
    hint: evaluateAgain(config, evaluation),
  });
}

/** How to evaluate the same models again: what is to be made before, as `evaluate` itself would say. */
function evaluateAgain(config: Config, { models }: Evaluation): string {
  const modalitiesOf = (kinds: readonly string[]): string[] => [
    ...new Set(models.flatMap(({ kind, modalities }) => (kinds.includes(kind) ? modalities : []))),
  ];
  const fused = modalitiesOf(['fused', 'features']);
  const modalities = modalitiesOf(['network']);
  try {
    const facts = readCohortFacts(config.data, [...new Set([...fused, ...modalities])]);
    const isLost = fused.length > 0 && readFusionModels(fusionFolder(config), fused, facts) === null;
    const missing = [
      ...(isLost ? [missingFusion(config, fused)] : []),
      ...readNetworks({ config, modalities, runs: {} }, facts).missing,
    ];
    return `Run: ${[...missing.map(({ command }) => command), 'radweave evaluate'].join('; ')}`;
  } catch (error) {
    if (!(error instanceof DataError || error instanceof UsageError)) throw error;
    return `${error.hint ?? error.what}; then evaluate again: radweave evaluate`;
  }
}

/**
 * The fusion, when it is among the models that were evaluated.
 *
 * @param modalities of all that was evaluated.
 */
export function readFusion(
  config: Config,
  evaluation: Evaluation,
  modalities: readonly string[],
  files: UsedFiles,
): Optional<FusionModelFile> {
  const folder = evaluatedFusion(config, evaluation);
  const fusion = folder === undefined ? null : FusionResults.readOf(folder, modalities);
  if (fusion === null) return missing(config, modalities);
  files.add(fusion.modelFile);
  return { value: fusion.model };
}

/** Why no fusion was evaluated. The configuration may be of another study: what the split lacks cannot be fused. */
function missing(config: Config, evaluated: readonly string[]): Optional<FusionModelFile> {
  if (existsSync(fusionFiles(fusionFolder(config)).model)) {
    return { missing: { command: 'radweave evaluate', reason: remark('fusion-not-evaluated') } };
  }
  const { splits_dir, modalities } = config.data;
  const absent = notInSplit(splits_dir, modalities);
  const own = modalities.filter((one) => !absent.includes(one));
  const { what, command } = missingFusion(config, own.length === 0 ? evaluated : own);
  return { missing: { command: `${command}; radweave evaluate`, reason: what } };
}
