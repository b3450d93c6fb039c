import { z } from 'zod';
import { tableFile } from '../csv.ts';
import { count, numberOrEmpty, oneOf, type RowOf, text } from '../csv-columns.ts';
import { jsonFile, recordOf, sha256 } from '../json.ts';

const value = z.union([z.number(), z.string(), z.boolean(), z.null(), z.array(z.number())]);

/** Settings of a trial, by key. */
const settings = recordOf(value);
export type TrialSettings = z.infer<typeof settings>;

const auc = z.number().min(0).max(1).nullable();

/** What a trial reached after so many epochs. */
const result = z.object({
  format: z.literal(1),
  /** SHA-256 of settings, folds and pixels. */
  identity: sha256,
  settings,
  /** How long it was trained at most. */
  epochs: z.int(),
  /** AUC of the held-out patients of each fold; null where training failed. */
  folds: z.array(auc),
  /** Their mean; null where one is. */
  score: auc,
  /** Of the process that ended it, without what an earlier one did. */
  seconds: z.number(),
  /** Why there is no score. */
  note: z.string(),
});
export type TrialResult = z.infer<typeof result>;

/** `trials/NAME.json` of a search. */
export const { find: findTrialResult, read: readTrialResult, write: writeTrialResult } = jsonFile(result);

/** `halved`: others were better after fewer epochs. `failed`: it has no score. */
const STATES = ['trained', 'halved', 'failed'] as const;

const trial = result.omit({ format: true, identity: true }).extend({
  /** From 1. */
  trial: z.int(),
  /** From 0. */
  rung: z.int(),
  state: z.enum(STATES),
});
export type SearchedTrial = z.infer<typeof trial>;

const schema = z.object({
  format: z.literal(1),
  modality: z.string(),
  strategy: z.enum(['asha', 'random']),
  reduction: z.int(),
  /** Epochs of each rung. */
  rungs: z.array(z.int()).min(1),
  folds: z.int(),
  /** Training patients, whom the folds divide. */
  patients: z.int(),
  /** Who they were, see `splitHash`; earlier versions wrote none. */
  trained_on_hash: sha256.optional(),
  /** ISO 8601, UTC: when it ended; earlier versions wrote none. */
  time: z.iso.datetime().optional(),
  /** The keys that were searched, and which are spread by their logarithm. */
  keys: z.array(
    z.object({
      key: z.string(),
      log: z.boolean(),
      /** The values, or the range, that it was drawn from; earlier versions wrote none. */
      space: z.union([z.array(value), z.object({ low: z.number(), high: z.number() })]).optional(),
    }),
  ),
  /** The best first. */
  trials: z.array(trial),
  /** Number of the best; null where none has a score. */
  best: z.int().nullable(),
});

export type SearchRecord = z.infer<typeof schema>;

/** `search.json`. */
export const { read: readSearch, write: writeSearch } = jsonFile(schema);

const columns = {
  trial: count,
  state: oneOf(...STATES),
  rung: count,
  epochs: count,
  score: numberOrEmpty,
  /** JSON. */
  folds: text,
  settings: text,
  seconds: numberOrEmpty,
  note: text,
};

/** `trials.csv`. */
export const { read: readTrials, write: writeTrials } = tableFile(columns);

export function trialRow({ settings, folds, ...trial }: SearchedTrial): RowOf<typeof columns> {
  const note = isByChance(trial.score) ? 'not above chance: guessing has an AUC of 0.5' : trial.note;
  return { ...trial, note, folds: JSON.stringify(folds), settings: JSON.stringify(settings) };
}

/** Other trials with the AUC of the best one that were trained as long: only their order made it the best. */
export function tiedWithBest({ trials, best }: Pick<SearchRecord, 'trials' | 'best'>): number[] {
  const chosen = trials.find(({ trial: number }) => number === best);
  const score = chosen?.score ?? null;
  if (score === null) return [];
  // Means of the same folds in another order may differ in their last digit.
  const isAlike = (one: SearchedTrial): boolean =>
    one.state === chosen?.state && Math.abs((one.score ?? Number.NaN) - score) < 1e-12;
  return trials.filter((one) => one !== chosen && isAlike(one)).map(({ trial: number }) => number);
}

/** A setting as people read it: three of the some 16 digits of a number that was drawn; one that somebody wrote whole. */
export function searchedText(value: SearchedTrial['settings'][string] | undefined): string {
  if (Array.isArray(value)) return `[${value.join(', ')}]`;
  const text = String(value);
  return typeof value === 'number' && text.length > 12 ? String(Number(value.toPrecision(3))) : text;
}

/** Whether an AUC is none that guessing would not reach. */
export function isByChance(auc: number | null): boolean {
  return auc !== null && auc <= 0.5;
}
