import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import {
  applyOverrides,
  type Config,
  findConfigKey,
  fusionFolder,
  isObjectAddress,
  isWithin,
  locatedFromOutput,
  type Manifest,
  type Override,
  outputFolders,
  readManifest,
  requireNamed,
} from '@radweave/artifacts';
import { existsSync, readdirSync } from '@radweave/artifacts/files';
import { madeFrom } from '@radweave/study/cohort/split-folder';
import type { Findings } from './findings.ts';

/** What `radweave run` recorded of a step. */
export interface RecordedStep {
  /** `preprocess`, `train-A`, … */
  name: string;
  manifest: Manifest;
}

export interface RecordedRun {
  steps: RecordedStep[];
  /** With the settings and places of the run; places are absolute. */
  config: Config;
  /** Why nobody can look at the images; null where they may be there. */
  unseen: string | null;
  /** Where a path lies now that was written down while the run was made. */
  locate: (path: string) => string;
}

/** A run, and the name of the step of it that is done again. */
export interface RepeatedStep extends RecordedRun {
  step: string;
}

/**
 * Reads the manifests of a run and lays what they recorded over the configuration.
 *
 * @param given Configuration keys the user set: they win, for data that was moved.
 * @param wanted The steps whose settings count.
 * @throws UsageError when the folder is not there; DataError when a manifest is damaged.
 */
export function readRecordedRun(
  run: string,
  config: Config,
  given: readonly string[],
  wanted: readonly string[],
): RecordedRun {
  requireNamed('folder', run, 'the output folder', {
    hint: 'Run radweave run first, or name the output folder of a run: radweave verify FOLDER',
  });
  const folder = outputFolders(run).manifests;
  const steps = (existsSync(folder) ? readdirSync(folder) : [])
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => ({ name: name.slice(0, -'.json'.length), manifest: readManifest(join(folder, name)) }));
  const overrides = steps
    .filter(({ name }) => wanted.includes(name))
    .flatMap(({ manifest }) => overridesOf(manifest))
    .filter(([key]) => !given.includes(key));
  const merged = applyOverrides(config, overrides, (key) => `run/*.json, ${key}`);
  merged.experiment.output_dir = resolve(run);
  const { data, fusion } = merged;
  const place = (key: string, path: string): string =>
    given.includes(key) && !isObjectAddress(path) ? resolve(path) : locate(run, path);
  data.splits_dir = place('data.splits_dir', data.splits_dir);
  data.features_dir = place('data.features_dir', data.features_dir);
  data.root_dir = data.root_dir === null ? madeFrom(data.splits_dir) : place('data.root_dir', data.root_dir);
  fusion.output_dir = fusion.output_dir === null ? null : place('fusion.output_dir', fusion.output_dir);
  const unset = fusionFolder({ ...merged, fusion: { ...fusion, output_dir: null } });
  const now = {
    'data.root_dir': data.root_dir,
    'data.splits_dir': data.splits_dir,
    'data.features_dir': data.features_dir,
    'fusion.output_dir': fusion.output_dir,
  };
  const moves = Object.entries(now).flatMap(([key, to]): Move[] => {
    const recorded = steps.map(({ manifest }) => manifest.settings[key]);
    const from =
      recorded.find((one) => typeof one === 'string') ?? (key === 'fusion.output_dir' ? unset : undefined);
    return !given.includes(key) || from === undefined || to === null ? [] : [{ from, to }];
  });
  const unseen = data.root_dir === null ? 'data.root_dir is not set' : null;
  return { steps, config: merged, unseen, locate: (path) => moved(run, moves, path) ?? locate(run, path) };
}

/** A folder that the user says lies elsewhere now. */
interface Move {
  /** As the run recorded it. */
  from: string;
  /** Absolute. */
  to: string;
}

/** Where a recorded path lies when one of the folders above it was moved; undefined when none was. */
function moved(run: string, moves: readonly Move[], path: string): string | undefined {
  for (const { from, to } of moves) {
    const [above, place] = [resolve(run, from), resolve(run, path)];
    if (isWithin(place, above)) return join(to, relative(above, place));
  }
  return undefined;
}

/**
 * Compares the settings that a saved file tells with those that the step was run with, where `radweave run` made the run. A step
 * without a record, in a run that records its others, is a finding.
 *
 * @param told The file's own name of each setting, its key in the record, and its value.
 */
export function compareSettings(
  findings: Findings,
  { steps, step }: Pick<RepeatedStep, 'steps' | 'step'>,
  file: string,
  told: readonly (readonly [name: string, key: string, value: unknown])[],
): void {
  if (steps.length === 0) return;
  const record = `run/${step}.json`;
  const settings = steps.find(({ name }) => name === step)?.manifest.settings;
  if (settings === undefined) {
    findings.missing.push(`${record}: the record of this step; without it the step was not finished`);
    return;
  }
  for (const [name, key, value] of told) {
    if (isDeepStrictEqual(settings[key], value)) continue;
    findings.differ(file, '', name, value, `${JSON.stringify(settings[key])} in ${record}`);
  }
  findings.compared.push(`${file}: its settings with ${record}`);
}

/**
 * Where a path lies that was written down while the run was made: relative paths began where Radweave was started, which
 * is the run's own folder or one above it.
 */
function locate(run: string, path: string): string {
  if (isAbsolute(path) || isObjectAddress(path)) return path;
  const recorded = locatedFromOutput(run, path);
  if (existsSync(recorded)) return recorded;
  for (let base = resolve(run); ; base = dirname(base)) {
    if (existsSync(join(base, path))) return join(base, path);
    if (base === dirname(base)) return resolve(path);
  }
}

function overridesOf({ settings }: Manifest): Override[] {
  return Object.entries(settings).flatMap(([key, value]): Override[] => {
    if (findConfigKey(key) === undefined) return [];
    return [[key, Array.isArray(value) ? value.map(String) : String(value)]];
  });
}
