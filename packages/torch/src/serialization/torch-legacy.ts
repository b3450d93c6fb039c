import { CheckpointError } from './errors.ts';
import type { FileReader } from './file-reader.ts';
import { TruncatedPickleError } from './pickle-cursor.ts';
import { StorageTable, type TorchValue } from './storage-table.ts';

const MAGIC_NUMBER = 0x1950a86a20f9469cfc6cn;
const PROTOCOL_VERSION = 1001;
const FIRST_READ = 4 * 1024 * 1024;
const LARGEST_HEAD = 256 * 1024 * 1024;

interface Head {
  bytes: Uint8Array;
  /** Where the pickle of the value starts. */
  start: number;
  table: StorageTable;
  /** Storage keys in the order of their bytes. */
  keys: string[];
  /** Where the storages start. */
  end: number;
}

/**
 * Reads torch's format before 1.6 (`_use_new_zipfile_serialization=False`): the pickles of a magic number, a
 * version, system facts, the value and the storage keys, then each storage as its element count and its bytes.
 */
export async function readTorchLegacy(file: FileReader): Promise<TorchValue> {
  const { bytes, start, table, keys, end } = await readHead(file);
  let position = end;
  for (const key of keys) {
    const storage = table.storages.get(key);
    if (storage === undefined) throw damaged(file, `storage "${key}" belongs to no tensor`);
    const length = await file.read(position, 8);
    const count = new DataView(length.buffer).getBigUint64(0, true);
    if (count !== BigInt(storage.count)) {
      throw damaged(file, `storage "${key}" has ${count} elements, not ${storage.count}`);
    }
    storage.bytes = await file.read(position + 8, storage.byteLength);
    position += 8 + storage.byteLength;
  }
  for (const storage of table.storages.values()) {
    if (storage.bytes === undefined) throw damaged(file, `storage "${storage.key}" is missing`);
  }
  return table.build(bytes, start);
}

/** Nothing says how long the pickles are: reads the beginning, and more of it while they are cut off. */
async function readHead(file: FileReader): Promise<Head> {
  for (let length = FIRST_READ; ; length *= 4) {
    const bytes = await file.read(0, Math.min(length, file.size));
    try {
      return parseHead(file, bytes);
    } catch (error) {
      const more = bytes.byteLength < Math.min(file.size, LARGEST_HEAD);
      if (!(error instanceof TruncatedPickleError) || !more) throw error;
    }
  }
}

function parseHead(file: FileReader, bytes: Uint8Array): Head {
  const table = new StorageTable(file.path, file.size);
  const magic = table.scan(bytes);
  if (magic.value !== MAGIC_NUMBER) {
    throw new CheckpointError(
      file.path,
      'is a Python pickle that torch.save did not write (joblib, sklearn, pickle.dump?); only torch checkpoints ' +
        'are read. In Python save the tensors with torch.save',
    );
  }
  const version = table.scan(bytes, magic.end);
  if (version.value !== PROTOCOL_VERSION) throw damaged(file, `unknown protocol version ${version.value}`);
  const system = table.scan(bytes, version.end);
  if (!(system.value instanceof Map)) throw damaged(file, 'its system facts are missing');
  if (system.value.get('little_endian') === false) {
    throw new CheckpointError(
      file.path,
      'was written on a big-endian machine, whose byte order is not read here',
    );
  }
  const value = table.scan(bytes, system.end);
  const keys = table.scan(bytes, value.end);
  if (!Array.isArray(keys.value) || !keys.value.every((key) => typeof key === 'string')) {
    throw damaged(file, 'its list of storages is missing');
  }
  return { bytes, start: system.end, table, keys: keys.value, end: keys.end };
}

function damaged(file: FileReader, what: string): CheckpointError {
  return new CheckpointError(file.path, `is damaged: ${what}`);
}
