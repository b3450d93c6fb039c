import { dirname, join, relative, sep } from 'node:path';
import {
  DataError,
  folderName,
  type ImportedSlice,
  importFiles,
  type Pseudonym,
  readText,
  replaceFolderAtomic,
  type ToldRow,
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
import { grouped } from '../series/stack.ts';
import { DoneSeries, doneKey } from './done.ts';
import type { ImportedPatient } from './patients.ts';
import { writePatients } from './patients-table.ts';

/** Where slices are written, and what pixels become. */
interface Writing {
  readonly output: string;
  readonly records: string;
  readonly pixels: PixelOptions;
}

/** A series that is written, where and as what. */
interface Task {
  proposal: Proposal;
  place: Place;
  /** Relative to the output. */
  folder: string;
  key: string;
}

/**
 * Writes the series that are named, unless they are written already, and takes away what is not wanted any more.
 *
 * @returns also how many slices there are now of each series.
 * @param onSeries Called before each series; what it throws ends the work between two of them.
 * @throws DataError `E_IMPORT` when a series cannot be decoded, or patients would come in a second time under new pseudonyms.
 */
export async function writeSeries(
  patients: readonly ImportedPatient[],
  proposals: readonly Proposal[],
  options: Writing & {
    readonly pseudonyms: readonly Pseudonym[];
    readonly told: readonly ToldRow[];
    readonly threads: number;
  },
  onSeries: (done: number, total: number) => void,
): Promise<{ written: number; unchanged: number; slices: ReadonlyMap<string, number> }> {
  const { output, records, pixels, pseudonyms } = options;
  const done = new DoneSeries(records, output);
  requireKnown(done, patients, pseudonyms);
  ownOutput(records, output);
  const tasks = tasksOf(patients, proposals, pixels);
  const left = tasks.filter(({ proposal, key }) => !done.has(proposal.stack.id, key));
  // All that moves goes first: its place may be that of another series now.
  for (const { stack } of proposals.filter(({ modality }) => modality === OUT)) done.forget(stack.id);
  for (const { proposal, folder } of left) done.forget(proposal.stack.id, folder);
  await writeAll(left, options, onSeries, done);
  const rows = done.all();
  writeImported(importFiles(records).table, rows);
  writePatients(importFiles(records).patients, rows, options.told, pseudonyms);
  const slices = new Map(
    grouped(rows, ({ series }) => series).map((own) => [own[0]?.series ?? '', own.length]),
  );
  return { written: left.length, unchanged: tasks.length - left.length, slices };
}

/** Several at once; what is under way when one fails, or the user stops, is finished first. */
async function writeAll(
  tasks: readonly Task[],
  { output, pixels, threads: size }: Writing & { readonly threads: number },
  onSeries: (done: number, total: number) => void,
  done: DoneSeries,
): Promise<void> {
  const threads = new StackThreads(tasks.length < 2 ? 1 : size);
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < tasks.length) {
      onSeries(next, tasks.length);
      const { proposal, place, folder, key } = tasks[next++] as Task;
      const rows = await writeFolder(join(output, folder), proposal, (into) =>
        threads.write({ proposal, place, to: { folder, into }, pixels }),
      );
      done.add(proposal.stack.id, key, rows);
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

/** A series in whose folder another one lies. */
export interface Replacement {
  readonly proposal: Proposal;
  readonly earlier: ImportedSlice;
}

/** Series that would remove the slices of one that is not among these files, unless somebody decided that they do. */
export function replacements(
  patients: readonly ImportedPatient[],
  proposals: readonly Proposal[],
  { output, records, pixels }: Writing,
): Replacement[] {
  const known = new Set(proposals.map(({ stack }) => stack.id));
  const firstOf = new Map(new DoneSeries(records, output).all().map((row) => [dirname(row.file), row]));
  return tasksOf(patients, proposals, pixels).flatMap(({ proposal, folder }) => {
    const earlier = firstOf.get(folder);
    if (earlier === undefined || known.has(earlier.series) || isDecided(proposal)) return [];
    return [{ proposal, earlier }];
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
  const people = new Map(patients.map((one) => [one.pseudonym, one]));
  return proposals
    .filter(({ modality }) => ![OUT, OPEN, MASK].includes(modality))
    .map((proposal) => {
      const { patient } = proposal;
      const { hospital = '', label = null } = people.get(patient) ?? {};
      const place = { hospital, label: label ?? '0', patient };
      const modality = folderName('modality', proposal.modality);
      const folder = `${hospital}/${classFolder(place.label)}/${patient}/${modality}`;
      return { proposal, place, folder, key: doneKey(proposal, place, pixels) };
    });
}

/** `preprocess` reads the label from the folder: as a number, or by the name of the class. */
function classFolder(label: string): string {
  return /^\d+$/.test(label) ? `grade${Number(label)}` : folderName('class', label);
}

/** A series that cannot be written stops the import: left out without a word it would be missing in every table. */
async function writeFolder<T>(
  path: string,
  { patient, stack, facts }: Proposal,
  fill: (into: string) => Promise<T>,
): Promise<T> {
  try {
    return await replaceFolderAtomic(path, fill);
  } catch (error) {
    if (!(error instanceof FileFault)) throw error;
    const what = `series ${stack.id} '${facts.description}' of ${patient} cannot be written: ${error.message}`;
    throw new DataError('E_IMPORT', what, {
      where: error.path ?? dirname(stack.images[0]?.path ?? ''),
      hint: `Repair the files, or exclude the series by a decision in mapping.yaml: "${stack.id}": "-"`,
      cause: error,
    });
  }
}
