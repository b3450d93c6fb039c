import {
  type FileHashes,
  type FolderLock,
  lockFolders,
  requireWritable,
  type SettingName,
  whileLocked,
} from '@radweave/artifacts';
import type { WorkName } from '@radweave/network/compute/workload';
import { type StageContext, say } from '@radweave/study/context/events';
import type { Findings } from '../verify/findings.ts';
import type { RepeatedStep } from '../verify/recorded.ts';
import type { CommandPart, Flags } from './command.ts';
import type { JobPart } from './job-part.ts';
import type { Reads } from './reads.ts';
import type { Takes } from './taken.ts';

/** The folder that a stage writes into, which no other process may write into meanwhile. */
export interface Locks {
  folder: string;
  /** What is running, for whoever finds the folder locked. */
  as: string;
  /** A folder whose files must stay as they are meanwhile. */
  reads?: string;
  /** How the user names `folder`, where it is to be said first that it may not be written. */
  flag?: string;
}

/** What a whole job knows when it asks for what a stage reads. */
export interface Known {
  hashes: FileHashes;
  /** Run of each modality's network. */
  runs: Readonly<Record<string, string>>;
}

/** All that is to be said of a stage. */
export interface StageParts<Name extends string, Options, Result, Opened, Own extends Flags> {
  readonly name: Name;
  /** Its options, for a script. */
  readonly takes: NoInfer<Takes<Options>>;
  /** The settings that its result depends on, and the places it writes to: a change of any other does not run it again. */
  readonly settings: readonly SettingName[];
  /** The work whose precision its result depends on, if any: what `auto` means is settled for each. */
  readonly precisionOf?: WorkName['purpose'];
  /** Whether it looks at the images below `data.root_dir`: those of a store are brought here first. */
  readonly looksAtImages?: true;
  /** What is asked for besides the configuration, as far as the result depends on it. */
  asked?(options: Options): Readonly<Record<string, unknown>>;
  /** The files, folders and parts of them that its result depends on. */
  reads(options: Options, known: Known): Reads;
  /** The files and folders that it leaves. */
  writes(options: Options, result: Result): readonly string[];
  /** Looks at what is to be known before the folder is locked, such as the name of a run. */
  open?(options: Options, context: StageContext): Promise<Opened>;
  /** Nothing for a stage that writes single files only, or none. */
  locks?(options: Options, opened: Opened): Locks | undefined;
  /** Tells whoever waits for the result that its folder is locked or cannot be written. */
  refused?(options: Options, error: unknown): Promise<void>;
  /** What it does. Its code is imported here: other stages are declared without it. */
  run(options: Options, context: StageContext, opened: Opened): Promise<Result>;
  /** Does it again from what a run has saved, in a temporary folder, and compares: for `verify`. */
  again?(findings: Findings, saved: RepeatedStep, temporary: string, context: StageContext): Promise<void>;
  readonly job?: JobPart<Options>;
  readonly command?: CommandPart<Options, Own, SomeStage>;
}

/** A stage: what is said of it, and a function that opens, locks, runs and releases. */
export interface Stage<Name extends string, Options, Result, Opened, Own extends Flags = Flags>
  extends StageParts<Name, Options, Result, Opened, Own> {
  (options: Options, context: StageContext): Promise<Result>;
}

type PartsOfAny = StageParts<string, never, unknown, unknown, Flags>;

export interface SomeStage extends Omit<PartsOfAny, 'takes' | 'job' | 'command'> {
  (options: never, context: StageContext): Promise<unknown>;
  readonly takes: Takes<Readonly<Record<string, unknown>>>;
  readonly job?: JobPart<unknown>;
  readonly command?: CommandPart<unknown, Flags, SomeStage>;
}

export function defineStage<const Name extends string, Options, Result, Opened, Own extends Flags>(
  parts: StageParts<Name, Options, Result, Opened, Own>,
): Stage<Name, Options, Result, Opened, Own> {
  const perform = async (options: Options, context: StageContext): Promise<Result> => {
    // Without `open` nobody asks for it.
    const opened = (await parts.open?.(options, context)) as Opened;
    const locks = parts.locks?.(options, opened);
    if (locks === undefined) return await parts.run(options, context, opened);
    let lock: FolderLock;
    try {
      lock = take(locks, context);
    } catch (error) {
      await parts.refused?.(options, error);
      throw error;
    }
    return await whileLocked(lock, () => parts.run(options, context, opened));
  };
  const { name, ...rest } = parts;
  Object.defineProperty(perform, 'name', { value: name });
  return Object.assign(perform, rest) as Stage<Name, Options, Result, Opened, Own>;
}

function take({ folder, as, reads, flag }: Locks, context: StageContext): FolderLock {
  if (flag !== undefined) requireWritable(folder, flag);
  const folders = { read: reads === undefined ? [] : [reads], write: [folder] };
  return lockFolders(folders, as, { say: (text) => say(context, text) });
}
