import { z } from 'zod';
import { recordOf } from '../json.ts';
import { choice, integer } from './keys.ts';

/** A value that a key of the configuration may have. */
const value = z.union([z.number(), z.string(), z.boolean(), z.null(), z.array(z.number())]);

/** Numbers from `low` to `high`, drawn evenly, or evenly by their logarithm. */
const range = z.strictObject({ low: z.number(), high: z.number(), log: z.boolean().default(false) });

export const tune = {
  space: recordOf(z.union([z.array(value).min(1), range]))
    .default({})
    .meta({
      description:
        'What the command tune searches: keys of model, training and augmentation, each with its values, or with a range of numbers',
      allowed: 'key: [value, …] | {low: …, high: …, log: true}',
    }),
  trials: integer(20, 'Number of settings to try, drawn at random from the space', 1, 1000),
  strategy: choice(
    ['asha', 'random'],
    'asha',
    'How to search: asha trains for a few epochs first and continues with the best trials (Li et al. 2020), random trains all to the end',
  ),
  folds: integer(3, 'Folds of the training patients; the score of a trial is the mean of their AUC', 2),
  reduction: integer(
    3,
    'asha: one in this many trials continues, and trains for this many times the epochs',
    2,
    100,
  ),
  min_epochs: integer(1, 'Fewest epochs of a trial; the most are training.epochs (asha)', 1),
  seed: integer(42, 'Random seed of the draws from the space', 0, 2 ** 32 - 1),
};
