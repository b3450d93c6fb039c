import { basename, dirname, join, resolve, sep } from 'node:path';
import {
  compareText,
  DataError,
  hashValue,
  type ImportedSlice,
  importFiles,
  isLeftBySystem,
  readImported,
  readText,
  writeFileAtomic,
  writeImported,
} from '@radweave/artifacts';
import { existsSync, readdirSync, readFileSync, rmSync } from '@radweave/artifacts/files';
import type { PixelOptions } from '../output/options.ts';
import type { Place } from '../output/write-stack.ts';
import { isDecided, OUT, type Proposal } from '../series/propose.ts';
import type { Stack } from '../series/stack.ts';

export interface Written {
  /** Of its table. */
  readonly path: string;
  /** Relative to the output. */
  readonly folder: string;
  readonly rows: readonly ImportedSlice[];
  /** What it was made of; null where an older version wrote it, which did not say it. */
  readonly source: string | null;
}

/**
 * What was written of each series: a table named by the series and hashes of all that it depends on. It is written when the
 * slices are in their place, so what was interrupted has none and is done again.
 */
export class DoneSeries {
  readonly #folder: string;
  readonly #output: string;
  readonly #tables = new Map<string, Written>();
  /** By the series and by its first image, also those that are forgotten. */
  readonly #byMark = new Map<string, Written[]>();
  readonly #here: ReadonlySet<string>;

