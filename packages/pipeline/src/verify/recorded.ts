import { dirname, isAbsolute, join, resolve } from 'node:path';
import {
  applyOverrides,
  type Config,
  findConfigKey,
  type Manifest,
  type Override,
  outputFolders,
  readManifest,
  UsageError,
} from '@radweave/artifacts';
import { existsSync, readdirSync } from '@radweave/artifacts/files';
import type { Findings } from './findings.ts';

/** What `radweave run` recorded of a step. */
export interface RecordedStep {
  /** `preprocess`, `train-A`, … */
  name: string;
  manifest: Manifest;
}

/** A run as it was saved. */
export interface RecordedRun {
  steps: RecordedStep[];
  /** With the settings and places of the run; places are absolute. */
  config: Config;
}

/**
 * Reads the manifests of a run and lays what they recorded over the configuration.
 *
 * @param given Configuration keys the user set: they win, for data that was moved.
 * @throws UsageError when the folder is not there; DataError when a manifest is damaged.
 */
export function readRecordedRun(run: string, config: Config, given: readonly string[]): RecordedRun {
  if (!existsSync(run)) {
    throw new UsageError('E_NO_RUN', 'there is no such run', {
      where: run,
      mend: 'Name its output folder, such as outputs/feature_extract',
    });
  }
  const folder = outputFolders(run).manifests;
  const steps = (existsSync(folder) ? readdirSync(folder) : [])
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => ({ name: name.slice(0, -'.json'.length), manifest: readManifest(join(folder, name)) }));
  const overrides = steps
    .filter(({ name }) => ['preprocess', 'fuse', 'evaluate'].includes(name))
    .flatMap(({ manifest }) => overridesOf(manifest))
    .filter(([key]) => !given.includes(key));
  const merged = applyOverrides(config, overrides, (key) => `run/*.json, ${key}`);
  merged.experiment.output_dir = resolve(run);
  const { data, fusion } = merged;
  const place = (key: string, path: string): string =>
    given.includes(key) ? resolve(path) : locate(run, path);
  data.splits_dir = place('data.splits_dir', data.splits_dir);
  data.features_dir = place('data.features_dir', data.features_dir);
  data.root_dir = data.root_dir === null ? null : place('data.root_dir', data.root_dir);
  fusion.output_dir = fusion.output_dir === null ? null : place('fusion.output_dir', fusion.output_dir);
  return { steps, config: merged };
}

/**
 * What a step was run with, where `radweave run` made the run.
 *
 * @returns undefined where it has no record; in a run that records its others that is a finding.
 */
export function settingsOf(
  findings: Findings,
  steps: readonly RecordedStep[],
  step: string,
): Readonly<Record<string, unknown>> | undefined {
  const settings = steps.find(({ name }) => name === step)?.manifest.settings;
  if (settings === undefined && steps.length > 0) {
    findings.missing.push(`run/${step}.json: the record of this step; without it the step was not finished`);
  }
  return settings;
}

/**
 * Where a path lies that was written down while the run was made: relative paths began where Radweave was started, which
 * is the run's own folder or one above it.
 */
export function locate(run: string, path: string): string {
  if (isAbsolute(path)) return path;
  for (let base = resolve(run); ; base = dirname(base)) {
    if (existsSync(join(base, path))) return join(base, path);
    if (base === dirname(base)) return resolve(path);
  }
}

/** The settings of a step that are configuration keys. */
function overridesOf({ settings }: Manifest): Override[] {
  return Object.entries(settings).flatMap(([key, value]): Override[] => {
    if (findConfigKey(key) === undefined) return [];
    return [[key, Array.isArray(value) ? value.map(String) : String(value)]];
  });
}
