import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { existsSync } from './files/files.ts';
import { type Fingerprint, fingerprint } from './fingerprint.ts';
import { readJson, writeJson } from './json.ts';

/** What a stage was run with; it decides whether the stage must run again. */
export interface StageState {
  readonly stage: string;
  readonly inputs: readonly Fingerprint[];
  /** Plain values only: what JSON can hold. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Of Radweave and of what changes its results. */
  readonly versions: Readonly<Record<string, string>>;
}

/** The record a finished stage leaves behind. */
export interface Manifest extends StageState {
  /** Version of this file's fields. */
  readonly format: 1;
  readonly outputs: readonly Fingerprint[];
  /** ISO 8601, UTC. */
  readonly finished: string;
}

const file: z.ZodType<Fingerprint> = z.object({
  path: z.string().min(1),
  kind: z.enum(['file', 'folder']),
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 hexadecimal digits'),
});

const schema: z.ZodType<Manifest> = z.object({
  format: z.literal(1),
  stage: z.string().min(1),
  inputs: z.array(file),
  options: z.record(z.string(), z.unknown()),
  versions: z.record(z.string(), z.string()),
  outputs: z.array(file),
  finished: z.iso.datetime(),
});

/** Writes the manifest, last of all of a stage's files. The finishing time is now. */
export function writeManifest(path: string, state: StageState, outputs: readonly string[]): void {
  const manifest: Manifest = {
    format: 1,
    ...state,
    outputs: outputs.map(fingerprint),
    finished: new Date().toISOString(),
  };
  writeJson(path, manifest);
}

/** Reads a manifest. @throws DataError as `readJson`. */
export function readManifest(path: string): Manifest {
  return readJson(path, schema);
}

/** Whether a stage can be skipped, and if not, why it must run. */
export type UpToDate = { readonly upToDate: true } | { readonly upToDate: false; readonly reason: string };

const stale = (reason: string): UpToDate => ({ upToDate: false, reason });

/** Undefined fields do not survive JSON, so both sides are compared as JSON has them. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

function firstDifference(before: Readonly<Record<string, unknown>>, now: Readonly<Record<string, unknown>>) {
  return [...Object.keys(before), ...Object.keys(now)].find(
    (key) => !isDeepStrictEqual(before[key], now[key]),
  );
}

function changedFile(before: readonly Fingerprint[], now: readonly Fingerprint[]): string | undefined {
  const known = new Map(before.map((input) => [input.path, input.sha256]));
  const changed = now.find((input) => known.get(input.path) !== input.sha256);
  const gone = before.find((input) => !now.some(({ path }) => path === input.path));
  return (changed ?? gone)?.path;
}

/**
 * Compares what a stage left behind with what it would be run with now: inputs by content, options, versions, and
 * whether its outputs are still as it wrote them.
 *
 * @param path The manifest; the stage must run when it is missing.
 */
export function isUpToDate(path: string, state: StageState): UpToDate {
  if (!existsSync(path)) return stale('it has not been run');
  const before = readManifest(path);
  if (before.stage !== state.stage) return stale(`the manifest is that of ${before.stage}`);
  const version = firstDifference(before.versions, state.versions);
  if (version !== undefined) return stale(`the version of ${version} changed`);
  const option = firstDifference(before.options, plain(state.options) as Record<string, unknown>);
  if (option !== undefined) return stale(`the option ${option} changed`);
  const input = changedFile(before.inputs, state.inputs);
  if (input !== undefined) return stale(`the input ${input} changed`);
  const output = before.outputs.find(
    (file) => !existsSync(file.path) || fingerprint(file.path).sha256 !== file.sha256,
  );
  return output === undefined ? { upToDate: true } : stale(`the output ${output.path} is missing or changed`);
}
