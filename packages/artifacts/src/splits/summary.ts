import { z } from 'zod';
import { existsSync } from '../files/files.ts';
import { jsonFile, recordOf, sha256 } from '../json.ts';
import { splitFiles } from '../layout.ts';
import { remarkField } from '../remark-field.ts';
import { SPLITS } from '../split.ts';

/** The settings that decide what a split is, apart from its places and the table. */
export const SPLIT_SETTINGS = [
  'data.modalities',
  'data.missing',
  'data.labels',
  'data.table_columns',
  'data.home_hospital',
  'data.train_ratio',
  'data.image_size',
  'data.resize',
  'preprocess.relative_paths',
  'preprocess.skip_unreadable',
  'preprocess.exclude_conflicts',
  'experiment.seed',
] as const;

const whole = z.int().min(0);

/** Patients of one hospital, label and set. */
const cohortCount = z.object({
  hospital: z.string().min(1),
  label: whole,
  split: z.enum(SPLITS),
  patients: whole,
  slices: recordOf(whole),
});
export type CohortCount = z.infer<typeof cohortCount>;

/** `summary.json` of a preprocess run. */
const schema = z.object({
  /** 1 had texts where remarks are now. */
  format: z.union([z.literal(1), z.literal(2)]),
  /** Counts by hospital × label × set. */
  counts: z.array(cohortCount),
  modalities: z.array(z.string().min(1)).min(1),
  /** Where patients may lack modalities: how many of each hospital, label and set have which; left out where all have all. */
  kinds: z
    .array(cohortCount.omit({ slices: true }).extend({ modalities: z.array(z.string().min(1)).min(1) }))
    .optional(),
  /** Names of the labels, in their order; left out where they are grade0, grade1, …. */
  labels: z.array(z.string().min(1)).optional(),
  home_hospital: z.string().min(1),
  /** Whether a table said who is in which set; left out where `preprocess` divided the patients. */
  given_split: z.boolean().optional(),
  train_ratio: z.number().gt(0).lt(1),
  seed: whole,
  /** Identity of the split, see `splitHash`. */
  split_hash: sha256,
  /** What the images show, by modality and split, see `slicesHash`; earlier versions wrote none. */
  slices: recordOf(z.object({ train: sha256, val: sha256, test: sha256 })).optional(),
  excluded: recordOf(whole),
  /** The same as `exclusions.csv`; format 1 had none. */
  exclusions: z
    .array(z.object({ patient: z.string(), hospital: z.string(), reason: z.string(), detail: remarkField }))
    .optional(),
  /** Files ignored, rejected or accepted with a remark, by reason. */
  files: recordOf(whole),
  /** What is odd about the data; earlier versions wrote none. */
  warnings: z.array(remarkField).optional(),
  /** Hospitals whose patients are all made up; left out where there is none. */
  synthetic: z.array(z.string().min(1)).optional(),
  /**
   * Where the images lay; relative to this file where the split files' paths are. Splits of earlier versions lack this and
   * the hashes.
   */
  root_dir: z.string().min(1).optional(),
  /** SHA-256 (hex) of the other files of the split, by name. */
  hashes: recordOf(sha256).optional(),
  /** What `--set` takes for {@link SPLIT_SETTINGS} and the table, to make the split again; earlier versions wrote none. */
  made_with: recordOf(z.union([z.string(), z.array(z.string())])).optional(),
  /** Versions of Radweave and of what it ran on. */
  versions: recordOf(z.string()),
});
export type SplitSummary = z.infer<typeof schema>;

export const { read: readSplitSummary, find: findSplitSummary, write: writeSplitSummary } = jsonFile(schema);

/** What `preprocess` wrote of the split; null where the researchers made it. @throws DataError when that is damaged. */
export function splitSummaryIn(splitsDir: string): SplitSummary | null {
  const path = splitFiles(splitsDir).summary;
  return existsSync(path) ? readSplitSummary(path) : null;
}
