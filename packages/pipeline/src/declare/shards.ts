import { join } from 'node:path';
import {
  type Config,
  DataError,
  FileHashes,
  isUpToDate,
  replaceFilesTogether,
  type StageState,
  settingKeys,
  settingOf,
  writeManifest,
} from '@radweave/artifacts';
import { existsSync, readdirSync, renameSync, rmSync } from '@radweave/artifacts/files';
import { and, counted } from '@radweave/remarks';
import { type StageContext, say } from '@radweave/study/context/events';
import { RADWEAVE_VERSION } from '@radweave/study/context/versions';
import { nameOf, type Shard, shardOf } from '../work/shard.ts';
import type { Flags } from './command.ts';
import { shardFlag } from './flags.ts';
import { inputsOf, type Reads } from './reads.ts';
import { asInput, noteFiles, otherFile, requireSameFiles, type SharedFiles } from './shared-files.ts';
import { defineStage, type Stage } from './stage.ts';
import * as take from './taken.ts';

/** How the work of a stage is shared out. What every part leaves together makes what the stage would have made alone. */
export interface Sharing<Options, Result> {
  /** What may follow the command's name. */
  examples: readonly string[];
  /** Where the parts lie. */
  folder(options: Options): string;
  /** What must be the same for all of them, besides the settings of the stage. */
  alike(options: Options): Reads;
  /** What the shares read, too: a part is of them as they were when it began. */
  files(options: Options): SharedFiles;
  /** What else must be as it was when all was merged, for the results to be still those. */
  since?(options: Options): Reads;
  /** Does a share, and leaves what it gave in an empty folder. */
  part(options: Options, shard: Shard, into: string, context: StageContext): Promise<void>;
  /** Makes the result of the folders of all parts, in their order. */
  merge(options: Options, parts: readonly string[], context: StageContext): Promise<Result>;
}

/** What a stage is asked to do, and which share of it. */
export type ShardOptions<Options> = Options & { shard: Shard | 'merge' };

export interface ShardResult<Result> {
  /** `2/4`, or `merge`. */
  shard: string;
  /** Of the part, or of all parts. */
  folder: string;
  /** Null for a part, and where all was merged before. */
  merged: Result | null;
}

/** Folders of the parts, and of those that were merged and go. */
const [PARTS, REMOVED] = ['parts', '.merged'];
/** What vouches for the files of a part, and for what was merged. */
const [PART, MERGED] = ['part.json', 'merged.json'];

const SHARD = take.either(take.fields({ number: take.from(1), of: take.from(1) }), take.word('merge'));

/** A part, whose record vouches for it when it is finished. */
type FoundShard = Shard & { isFinished: boolean };

/** At most so many missing parts are named. */
const SHOWN = 20;

/** GPUs of one kind may have other numbers on other machines; a part says itself what computed it. */
const WITHOUT_EFFECT = ['training.device', 'data.num_workers'];

const folderOf = ({ number, of }: Shard): string => `${number}-of-${of}`;
const partIn = (folder: string, shard: Shard): string => join(folder, PARTS, folderOf(shard));

/** Makes of a stage the one that does a share of its work, or merges the parts. */
export function shardStage<const Name extends string, Options extends object, Result, Own extends Flags>(
  name: Name,
  stage: Stage<string, Options, Result, unknown, Own>,
  sharing: Sharing<Options, Result>,
) {
  const { command } = stage;
  if (command === undefined) throw new TypeError(`${name} is the shard of a command`);
  const shared = { stage, sharing };
  return defineStage({
    name,
    takes: { ...stage.takes, shard: SHARD } as take.Takes<ShardOptions<Options>>,
    settings: stage.settings,
    ...(stage.looksAtImages === true && { looksAtImages: true }),
    reads: (options: ShardOptions<Options>, known) => stage.reads(options, known),
    writes: (options, { folder, merged }: ShardResult<Result>) =>
      merged === null ? [folder] : stage.writes(options, merged),
    locks: (options) => {
      const { shard } = options;
      const locks = stage.locks?.(options, undefined);
      if (locks === undefined || shard === 'merge') return locks;
      return { folder: partIn(sharing.folder(options), shard), as: `${locks.as} --shard ${nameOf(shard)}` };
    },
    run: (options, context) =>
      options.shard === 'merge'
        ? mergeParts(shared, options, context)
        : makePart(shared, options, options.shard, context),
    command: {
      name: command.name,
      examples: sharing.examples,
      // The README says it once for all of them.
      leaves: '',
      flags: {
        ...(command.flags as Own),
        shard: shardFlag,
      },
      options: (call, flags): ShardOptions<Options> | null => {
        const { shard } = flags as { shard?: string };
        const whole = shard === undefined ? null : command.options(call, flags as never);
        return shard === undefined || whole === null ? null : { ...whole, shard: shardOf(shard) };
      },
    },
  });
}

interface Shared<Options, Result> {
  stage: Stage<string, Options, Result, unknown>;
  sharing: Sharing<Options, Result>;
}

async function makePart<Options extends object, Result>(
  { stage, sharing }: Shared<Options, Result>,
  options: Options,
  shard: Shard,
  context: StageContext,
): Promise<ShardResult<Result>> {
  const folder = partIn(sharing.folder(options), shard);
  const record = join(folder, PART);
  const state = stateOf({ stage, sharing }, options, nameOf(shard));
  const files = sharing.files(options);
  // It vouches for the others, which are replaced before it is written again.
  rmSync(record, { force: true });
  const make = async (into: string): Promise<void> => {
    await sharing.part(options, shard, into, context);
    noteFiles(files, into);
  };
  await replaceFilesTogether(folder, make, { obsolete: [] });
  const made = readdirSync(folder).filter((file) => !file.startsWith('.'));
  const outputs = made.map((file) => join(folder, file));
  writeManifest(record, state, outputs, new FileHashes());
  return { shard: nameOf(shard), folder, merged: null };
}

