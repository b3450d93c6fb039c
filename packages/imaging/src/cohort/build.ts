import { closeSync, ftruncateSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { crc32 } from '@radweave/checksum';
import { sweepLeftovers, temporaryName } from '@radweave/native/temporary';
import { type FaultRecord, ImageFault, ImageFaults } from '../fault.ts';
import type { SliceShape } from '../slice.ts';
import { sizeFault, writeAll } from '../slices/fill.ts';
import { type StoreShape, storeKey } from '../store/key.ts';
import {
  encodeHeader,
  STORE_VERSION,
  type StoreHeader,
  StoreTable,
  storeBytes,
  tableOffset,
} from '../store/layout.ts';
import { openStore } from '../store/open.ts';
import { type PoolOptions, runPool } from '../threads/pool.ts';

export interface StoreOptions extends PoolOptions, StoreShape {}

/** `reused`: the file was there already, for these very images. */
export interface BuiltStore {
  readonly key: string;
  readonly reused: boolean;
}

/**
 * Makes sure that `file` is the store of the slices `paths`, in that order, decoding them if need be. The file
 * appears whole or not at all; several runs may build it at once.
 *
 * @throws ImageFaults with every bad image: nothing is written then.
 * @throws ImageFault `STORE_STALE` when images change meanwhile.
 */
export async function buildStore(
  paths: readonly string[],
  file: string,
  options: StoreOptions = {},
): Promise<BuiltStore> {
  const key = await storeKey(paths, options, options.signal);
  if (isStoreOf(file, key)) return { key, reused: true };
  const shape = await commonShape(paths, options);
  sweepLeftovers(dirname(file));
  const temporary = temporaryName(file, 'tmp');
  try {
    await writeStore(paths, temporary, { ...shape, key }, options);
    if ((await storeKey(paths, options, options.signal)) !== key) throw changedMeanwhile(file);
    publish(temporary, file, key);
  } finally {
    rmSync(temporary, { force: true });
  }
  return { key, reused: false };
}

/** One size and depth for all slices: 16-bit as soon as one is. */
async function commonShape(paths: readonly string[], options: StoreOptions): Promise<SliceShape> {
  const faults: FaultRecord[] = [];
  let bitDepth: 8 | 16 = 8;
  let { width, height } = options;
  let i = 0;
  const pool = { threads: options.threads, signal: options.signal };
  for await (const shapes of runPool<'shape'>(paths, (batch) => ({ kind: 'shape', paths: batch }), pool)) {
    for (const shape of shapes) {
      const path = paths[i++] ?? '';
      if ('fault' in shape) {
        faults.push(shape.fault);
        continue;
      }
      width ??= shape.width;
      height ??= shape.height;
      if (shape.bitDepth === 16) bitDepth = 16;
      const fault = sizeFault(path, shape, { width, height }, options.resize ?? false);
      if (fault !== null) faults.push(fault.record());
    }
  }
  if (faults.length > 0) throw new ImageFaults(faults);
  if (width === undefined || height === undefined) throw new RangeError('a slice store needs slices');
  return { width, height, bitDepth };
}

async function writeStore(
  paths: readonly string[],
  temporary: string,
  shape: SliceShape & { readonly key: string },
  options: StoreOptions,
): Promise<void> {
  const { width, height, bitDepth } = shape;
  const resize = options.resize ?? false;
  const draft: StoreHeader = { version: STORE_VERSION, ...shape, count: paths.length, tableCrc: 0 };
  const file = openSync(temporary, 'wx');
  try {
    ftruncateSync(file, storeBytes(draft));
    const table = new StoreTable(paths.length);
    const faults: FaultRecord[] = [];
    let i = 0;
    const results = runPool<'fill'>(
      paths,
      (batch, first) => ({
        kind: 'fill',
        paths: batch,
        file: temporary,
        first,
        width,
        height,
        bitDepth,
        resize,
      }),
      options,
    );
    for await (const batch of results) {
      for (const { fault, ...filled } of batch) {
        if (fault !== undefined) faults.push(fault);
        else if ('crc' in filled) table.set(i, filled);
        i++;
      }
    }
    if (faults.length > 0) throw new ImageFaults(faults);
    writeAll(file, table.bytes, tableOffset(draft));
    // Not flushed to the disk, which takes longer than decoding: what a crash leaves torn its checksums show, and it is made again.
    writeAll(file, encodeHeader({ ...draft, tableCrc: crc32(table.bytes) }), 0);
  } finally {
    closeSync(file);
  }
}

/** Windows refuses to replace a file that another run has open; that is no loss if it is the same store. */
function publish(temporary: string, file: string, key: string): void {
  try {
    renameSync(temporary, file);
  } catch (error) {
    if (!isStoreOf(file, key)) throw error;
  }
}

function isStoreOf(file: string, key: string): boolean {
  try {
    openStore(file, key).close();
    return true;
  } catch (error) {
    if (error instanceof ImageFault) return false;
    throw error;
  }
}

const changedMeanwhile = (where: string): ImageFault =>
  new ImageFault(
    'STORE_STALE',
    'images changed while the slice store was made from them',
    where,
    'Run again when the images no longer change',
  );
