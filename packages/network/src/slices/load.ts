import { dirname, join } from 'node:path';
import {
  type Config,
  DataError,
  explainFileError,
  groupBy,
  isForbidden,
  RadweaveError,
  ResourceError,
  readSplit,
  SPLITS,
  type Split,
  splitFiles,
  splitPath,
} from '@radweave/artifacts';
import { existsSync, mkdirSync, rmSync } from '@radweave/artifacts/files';
import {
  type BuiltStore,
  ImageFault,
  ImageFaults,
  openStore,
  type SliceStore,
  StoreBuilder,
  type StoreShape,
  sortByName,
  storeKey,
} from '@radweave/imaging';
import { counted } from '@radweave/remarks';
import { type SliceRow, SliceTable } from '@radweave/study/cohort/slice-table';
import { noSplit, requireSameSlices } from '@radweave/study/cohort/split-folder';
import { type StageContext, warn } from '@radweave/study/context/events';
import type { SlicePixels } from './slice-pixels.ts';
import { storePixels } from './store-pixels.ts';

/** One split of one modality that is to be decoded, and who is told of it. */
export interface SliceSet {
  data: Config['data'];
  split: Split;
  modality: string;
  table: SliceTable;
  context: StageContext;
}

/** One split of one modality, ready to be made into batches. */
export interface LoadedSplit {
  table: SliceTable;
  pixels: SlicePixels;
  /** Frees the file handle. */
  close(): void;
}

/**
 * Reads `{split}_{modality}.csv` into a table.
 *
 * @throws UsageError when there is no such file; DataError when it is not a split file.
 */
export function readSliceTable(data: Config['data'], split: Split, modality: string): SliceTable {
  const path = splitPath(data.splits_dir, split, modality);
  if (!existsSync(path)) throw noSplit(data.splits_dir, split, modality);
  const repeated: SliceRow[] = [];
  const rootDir = data.root_dir ?? undefined;
  const rows = readSplit(path, { rootDir, onRepeated: (slice) => repeated.push(slice) });
  return new SliceTable(rows, repeated);
}

/**
 * Looks whether the images of all sets are there, before the first is decoded and computed with.
 *
 * @throws DataError as {@link decodeSplit}.
 */
export async function requireImages(
  modality: string,
  tables: Readonly<Record<Split, SliceTable>>,
): Promise<void> {
  for (const split of SPLITS) {
    try {
      await storeKey(tables[split].rows.map(({ path }) => path));
    } catch (error) {
      throw error instanceof ImageFaults ? asDataError(error, split, modality) : error;
    }
  }
}

/** What decodes, with as many threads as the configuration says. Whoever makes it closes it. */
export function storeBuilder({ num_workers }: Config['data']): StoreBuilder {
  return new StoreBuilder(num_workers === 0 ? undefined : num_workers);
}

/**
 * Decodes a split's slices into a store beside the split files, which later runs reuse while the images stay the same,
 * and opens it. A store that was damaged since is made again.
 *
 * @throws DataError listing the images that cannot be used; ResourceError where the store cannot be written.
 */
export async function decodeSplit(set: SliceSet): Promise<LoadedSplit> {
  const builder = storeBuilder(set.data);
  try {
    return await decodeWith(builder, set);
  } finally {
    await builder.close();
  }
}

/** {@link decodeSplit} by a builder that serves several sets. */
export async function decodeWith(builder: StoreBuilder, set: SliceSet): Promise<LoadedSplit> {
  const { data, split, modality, table, context } = set;
  warnOfMasks(set);
  warnOfRepeated(set);
  const { image_size: side, resize } = data;
  if (table.length === 0) return { table, pixels: noPixels(side), close: () => undefined };
  const file = join(splitFiles(data.splits_dir).decoded, `${split}_${modality}.slices`);
  const task = `decoding ${split} slices of ${modality}`;
  const paths = table.rows.map((row) => row.path);
  const shape: StoreShape = { width: side, height: side, resize };
  const build = (): Promise<BuiltStore> =>
    builder.build(paths, file, shape, (done, total) => context.emit({ kind: 'progress', task, done, total }));
  try {
    mkdirSync(dirname(file), { recursive: true });
    const store = checked(await soundStore(build, file, context), set);
    return { table, pixels: storePixels(store), close: () => store.close() };
  } catch (error) {
    if (error instanceof ImageFaults) throw asDataError(error, split, modality);
    throw besideSplits(explainFileError(error, undefined, file));
  }
}

