import { z } from 'zod';
import { jsonFile, sha256 } from '../json.ts';

const name = z.string().min(1);

/** What a task needs of the machine that does it. */
const needs = z.object({
  /** `training.device` of the study for what computes with a network, else `cpu`. */
  device: z.string(),
  /** Its work in passes over the training slices; 0 where it trains nothing. */
  passes: z.number(),
  /** What it took the last time; null where it has not been done. */
  minutes: z.number().nullable(),
  /** The most memory of the process that did it the last time. */
  memory_mb: z.number().nullable(),
});

const task = z.object({
  name,
  stage: name,
  /** Empty for all together. */
  modality: z.string(),
  /** Which part of the stage it is, from 1; null for the stage itself. */
  part: z.int().nullable(),
  /** Up to which rung a trial of a search is trained, from 0. */
  rung: z.int().optional(),
  /** Names of the tasks that must be done before. */
  after: z.array(name),
  /** Files and folders; `*` stands for a name that is not known before. */
  inputs: z.array(z.string()),
  outputs: z.array(z.string()),
  needs,
});

export type PlannedTask = z.infer<typeof task>;

const job = z.object({
  bestHparamsDir: z.string(),
  /** Make heat maps of each modality's network, for the report. */
  explain: z.boolean(),
  /** Also train so many models per modality on folds of the training patients, and stack them; null for none. */
  crossFit: z.int().nullable(),
});
/** How a whole job is done. */
export type RunOptions = z.infer<typeof job>;

/** How the settings of a modality are searched; the tasks are trials, and the end of the search. */
const search = z.object({
  modality: name,
  trials: z.int(),
  /** Training patients, whom the folds divide. */
  patients: z.int(),
  /** Who they are, see `splitHash`; plans of earlier versions have none. */
  trained_on_hash: sha256.optional(),
  /** Epochs of each rung. */
  rungs: z.array(z.int()).min(1),
  reduction: z.int(),
});
export type PlannedSearch = z.infer<typeof search>;

/** A study, or a search of settings, as a list of tasks, in the order in which one worker does them. */
const schema = z.object({
  format: z.literal(1),
  /** Its own: records of another plan's tasks tell nothing of this one's. */
  id: name,
  /** The folder in which the plan was made: relative places in the settings are relative to it. */
  folder: name,
  radweave: name,
  /** How the job is done, besides the settings. */
  how: z.union([job, search]),
  tasks: z.array(task),
});
export type Plan = z.infer<typeof schema>;

/** `tasks/tasks.json`. */
export const { read: readPlan, find: findPlan, write: writePlan } = jsonFile(schema);
