import { dirname, join, relative, sep } from 'node:path';
import {
  DataError,
  folderName,
  groupBy,
  type ImportedSlice,
  IssueCollector,
  importFiles,
  type Pseudonym,
  readText,
  replaceFolderAtomic,
  type ToldRow,
  UsageError,
  writeFileAtomic,
  writeImported,
} from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';
import { FileFault } from '../files/fault.ts';
import type { PixelOptions } from '../output/options.ts';
import { StackThreads } from '../output/stack-threads.ts';
import type { Place } from '../output/write-stack.ts';
import { isDecided, OPEN, OUT, type Proposal } from '../series/propose.ts';
import { MASK } from '../series/rules.ts';
import { DoneSeries, doneKey, isOf, WrittenByParts } from './done.ts';
import { removeEmptied } from './emptied.ts';
import type { ImportedPatient } from './patients.ts';
import { writePatients } from './patients-table.ts';

/** Where slices are written, and what pixels become. */
interface Writing {
  readonly output: string;
  readonly records: string;
  readonly pixels: PixelOptions;
}

interface Task {
  proposal: Proposal;
  place: Place;
  /** Relative to the output. */
  folder: string;
  key: string;
}

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
    readonly pseudonyms: readonly Pseudonym[];
    readonly told: readonly ToldRow[];
    readonly threads: number;
    /** Folders of parts that have written them already; null to write them now. */
    readonly parts: readonly string[] | null;
    /** Is told the folders whose slices a stopped import had replaced without a table of them: they are removed. */
    readonly onUnfinished: (folders: readonly string[]) => void;
  },
  onSeries: (done: number, total: number) => void,
): Promise<{ written: number; unchanged: number; slices: ReadonlyMap<Proposal, number> }> {
  const { output, records, pixels, pseudonyms } = options;
  const done = new DoneSeries(records, output);
  requireKnown(done, patients, pseudonyms);
  ownOutput(records, output);
  options.onUnfinished(done.removeBegun());
  const tasks = tasksOf(patients, proposals, pixels);
  const left = tasks.filter(({ proposal, key }) => !done.has(proposal.stack.id, key));
  const parts = options.parts === null ? null : new WrittenByParts(options.parts);
  // Before anything is changed.
  for (const { proposal, key } of left) parts?.find(proposal.stack.id, key);
  const kept = folderOf(patients);
  const leaving = [
    ...proposals
      .filter(({ modality }) => modality === OUT)
      .map((proposal) => ({ proposal, folder: kept(proposal) })),
    ...left,
  ];
  const gone = leaving.flatMap(({ proposal, folder }) =>
    done.of(proposal).filter((one) => one.folder !== folder),
  );
  for (const { folder } of [...left, ...gone]) refuseOtherFiles(done.foreignIn(folder));
  const emptied = gone.map(({ folder }) => folder);
  refuseOtherFiles(
    done.foreignBeside(
      emptied,
      tasks.map(({ folder }) => folder),
    ),
  );
  // All that moves goes first: its place may be that of another series now.
  for (const { proposal, folder } of leaving) done.forget(proposal, folder);
  removeEmptied(output, pseudonyms);
  try {
    await writeAll(left, { ...options, parts }, onSeries, done);
  } finally {
    // Of a series whose replacement failed.
    done.removeBegun();
    removeEmptied(output, pseudonyms);
    const rows = done.all();
    writeImported(importFiles(records).table, rows);
    writePatients(importFiles(records).patients, rows, options.told, pseudonyms);
  }
  const byFolder = groupBy(done.all(), ({ file }) => dirname(file));
  const slices = new Map(
    tasks.map(({ proposal, folder }) => [proposal, byFolder.get(folder)?.length ?? 0] as const),
  );
  return { written: left.length, unchanged: tasks.length - left.length, slices };
}

/** Whether a series is to be written. */
export function isWanted({ modality }: Proposal): boolean {
  return ![OUT, OPEN, MASK].includes(modality);
}