/** A store of an earlier run is read once as a whole: it may have been damaged since. */
async function soundStore(
  build: () => Promise<BuiltStore>,
  file: string,
  context: StageContext,
): Promise<SliceStore> {
  const { key, reused } = await build();
  const store = openStore(file, key);
  if (!reused) return store;
  try {
    store.verify();
    return store;
  } catch (error) {
    store.close();
    if (!(error instanceof ImageFault)) throw error;
    warn(context, `The decoded slices in ${file} are damaged; they are decoded again from the images.`);
    rmSync(file);
    return openStore(file, (await build()).key);
  }
}

/** Closes a store of other images than those that `preprocess` saw; tells of images that it would have told of. */
function checked(store: SliceStore, set: SliceSet): SliceStore {
  const { data, split, modality, table } = set;
  try {
    const hashes = store.contentHashes();
    if (!requireSameSlices(data.splits_dir, split, modality, table.rows, hashes)) warnOfFewGrays(store, set);
    return store;
  } catch (error) {
    store.close();
    throw error;
  }
}

/** Decoded slices lie beside the split files, wherever the outputs go: another output folder is not a solution. */
function besideSplits(error: unknown): unknown {
  if (!isForbidden(error) || !(error instanceof RadweaveError) || error.code !== 'E_NOT_WRITABLE')
    return error;
  return new ResourceError('E_NOT_WRITABLE', 'decoded slices cannot be kept beside the split files', {
    where: error.where,
    hint: 'Make this folder writable, or copy the split files into another folder and name it with --splits_dir',
    cause: error,
  });
}

function asDataError(faults: ImageFaults, split: Split, modality: string): DataError {
  return new DataError('E_IMAGES', `${split} slices of ${modality} cannot be used: ${faults.message}`, {
    cause: faults,
  });
}

function noPixels(side: number): SlicePixels {
  return { width: side, height: side, bitDepth: 8, read: () => new Uint8Array(0) };
}

/** A split file is the user's word, also where it lists masks: that is a warning and no more. */
function warnOfMasks({ table, split, modality, context }: SliceSet): void {
  const folders = groupBy(
    table.rows.map(({ path }) => path),
    (path) => dirname(path),
  );
  const masks = [...folders.values()].flatMap((files) => sortByName(files).masks);
  if (masks.length === 0) return;
  warn(
    context,
    `Slices of ${modality} in ${split} named like masks or labels: ${masks.length}, such as ${masks[0]}`,
  );
}

/** `preprocess` leaves masks out and names blank slices; a split of the user's own may list both under any name. */
function warnOfFewGrays(store: SliceStore, { table, split, modality, context }: SliceSet): void {
  const { rows } = table;
  const tell = (found: readonly number[], like: string, then: string): void => {
    const [first] = found;
    if (first === undefined) return;
    const many = `${found.length} of ${counted(rows.length, 'slice')}`;
    warn(
      context,
      `Slices of ${modality} in ${split} with ${like}: ${many}, such as ${rows[first]?.path}; ${then}`,
    );
  };
  tell(
    store.twoValued(),
    'two gray values only, as masks have',
    'take them out of the split file if they are masks',
  );
  tell(store.blank(), 'one gray value only', 'they show nothing and are used like any other');
}

function warnOfRepeated({ table: { repeated }, split, modality, context }: SliceSet): void {
  if (repeated.length === 0) return;
  const again = `${counted(repeated.length, 'row')} of slices that it lists already, such as ${repeated[0]?.path}`;
  warn(context, `The split file of ${modality} in ${split} has ${again}; each slice counts once.`);
}
