import { allowsMissing } from '@radweave/analysis/features/known-patients';
import {
  type Config,
  configToYaml,
  type Evaluation,
  type FusionModelFile,
  splitSummaryIn,
} from '@radweave/artifacts';
import type { NamedYaml } from '@radweave/report';

/**
 * The settings that the parts of a study were made with, as the record of each tells: the configuration of the report
 * knows nothing of the flags of earlier commands. What no record tells is left out.
 */
export function settingsUsed(
  data: Config['data'],
  evaluation: Evaluation,
  fused: FusionModelFile | null,
): NamedYaml[] {
  return [
    { of: 'split', yaml: ofSplit(data, evaluation) },
    ...(fused === null ? [] : [{ of: 'fusion' as const, yaml: ofFusion(fused) }]),
    { of: 'evaluation', yaml: ofEvaluation(evaluation) },
  ];
}

/** Of all settings that a checkpoint keeps, those of its training. */
export function settingsOfRun({ data, model, training, augmentation, experiment }: Config): string {
  const { image_size, resize } = data;
  const { seed } = experiment;
  return configToYaml({
    data: { image_size, resize },
    model,
    training,
    augmentation,
    experiment: { seed },
  });
}

function ofSplit(data: Config['data'], { home_hospital, models }: Evaluation): string {
  const missing = allowsMissing(data) ? 'allow' : 'drop';
  const summary = splitSummaryIn(data.splits_dir);
  if (summary === null) {
    const modalities = [...new Set(models.flatMap((model) => model.modalities))];
    return configToYaml({ data: { modalities, missing, home_hospital } });
  }
  const { labels, modalities, train_ratio, seed, given_split } = summary;
  const told = { ...(labels === undefined ? {} : { labels }), modalities, missing };
  // Where a table said who is in which set, nobody was drawn.
  if (given_split === true) return configToYaml({ data: told });
  return configToYaml({ data: { ...told, home_hospital, train_ratio }, experiment: { seed } });
}

function ofFusion({ options }: FusionModelFile): string {
  const { C, max_iter, random_state, standardize } = options;
  return configToYaml({ fusion: { C, max_iter, random_state, standardize } });
}

function ofEvaluation({ options, aggregation: pooled }: Evaluation): string {
  const { decisions, seed, bootstrap_replicates, confidence_level, proportion_method, ...fitted } = options;
  const always = { bootstrap_replicates, confidence_level, proportion_method };
  const { target_sensitivity, aggregation, ...rest } = fitted;
  const top_k = pooled.map((row) => /^top_k \((\d+)\)$/.exec(row.aggregation)?.[1]).find(Boolean);
  const chosen = {
    aggregation,
    ...(top_k === undefined || !['top_k', 'auto'].includes(aggregation) ? {} : { top_k: Number(top_k) }),
    ...rest,
    ...(target_sensitivity === null ? {} : { target_sensitivity }),
  };
  // Decisions that were taken over were made with the settings of an earlier evaluation.
  const evaluation = decisions === 'fitted' ? { ...chosen, ...always } : always;
  return configToYaml({ evaluation, experiment: { seed } });
}
