import { dirname, join } from 'node:path';
import {
  DataError,
  groupBy,
  IssueCollector,
  importFiles,
  type Mapping,
  type Pseudonym,
  replaceFolderAtomic,
  type ToldRow,
  writeImported,
} from '@radweave/artifacts';
import { FileFault } from '../files/fault.ts';
import type { PixelOptions } from '../output/options.ts';
import { StackThreads } from '../output/stack-threads.ts';
import type { Place } from '../output/write-stack.ts';
import type { Proposal } from '../series/propose.ts';
import { DoneSeries, doneKey, WrittenByParts } from './done.ts';
import { goneNow } from './earlier.ts';
import { removeEmptied } from './emptied.ts';
import { ownOutput, refuseOtherFiles, requireKnown } from './guards.ts';
import type { ImportedPatient } from './patients.ts';
import { writePatients } from './patients-table.ts';
import { folderOf, isWanted, placeOf } from './places.ts';
import type { Sources } from './sources.ts';

/** Where slices are written, and what pixels become. */
interface Writing {
  readonly output: string;
  readonly records: string;
  readonly pixels: PixelOptions;
  readonly sources: Sources;
}

interface Task {
  proposal: Proposal;
  place: Place;
  /** Relative to the output. */
  folder: string;
  /** Reads all files of the series that nobody has read before. */
  key: () => string;
}

/** Series that are written again as they are made of something else now, and those of which nobody knows what they were made of. */
export type WrittenAgain = Readonly<Record<'changed' | 'untold', readonly Proposal[]>>;

/**
 * Writes the series that are named, unless they are written already, and takes away what is not wanted any more. However it ends,
 * the tables are those of the slices that are there.
 *
 * @returns also how many slices there are now of each series.
 * @param onSeries Called before each series; what it throws ends the work between two of them.
 * @throws DataError `E_IMPORT` with all series that cannot be written, or when patients would come in a second time under new pseudonyms.
 */
export async function writeSeries(
  patients: readonly ImportedPatient[],
  proposals: readonly Proposal[],
  options: Writing & {
    readonly decisions: Mapping['decisions'];
    readonly pseudonyms: readonly Pseudonym[];
    readonly told: readonly ToldRow[];
    readonly threads: number;
    /** Folders of parts that have written them already; null to write them now. */
    readonly parts: readonly string[] | null;
    /** Is told the folders whose slices a stopped import had put there without a table of them: they are removed. */
    readonly onUnfinished: (folders: readonly string[]) => void;
    /** Is told them before they are written. */
    readonly onAgain: (again: WrittenAgain) => void;
  },
  onSeries: (done: number, total: number) => void,
): Promise<{ written: number; changed: number; unchanged: number; slices: ReadonlyMap<Proposal, number> }> {
  const { output, records, sources, pseudonyms } = options;
  const done = new DoneSeries(records, output, proposals);
  requireKnown(done, patients, pseudonyms);
  ownOutput(records, output);
  options.onUnfinished(done.removeBegun());
  const tasks = tasksOf(patients, proposals, options);
  const left = tasks.filter(({ proposal, key }) => !done.has(proposal, key));
  const again = writtenAgain(left, done);
  const parts = options.parts === null ? null : new WrittenByParts(options.parts);
  // Before anything is changed.
  for (const { proposal, key } of left) parts?.find(proposal.stack.id, key());
  const gone = goneNow(done, patients, proposals, options.decisions);
  for (const { folder } of [...left, ...gone]) refuseOtherFiles(done.foreignIn(folder));
  const emptied = gone.map(({ folder }) => folder);
  refuseOtherFiles(
    done.foreignBeside(
      emptied,
      tasks.map(({ folder }) => folder),
    ),
  );
  // All that moves goes first: its place may be that of another series now.
  for (const one of gone) done.forget(one);
  removeEmptied(output, pseudonyms);
  options.onAgain(again);
  try {
    await writeAll(left, { ...options, parts }, onSeries, done);
  } finally {
    // Of a series whose replacement failed.
    done.removeBegun();
    sources.save();
    removeEmptied(output, pseudonyms);
    const rows = done.all();
    writeImported(importFiles(records).table, rows);
    writePatients(importFiles(records).patients, rows, options.told, pseudonyms);
  }
  const byFolder = groupBy(done.all(), ({ file }) => dirname(file));
  const slices = new Map(
    tasks.map(({ proposal, folder }) => [proposal, byFolder.get(folder)?.length ?? 0] as const),
  );
  return {
    written: left.length,
    changed: again.changed.length,
    unchanged: tasks.length - left.length,
    slices,
  };
}

function writtenAgain(tasks: readonly Task[], done: DoneSeries): WrittenAgain {
  const reasons = groupBy(tasks, ({ proposal, key }) => done.reasonAgain(proposal, key));
  const of = (reason: keyof WrittenAgain): Proposal[] =>
    (reasons.get(reason) ?? []).map(({ proposal }) => proposal);
  return { changed: of('changed'), untold: of('untold') };
}

/** Several at once; what is under way when the user stops is finished first. */
async function writeAll(
  tasks: readonly Task[],
  {
    output,
    pixels,
    sources,
    threads: size,
    parts,
  }: Writing & { readonly threads: number; readonly parts: WrittenByParts | null },
  onSeries: (done: number, total: number) => void,
  done: DoneSeries,
): Promise<void> {
  const threads = new StackThreads(tasks.length < 2 || parts !== null ? 1 : size);
  const faults = new IssueCollector();
  let example: string | undefined;
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < tasks.length) {
      onSeries(next, tasks.length);
      const { proposal, place, folder, key: keyNow } = tasks[next++] as Task;
      try {
        // Just before they are decoded: what is read now stays in the memory of the system until then.
        const key = keyNow();
        const rows = await replaceFolderAtomic(join(output, folder), async (into) => {
          const made =
            parts?.take(proposal.stack.id, key, into) ??
            (await threads.write({ proposal, place, to: { folder, into }, pixels }));
          sources.requireStill(proposal);
          done.begin(folder);
          return made;
        });
        done.add(proposal.stack.id, key, rows);
      } catch (error) {
        if (!(error instanceof FileFault)) throw error;
        addFault(faults, proposal, error);
        example ??= proposal.stack.id;
      }
    }
  };
  const stop = (error: unknown): void => {
    next = tasks.length;
    throw error;
  };
  const ends = await Promise.allSettled(Array.from({ length: threads.size }, () => work().catch(stop)));
  await threads.close();
  const failed = ends.find((end) => end.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  faults.throwIfErrors(
    'not all series can be written',
    DataError,
    `Repair the files, or exclude these series by decisions in mapping.yaml, such as "${example}": "-"; all others are written`,
  );
}

/** Left out without a word a series would be missing in every table. */
function addFault(faults: IssueCollector, { patient, stack, facts }: Proposal, error: FileFault): void {
  const what = `series ${stack.id} '${facts.description}' of ${patient}: ${error.message}`;
  faults.error('E_IMPORT', what, error.path ?? dirname(stack.images[0]?.path ?? ''));
}

function tasksOf(
  patients: readonly ImportedPatient[],
  proposals: readonly Proposal[],
  { pixels, sources }: Pick<Writing, 'pixels' | 'sources'>,
): Task[] {
  const [place, folder] = [placeOf(patients), folderOf(patients)];
  return proposals.filter(isWanted).map((proposal) => {
    const own = place(proposal);
    const key = (): string => doneKey(proposal, own, pixels, sources.of(proposal));
    return { proposal, place: own, folder: folder(proposal) ?? '', key };
  });
}
