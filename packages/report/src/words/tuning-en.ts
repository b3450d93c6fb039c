import { and, counted } from '@radweave/remarks';
import { SEARCH_EN } from '../methods/search-en.ts';

export const TUNING_EN = {
  none: 'No settings were searched by radweave tune.',
  ...SEARCH_EN,
  best: (trial: number, auc: string, trials: number, tied: readonly number[]) =>
    `Trial ${trial} was chosen, with a mean AUC per patient of ${auc} over the folds.${tied.length === 0 ? '' : ` ${tied.length === 1 ? 'Trial' : 'Trials'} ${and(tied)} had the same AUC.`} As the best of ${counted(trials, 'trial')}, this AUC is optimistic; it is not a result of the study.`,
  byChance:
    'This AUC is not above chance (0.5): the search shows no settings with which the network learns anything that holds for other patients.',
  byChanceIn: (few: number, folds: number) =>
    `In ${few} of ${counted(folds, 'fold')} its AUC is not above chance (0.5).`,
  noBest: 'No trial has a score.',
  figure: (modality: string) => `Search of settings for ${modality}`,
  figureCaption:
    'Each line is a trial: its settings, and its AUC per patient (mean over folds) on the last axis. Thick: the trial that was chosen; dashed: trials that ended early, whose AUC is that after fewer epochs.',
  alt: (trials: number, auc: string | null) =>
    `Parallel coordinates of ${counted(trials, 'trial')}; ${auc === null ? 'none has a score' : `the chosen one has an AUC of ${auc}`}`,
  table: (modality: string) => `Trials of the search for ${modality}`,
  tableCaption:
    'The best first; those that were trained for fewer epochs come after. AUC per patient, mean over folds.',
  trial: 'Trial',
  stateHead: 'State',
  state: { trained: 'trained to the end', halved: 'ended early', failed: 'failed' },
  epochs: 'Epochs',
  ofFolds: 'AUC of each fold',
  failed: 'training failed; trials.csv says why',
};
