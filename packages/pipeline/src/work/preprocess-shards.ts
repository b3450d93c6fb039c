import { join } from 'node:path';
import { DataError, fileState, writeFileAtomic } from '@radweave/artifacts';
import { readdirSync, readFileSync } from '@radweave/artifacts/files';
import type { ScannedSlice, SliceFacts } from '@radweave/imaging';
import { type Scan, scanHere, slicesOf } from '@radweave/study/cohort/images';
import { type StageContext, stopIfAsked } from '@radweave/study/context/events';
import { completePatients, findCohort } from './find-cohort.ts';
import { type PreprocessOptions, type PreprocessResult, preprocess } from './preprocess.ts';
import { type Shard, shareOf } from './shard.ts';

/** What a part has found of a slice, and of which state of the file. */
type Line = [state: string | null, result: ScannedSlice];

/** Lines of a file of a part: a file of all could be too long for one string. */
const LINES = 10_000;

/** Decodes and hashes a share of the images. @throws as `preprocess`, as far as it has looked. */
export async function preprocessPart(
  options: PreprocessOptions,
  shard: Shard,
  into: string,
  context: StageContext,
): Promise<void> {
  const { config } = options;
  const { members } = completePatients(findCohort(options, context), config);
  const paths = slicesOf(members).map(({ path }) => path);
  const own = paths.slice(...shareOf(paths.length, shard));
  let lines: string[] = [];
  let files = 0;
  const write = (): void => {
    writeFileAtomic(join(into, `${String(files++).padStart(6, '0')}.jsonl`), lines.join(''));
    lines = [];
  };
  for await (const results of scanHere(config.data.num_workers, context)(own)) {
    stopIfAsked(context, 'preprocessing');
    for (const result of results) lines.push(`${JSON.stringify([fileState(result.path), plain(result)])}\n`);
    if (lines.length >= LINES) write();
  }
  write();
}

/** Divides the patients by what all parts have found. @throws as `preprocess`; DataError where an image has changed since. */
export function mergePreprocessed(
  options: PreprocessOptions,
  parts: readonly string[],
  context: StageContext,
): Promise<PreprocessResult> {
  return preprocess(options, findCohort(options, context), context, scannedBy(parts));
}

/** What parts have found, as if it were found now. */
function scannedBy(parts: readonly string[]): Scan {
  return async function* (paths) {
    let at = 0;
    for (const path of parts.flatMap(filesOf)) {
      const lines = readFileSync(path, 'utf8').trimEnd().split('\n').filter(Boolean);
      const results = lines.map((line) => JSON.parse(line) as Line);
      for (const [state, result] of results) {
        if (result.path !== paths[at++] || fileState(result.path) !== state) throw changed(result.path);
      }
      yield results.map(([, result]) => result);
    }
    if (at !== paths.length) throw changed(paths[at] ?? '');
  };
}

const filesOf = (part: string): string[] =>
  readdirSync(part)
    .filter((name) => name.endsWith('.jsonl'))
    .sort()
    .map((name) => join(part, name));

/** Typed arrays are objects in JSON. */
function plain(result: ScannedSlice): object {
  if (result.fault !== undefined || result.profile === undefined) return result;
  const { profile, ...facts }: SliceFacts = result;
  return { ...facts, profile: { ...profile, histogram: Array.from(profile.histogram) } };
}

function changed(where: string): DataError {
  return new DataError('E_SHARDS', 'images have changed since the parts were made', {
    where,
    hint: 'Run the same command again for each share, then merge',
  });
}