async function mergeParts<Options extends object, Result>(
  { stage, sharing }: Shared<Options, Result>,
  options: Options,
  context: StageContext,
): Promise<ShardResult<Result>> {
  const folder = sharing.folder(options);
  const [parts, removed] = [join(folder, PARTS), join(folder, REMOVED)];
  const [record, hashes] = [join(folder, MERGED), new FileHashes()];
  rmSync(removed, { recursive: true, force: true });
  const state = stateOf({ stage, sharing }, options, 'merge');
  // Before it is merged: what changes meanwhile is found the next time.
  const files = sharing.files(options);
  const since = inputsOf({ ...asInput(files), ...sharing.since?.(options) }, hashes);
  const whole = { ...state, inputs: [...state.inputs, ...since] };
  const there = partsIn(parts);
  if (there.length === 0) {
    requireMerged(folder, whole, files, hashes);
    const compared = ['settings', ...whole.inputs.map(({ name }) => name), 'results'];
    say(
      context,
      `The parts were merged before. Since then ${and(compared.map((name) => `the ${name}`))} have not changed; of images and files of an export sizes and times were compared.`,
    );
    return { shard: 'merge', folder, merged: null };
  }
  const all = requireAll(parts, there);
  for (const one of all) {
    const own = join(parts, folderOf(one));
    const settings = { ...state.settings, shard: nameOf(one) };
    const check = isUpToDate(join(own, PART), { ...state, settings }, hashes);
    if (check.upToDate) {
      requireSameFiles(files, own, nameOf(one));
      continue;
    }
    throw new DataError('E_SHARDS', `part ${nameOf(one)} cannot be merged: ${check.reason}`, {
      where: own,
      hint: `Give the flags with which the parts were made, or run the same command with --shard ${nameOf(one)} again`,
    });
  }
  const folders = all.map((one) => join(parts, folderOf(one)));
  const merged = await sharing.merge(options, folders, context);
  noteFiles(files, folder);
  writeManifest(record, whole, stage.writes(options, merged), new FileHashes());
  // All at once: of parts that are half removed some would be missing.
  renameSync(parts, removed);
  rmSync(removed, { recursive: true, force: true });
  return { shard: 'merge', folder, merged };
}

/** @throws DataError where there is neither a part to merge nor a result of present inputs. */
function requireMerged(folder: string, state: StageState, files: SharedFiles, hashes: FileHashes): void {
  const record = join(folder, MERGED);
  const check = isUpToDate(record, state, hashes);
  if (check.upToDate) return;
  const why = existsSync(record) ? `, and since all was merged ${check.reason}` : '';
  const other = check.reason === `the ${files.what} changed` ? otherFile(files, folder) : undefined;
  throw new DataError('E_SHARDS', `there is no part to merge${why}`, {
    where: other ?? join(folder, PARTS),
    hint: 'Run the same command with --shard 1/n to --shard n/n first',
  });
}

/** The parts that are there, also those that are not finished. */
function partsIn(folder: string): FoundShard[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .flatMap((name) => {
      const [, number, of] = /^(\d+)-of-(\d+)$/.exec(name) ?? [];
      const isFinished = existsSync(join(folder, name, PART));
      return number === undefined ? [] : [{ number: Number(number), of: Number(of), isFinished }];
    })
    .sort((a, b) => a.number - b.number);
}

/** @throws DataError that names the parts that are missing. */
function requireAll(folder: string, there: readonly FoundShard[]): FoundShard[] {
  const counts = [...new Set(there.map(({ of }) => of))].sort((a, b) => a - b);
  const [of = 0, ...others] = counts;
  if (others.length > 0) {
    throw new DataError(
      'E_SHARDS',
      `there are parts of ${and(counts.map(String))} shares, which cannot be merged together`,
      {
        where: folder,
        hint: 'Wait for shares that still run, and remove the folders of parts that you do not want',
      },
    );
  }
  const missing = Array.from({ length: of }, (_, i) => ({ number: i + 1, of })).filter(
    ({ number }) => !there.some((one) => one.isFinished && one.number === number),
  );
  if (missing.length === 0) return [...there];
  const flags = missing.slice(0, SHOWN).map((one) => `--shard ${nameOf(one)}`);
  const rest = missing.length > SHOWN ? [`${missing.length - SHOWN} more`] : [];
  throw new DataError(
    'E_SHARDS',
    `${missing.length} of ${counted(of, 'part')} ${missing.length === 1 ? 'is' : 'are'} missing`,
    {
      where: folder,
      hint: `Run the same command with ${and([...flags, ...rest])}, then merge again`,
    },
  );
}

/** What a part depends on, and so does what is merged. */
function stateOf<Options extends object, Result>(
  { stage, sharing }: Shared<Options, Result>,
  options: Options,
  shard: string,
): StageState {
  // An import has no configuration.
  const { config } = options as { config?: Config };
  const settings = Object.fromEntries(
    settingKeys(stage.settings).flatMap((key) =>
      config === undefined || WITHOUT_EFFECT.includes(key) ? [] : [[key, settingOf(config, key)]],
    ),
  );
  return {
    stage: stage.name,
    inputs: inputsOf(sharing.alike(options), new FileHashes()),
    settings: { ...settings, ...stage.asked?.(options), shard },
    versions: { radweave: RADWEAVE_VERSION },
  };
}