  /** @param here All series among the files. */
  constructor(records: string, output: string, here: readonly Proposal[] = []) {
    this.#here = new Set(here.map(({ stack, patient }) => nameOf(stack.id, patient)));
    this.#folder = importFiles(records).done;
    this.#output = output;
    for (const path of filesIn(this.#folder, '.csv')) {
      const rows = readImported(path);
      requireWithin(output, rows[0]?.file ?? '', path);
      this.#remember(path, rows);
    }
  }

  /**
   * Whether a series was written as it would be written now.
   *
   * @param key Asked for only where something was written of the series: all its files may have to be read for it.
   */
  has(proposal: Proposal, key: () => string): boolean {
    const rows = this.of(proposal).length === 0 ? [] : (this.rowsOf(proposal.stack.id, key()) ?? []);
    return rows.length > 0 && rows.every(({ file }) => existsSync(join(this.#output, file)));
  }

  /** What was written of a series: a folder and its slices for each place that it has had, also under another patient. */
  of(proposal: Proposal): Written[] {
    const { id, images } = proposal.stack;
    const marks = [id, ...images.map(({ instance }) => instance)];
    const likely = new Set(marks.flatMap((mark) => this.#byMark.get(mark) ?? []));
    return [...likely].filter((one) => this.#tables.get(one.path) === one && this.#isOf(proposal, one.rows));
  }

  /** Whoever corrects a PatientID makes another series, of another patient, of the same images. */
  #isOf(proposal: Proposal, rows: readonly ImportedSlice[]): boolean {
    const { stack, patient, modality } = proposal;
    const [[image], [row]] = [stack.images, rows];
    if (row === undefined || image === undefined) return false;
    if (row.patient === patient) return row.series === stack.id;
    const keepsEarlier = modality === OUT && isDecided(proposal);
    const isStudy = image.source.kind !== 'dicom' || image.study === row.study;
    if (keepsEarlier || !isStudy || this.#isHere(row)) return false;
    const instances = new Set(stack.images.map(({ instance }) => instance));
    const isImage = (one: ImportedSlice): boolean => instances.has(one.instance);
    // Two hospitals may have given theirs one UID: then no image is the same.
    return row.series === stack.id ? rows.some(isImage) : rows.every(isImage);
  }

  #isHere({ series, patient }: ImportedSlice): boolean {
    return this.#here.has(nameOf(series, patient));
  }

  /** What was written of series that are not among the files. */
  notHere(): Written[] {
    return [...this.#tables.values()].filter(({ rows: [row] }) => row !== undefined && !this.#isHere(row));
  }

  /** Why a series is to be written again: it is made of something else now, or nobody knows what it was made of; null for neither. */
  reasonAgain(proposal: Proposal, key: () => string): 'changed' | 'untold' | null {
    const sources = this.of(proposal).map(({ source }) => source);
    if (sources.length === 0) return null;
    if (sources.includes(null)) return 'untold';
    return sources.includes(sourceIn(this.#path(proposal.stack.id, key()))) ? null : 'changed';
  }

  /** Forgets what was written of a series, and removes its slices. */
  forget({ path, folder }: Written): void {
    rmSync(join(this.#output, folder), { recursive: true, force: true });
    this.#drop(path);
  }

  /** A file in a folder that no import wrote; null without one. What the system leaves counts as none. */
  foreignIn(folder: string): string | null {
    const path = join(this.#output, folder);
    if (!existsSync(path)) return null;
    const tables = [...this.#tables.values()].filter((one) => one.folder === folder);
    const own = new Set(tables.flatMap(({ rows }) => rows.map(({ file }) => basename(file))));
    const other = readdirSync(path).find((name) => !own.has(name) && !isLeftBySystem(name));
    return other === undefined ? null : join(path, other);
  }

  /**
   * Removes the folders that an import was writing when it ended: their slices may be those of other settings than all others, and
   * no table tells of them.
   *
   * @returns the folders.
   */
  removeBegun(): string[] {
    return filesIn(this.#folder, BEGUN).map((path) => {
      const folder = readText(path);
      requireWithin(this.#output, join(folder, '-'), path);
      rmSync(join(this.#output, folder), { recursive: true, force: true });
      rmSync(path);
      return folder;
    });
  }

  /**
   * What no import wrote in the folder of a patient, beside the modalities, where all of them go; null without. It would stay, and
   * count as the patient.
   */
  foreignBeside(gone: readonly string[], coming: readonly string[]): string | null {
    const known = [...this.#tables.values()].map(({ folder }) => folder);
    const staying = [...coming, ...known.filter((folder) => !gone.includes(folder))];
    const kept = new Set(staying.map((folder) => dirname(folder)));
    for (const above of new Set(gone.map((folder) => dirname(folder)))) {
      const path = join(this.#output, above);
      if (kept.has(above) || !existsSync(path)) continue;
      const other = readdirSync(path).find(
        (name) => !gone.includes(`${above}/${name}`) && !isLeftBySystem(name),
      );
      if (other !== undefined) return join(path, other);
    }
    return null;
  }

  /** Forgets what was written into a folder, whose slices are replaced now. */
  begin(folder: string): void {
    writeFileAtomic(this.#begunPath(folder), folder);
    for (const [path, one] of this.#tables) if (one.folder === folder) this.#drop(path);
  }

  /** Remembers what was written into a folder. */
  add(series: string, key: string, rows: readonly ImportedSlice[]): void {
    const path = this.#path(series, key);
    writeImported(path, rows);
    const folder = dirname(rows[0]?.file ?? '');
    rmSync(this.#begunPath(folder), { force: true });
    this.#remember(path, rows);
  }

  /** The rows of every series that was ever imported into these folders. */
  all(): ImportedSlice[] {
    const paths = [...this.#tables.keys()].sort(compareText);
    return paths.flatMap((path) => this.#tables.get(path)?.rows ?? []);
  }

  /** What was written of a series as it would be written now. */
  rowsOf(series: string, key: string): readonly ImportedSlice[] | undefined {
    return this.#tables.get(this.#path(series, key))?.rows;
  }

  #remember(path: string, rows: readonly ImportedSlice[]): void {
    const [row] = rows;
    const one = { path, folder: dirname(row?.file ?? ''), rows, source: sourceIn(path) };
    this.#tables.set(path, one);
    for (const mark of row === undefined ? [] : [row.series, row.instance])
      this.#byMark.set(mark, [...(this.#byMark.get(mark) ?? []), one]);
  }

  #drop(path: string): void {
    rmSync(path, { force: true });
    this.#tables.delete(path);
  }

  #begunPath(folder: string): string {
    return join(this.#folder, `${hashValue(folder).slice(0, 16)}${BEGUN}`);
  }

  #path(series: string, key: string): string {
    return join(this.#folder, `${series}_${key}.csv`);
  }
}

/** Series that shares of an import have written, each into its own folder, with the tables of what was done beside them. */
export class WrittenByParts {
  readonly #parts: readonly { readonly folder: string; readonly done: DoneSeries }[];

  constructor(parts: readonly string[]) {
    this.#parts = parts.map((folder) => ({ folder, done: new DoneSeries(folder, folder) }));
  }

  /** Copies the slices of a series. */
  take(series: string, key: string, into: string): ImportedSlice[] {
    const { folder, rows } = this.find(series, key);
    for (const { file } of rows)
      writeFileAtomic(join(into, basename(file)), readFileSync(join(folder, file)));
    return [...rows];
  }

  /** The part that has a series. @throws DataError where none has it. */
  find(series: string, key: string): { folder: string; rows: readonly ImportedSlice[] } {
    for (const { folder, done } of this.#parts) {
      const rows = done.rowsOf(series, key);
      if (rows !== undefined) return { folder, rows };
    }
    throw new DataError('E_SHARDS', `no part has series ${series} as it would be written now`, {
      hint: 'The files, mapping.yaml or the pseudonyms have changed since the parts were made: run all shares again',
    });
  }
}

/** A table may come from somebody else, and the folders that it names are removed. */
function requireWithin(output: string, file: string, table: string): void {
  const root = resolve(output);
  if (file === '' || resolve(root, dirname(file)).startsWith(`${root}${sep}`)) return;
  throw new DataError(
    'E_IMPORT',
    `a table of imported slices names a file outside of the data root: ${file}`,
    {
      where: table,
      hint: 'Remove the table: its series is then written again',
    },
  );
}

/** Of a series of a patient: two hospitals may have given theirs one UID. */
function nameOf(series: string, patient: string): string {
  return JSON.stringify([series, patient]);
}

/** Ending of the file that names a folder while it is replaced. */
const BEGUN = '.begun';

function filesIn(folder: string, ending: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(ending))
    .map((name) => join(folder, name));
}

/** What a table says, by its name, that its series was made of. */
function sourceIn(path: string): string | null {
  return basename(path, '.csv').split('_')[2] ?? null;
}

/** Raised where the same files are to give other slices: those that an older version wrote are then written again. */
const METHOD = 2;

/**
 * What the slices of a series depend on: a hash of which images, whose, for which modality, made how; and what they are made of, as a
 * file may keep its UID and get another content.
 */
export function doneKey(
  { stack, modality, because, mask }: Proposal,
  place: Place,
  options: PixelOptions,
  source: string,
): string {
  const slices = stack.slices.map(({ image, frame }) => [image.instance, frame.index]);
  const outline = mask === null ? {} : { mask: mask.instance };
  const all = { method: METHOD, slices, modality, because, place, options, ...outline, ...wishesOf(stack) };
  return `${hashValue(all).slice(0, 12)}_${source}`;
}

/** What the user says of NIfTI files that others say themselves: how they are cut, and what their values mean. */
function wishesOf({ images: [image] }: Stack): object {
  return image?.source.kind === 'nifti' ? { plane: image.source.plane, type: image.facts.type } : {};
}