/** Several at once; what is under way when the user stops is finished first. */
async function writeAll(
  tasks: readonly Task[],
  {
    output,
    pixels,
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
      const { proposal, place, folder, key } = tasks[next++] as Task;
      try {
        const rows = await replaceFolderAtomic(join(output, folder), async (into) => {
          const made =
            parts?.take(proposal.stack.id, key, into) ??
            (await threads.write({ proposal, place, to: { folder, into }, pixels }));
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

/** Keeps what somebody else has put where slices are replaced or removed. @throws UsageError. */
function refuseOtherFiles(other: string | null): void {
  if (other === null) return;
  throw new UsageError(
    'E_OTHER_FILE',
    'the import would replace or remove a folder with a file that no import wrote',
    {
      where: other,
      hint: 'Move this file away, or give another data root with --output',
    },
  );
}

/** Records name slices by their places in one data root: those of two would be mixed up. */
function ownOutput(records: string, output: string): void {
  const path = importFiles(records).output;
  const own = relative(records, output).split(sep).join('/');
  const earlier = existsSync(path) ? readText(path).trim() : null;
  if (earlier === null) writeFileAtomic(path, `${own}\n`);
  if (earlier === null || earlier === own) return;
  throw new DataError(
    'E_IMPORT',
    `these records are those of the data root ${join(records, earlier)}, not of ${output}`,
    {
      where: records,
      hint: `Give each data root --records of its own; where the folder was only moved, correct ${path}`,
    },
  );
}

/** A series in whose folder another one lies, or that was another patient's. */
export interface Replacement {
  readonly proposal: Proposal;
  readonly earlier: ImportedSlice;
}

/**
 * Series that would remove the slices of one that is not among these files, or their own under the name of another patient, unless somebody
 * decided that they do.
 */
export function replacements(
  patients: readonly ImportedPatient[],
  proposals: readonly Proposal[],
  { output, records, pixels }: Writing,
): Replacement[] {
  const known = new Set(proposals.map(({ stack, patient }) => `${stack.id} ${patient}`));
  const earlier = [...groupBy(new DoneSeries(records, output).all(), ({ file }) => dirname(file))];
  const inFolder = new Map(earlier);
  const ofSeries = groupBy(earlier, ([, [row]]) => row?.series);
  return tasksOf(patients, proposals, pixels).flatMap(({ proposal, folder }) => {
    if (isDecided(proposal)) return [];
    const moved = ofSeries
      .get(proposal.stack.id)
      ?.find(([, rows]) => isOf(proposal, rows) && rows[0]?.patient !== proposal.patient);
    const [row] = moved?.[1] ?? inFolder.get(folder) ?? [];
    return row === undefined || known.has(`${row.series} ${row.patient}`) ? [] : [{ proposal, earlier: row }];
  });
}

/** Whoever names another folder by --private, or has lost it, would import everybody again. */
function requireKnown(
  done: DoneSeries,
  patients: readonly ImportedPatient[],
  pseudonyms: readonly Pseudonym[],
): void {
  const hospitals = new Set(patients.map(({ hospital }) => hospital));
  const names = new Set(pseudonyms.map(({ pseudonym }) => pseudonym));
  const unknown = done.all().find((row) => hospitals.has(row.hospital) && !names.has(row.patient));
  if (unknown === undefined) return;
  const what = `${unknown.patient} was imported earlier and is not in the table of pseudonyms: patients would come in twice`;
  throw new DataError('E_IMPORT', what, {
    hint: 'Name the folder of that import by --private; if it is lost, import all into new folders',
  });
}

function tasksOf(
  patients: readonly ImportedPatient[],
  proposals: readonly Proposal[],
  pixels: PixelOptions,
): Task[] {
  const [place, folder] = [placeOf(patients), folderOf(patients)];
  return proposals.filter(isWanted).map((proposal) => {
    const own = place(proposal);
    return { proposal, place: own, folder: folder(proposal) ?? '', key: doneKey(proposal, own, pixels) };
  });
}

function placeOf(patients: readonly ImportedPatient[]): (proposal: Proposal) => Place {
  const people = new Map(patients.map((one) => [one.pseudonym, one]));
  return ({ patient }) => {
    const { hospital = '', label = null } = people.get(patient) ?? {};
    return { hospital, label: label ?? '0', patient };
  };
}

/**
 * Where the slices of a series lie, relative to the output. What an earlier import wrote there of a series that nobody asks for this
 * time stays; null for one that is left out for another reason.
 */
export function folderOf(patients: readonly ImportedPatient[]): (proposal: Proposal) => string | null {
  const place = placeOf(patients);
  return (proposal) => {
    const name = proposal.modality === OUT ? proposal.unasked : proposal.modality;
    if (name === undefined) return null;
    const { hospital, label, patient } = place(proposal);
    return `${hospital}/${classFolder(label)}/${patient}/${folderName('modality', name)}`;
  };
}

/** `preprocess` reads the label from the folder: as a number, or by the name of the class. */
function classFolder(label: string): string {
  return /^\d+$/.test(label) ? `grade${Number(label)}` : folderName('class', label);
}
