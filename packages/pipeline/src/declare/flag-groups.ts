import type { ConfigFlag, ConfigKeyPath, SectionName } from '@radweave/artifacts';

/** The headings under which help lists flags, in their order. */
export const FLAG_GROUPS = [
  'Input',
  'Output',
  'What to do',
  'Model',
  'Training',
  'Features',
  'Classifier',
  'Evaluation',
  'Computation',
] as const;

export type FlagGroup = (typeof FLAG_GROUPS)[number];

const OF_SECTION: Readonly<Record<SectionName, FlagGroup>> = {
  data: 'Input',
  preprocess: 'What to do',
  model: 'Model',
  training: 'Training',
  augmentation: 'Training',
  extraction: 'Features',
  fusion: 'Classifier',
  evaluation: 'Evaluation',
  explanation: 'What to do',
  experiment: 'Output',
  tune: 'What to do',
};

/** Keys that do not change what is computed, but how. */
const COMPUTATION: readonly ConfigKeyPath[] = [
  'data.num_workers',
  'extraction.batch_size',
  'training.precision',
  'training.device',
  'training.deterministic',
  'experiment.seed',
];

/** A folder that one command writes is the input of another: the flag says which. */
export function groupOf({ flag, key }: ConfigFlag): FlagGroup {
  if (COMPUTATION.includes(key)) return 'Computation';
  if (flag === 'output_dir' || flag === 'log_dir') return 'Output';
  if (flag === 'fusion_dir') return 'Input';
  return OF_SECTION[key.split('.')[0] as SectionName];
}
