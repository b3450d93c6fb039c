import { dirname, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { PLACES } from './config/shared-config.ts';
import { DataError } from './errors.ts';
import type { FileHashes } from './file-hashes.ts';
import { existsSync } from './files/files.ts';
import type { Fingerprint } from './fingerprint.ts';
import { jsonFile, recordOf, sha256, writeJson } from './json.ts';
import { locatedFromOutput, realPlace, relativeToOutput } from './place.ts';

/** What a stage reads, under a name that stays when its place changes, such as `checkpoint of A`. */
export interface StageInput extends Fingerprint {
  readonly name: string;
}

/** What a stage was run with; it decides whether the stage must run again. */
export interface StageState {
  readonly stage: string;
  readonly inputs: readonly StageInput[];
  /** By configuration key, and what else was asked for. Plain values only: what JSON can hold. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Of Radweave and of what changes its results. */
  readonly versions: Readonly<Record<string, string>>;
}

/**
 * The record a finished stage leaves behind, in a folder of the run's output folder. Paths are relative to the output folder,
 * with forward slashes.
 */
export interface Manifest extends StageState {
  /** Version of this file's fields. Those of 1 had paths relative to the folder in which Radweave was started. */
  readonly format: 1 | 2;
  readonly outputs: readonly Fingerprint[];
  /** What it warned of: who skips the stage should still know. */
  readonly warnings?: readonly string[] | undefined;
  /** ISO 8601, UTC. */
  readonly finished: string;
}

const name = z.string().min(1);
const file = z.object({ path: name, kind: z.enum(['file', 'folder', 'part']), sha256 });
const input = file.extend({ name });
const common = {
  stage: name,
  versions: recordOf(z.string()),
  outputs: z.array(file),
  finished: z.iso.datetime(),
};

const schema: z.ZodType<Manifest> = z.union([
  z.object({
    format: z.literal(2),
    ...common,
    warnings: z.array(z.string()).optional(),
    inputs: z.array(input),
    settings: z.record(z.string(), z.unknown()),
  }),
  z
    .object({
      format: z.literal(1),
      ...common,
      inputs: z.array(file),
      options: z.record(z.string(), z.unknown()),
    })
    .transform(({ options, inputs, ...rest }) => ({
      ...rest,
      inputs: inputs.map((one) => ({ ...one, name: one.path })),
      settings: byKey(options),
    })),
]);

/** Sections of the configuration, as format 1 had them, by key. */
function byKey(options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const pairs = Object.entries(options).flatMap(([section, values]): [string, unknown][] => {
    if (section === 'seed') return [['experiment.seed', values]];
    if (typeof values !== 'object' || values === null || Array.isArray(values)) return [[section, values]];
    return Object.entries(values).map(([key, value]) => [`${section}.${key}`, value]);
  });
  return Object.fromEntries(pairs);
}

const outputOf = (manifest: string): string => dirname(dirname(manifest));

/**
 * Writes the manifest, last of all of a stage's files. The finishing time is now.
 *
 * @param path In a folder of the output folder.
 * @param outputs Files and folders.
 * @param warnings What the stage warned of.
 */
export function writeManifest(
  path: string,
  state: StageState,
  outputs: readonly string[],
  hashes: FileHashes,
  warnings: readonly string[] = [],
): void {
  const placed = <T extends Fingerprint>(one: T): T => ({
    ...one,
    path: relativeToOutput(outputOf(path), one.path),
  });
  const manifest: Manifest = {
    format: 2,
    ...state,
    inputs: state.inputs.map(placed),
    outputs: outputs.map((output) => placed(hashes.fingerprint(output))),
    warnings,
    finished: new Date().toISOString(),
  };
  writeJson(path, manifest);
}

/** Reads a manifest, also one of an earlier version. @throws DataError as `readJson`. */
export const { read: readManifest } = jsonFile(schema);

/** What a finished stage left, by its manifest. @throws DataError as `readJson`. */
export function recordedOutputs(path: string): string[] {
  return readManifest(path).outputs.map((one) => locatedFromOutput(outputOf(path), one.path));
}

/** Whether a stage can be skipped, with what it left and warned of; and if not, why it must run. */
export type UpToDate =
  | { readonly upToDate: true; readonly outputs: readonly string[]; readonly warnings: readonly string[] }
  | { readonly upToDate: false; readonly reason: string };

const stale = (reason: string): UpToDate => ({ upToDate: false, reason });

/** Undefined fields do not survive JSON, so both sides are compared as JSON has them. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

function firstDifference(before: Readonly<Record<string, unknown>>, now: Readonly<Record<string, unknown>>) {
  return [...Object.keys(before), ...Object.keys(now)].find(
    (key) => !isDeepStrictEqual(before[key], now[key]),
  );
}

/** Settings with one name for each place, however it was spelled. */
function placed(settings: unknown, locate: (path: string) => string): Record<string, unknown> {
  const isPlace = (key: string): boolean => PLACES.some((keys) => keys.join('.') === key);
  const entries = Object.entries(Object(settings)).map(([key, value]) => [
    key,
    isPlace(key) && typeof value === 'string' ? realPlace(locate(value)) : value,
  ]);
  return Object.fromEntries(entries);
}

/** Inputs are told by name: the same content in another place is the same input. */
function firstChange(before: readonly StageInput[], now: readonly StageInput[]): string | undefined {
  const hashes = (inputs: readonly StageInput[]): Record<string, string> =>
    Object.fromEntries(inputs.map((one) => [one.name, one.sha256]));
  return firstDifference(hashes(before), hashes(now));
}

/** What cannot be read, or is of an earlier version, tells nothing of what was done. */
function recorded(path: string): Manifest | string {
  try {
    const manifest = readManifest(path);
    return manifest.format === 2 ? manifest : 'its record is of an earlier version';
  } catch (error) {
    if (error instanceof DataError) return 'its record cannot be read';
    throw error;
  }
}

/**
 * Compares what a stage left behind with what it would be run with now: inputs by content, settings, versions, and
 * whether its outputs are still as it wrote them.
 *
 * @param path The manifest; the stage must run when it is missing.
 */
export function isUpToDate(path: string, state: StageState, hashes: FileHashes): UpToDate {
  if (!existsSync(path)) return stale('it has not been finished before');
  const before = recorded(path);
  if (typeof before === 'string') return stale(before);
  if (before.stage !== state.stage) return stale(`its record belongs to ${before.stage}`);
  const version = firstDifference(before.versions, state.versions);
  if (version !== undefined) return stale(`the version of ${version} changed`);
  const output = outputOf(path);
  // What was recorded may have stayed where the folder was before it was moved; what is asked for now is where it says.
  const setting = firstDifference(
    placed(before.settings, (place) => locatedFromOutput(output, place)),
    placed(plain(state.settings), (place) => resolve(realPlace(output), place)),
  );
  if (setting !== undefined) return stale(`${setting} changed`);
  const changed = firstChange(before.inputs, state.inputs);
  if (changed !== undefined) return stale(`${/^\S+\.\w+$/.test(changed) ? '' : 'the '}${changed} changed`);
  const outputs = before.outputs.map((one) => ({
    ...one,
    path: locatedFromOutput(output, one.path),
  }));
  const other = outputs.find(
    (one) => !existsSync(one.path) || hashes.fingerprint(one.path).sha256 !== one.sha256,
  );
  if (other !== undefined) return stale(`the output ${other.path} is missing or changed`);
  return { upToDate: true, outputs: outputs.map((one) => one.path), warnings: before.warnings ?? [] };
}
