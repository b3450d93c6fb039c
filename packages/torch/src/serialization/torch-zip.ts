import { CheckpointError } from './errors.ts';
import type { FileReader } from './file-reader.ts';
import { StorageTable, type TorchValue } from './storage-table.ts';
import { ZipReader } from './zip-reader.ts';

const LARGEST_PICKLE = 256 * 1024 * 1024;

/** Reads torch's zip format (1.6 and later): `<folder>/data.pkl` with one record per storage in `<folder>/data/`. */
export async function readTorchZip(file: FileReader): Promise<TorchValue> {
  const zip = await ZipReader.open(file);
  const folder = findFolder(file, zip);
  const order = zip.entries.get(`${folder}byteorder`);
  if (order !== undefined && Buffer.from(await zip.read(order)).toString('latin1') !== 'little') {
    const problem = 'was written on a big-endian machine, whose byte order is not read here';
    throw new CheckpointError(
      file.path,
      `${problem}; load and save it again with Python on a common machine`,
    );
  }
  const entry = zip.entries.get(`${folder}data.pkl`);
  if (entry === undefined) throw new CheckpointError(file.path, 'has no data.pkl');
  if (entry.size > LARGEST_PICKLE) {
    throw new CheckpointError(file.path, `has a pickle of ${entry.size} bytes; save long lists as tensors`);
  }
  const pickle = await zip.read(entry);
  const table = new StorageTable(file.path, file.size);
  table.scan(pickle);
  for (const storage of table.storages.values()) {
    const record = zip.entries.get(`${folder}data/${storage.key}`);
    if (record === undefined) {
      throw new CheckpointError(file.path, `is damaged: storage "${storage.key}" is missing`);
    }
    if (record.size !== storage.byteLength) {
      const problem = `storage "${storage.key}" has ${record.size} bytes, not ${storage.byteLength}`;
      throw new CheckpointError(file.path, `is damaged: ${problem}`);
    }
    storage.bytes = await zip.read(record);
  }
  return table.build(pickle);
}

/** The top folder, named after the file that Python saved; ends in a slash. */
function findFolder(file: FileReader, zip: ZipReader): string {
  const names = [...zip.entries.keys()];
  const folder = names.find((name) => /^[^/]+\/data\.pkl$/.test(name))?.replace(/data\.pkl$/, '');
  if (folder === undefined) {
    throw new CheckpointError(file.path, 'is a zip archive, but not one that torch.save wrote (no data.pkl)');
  }
  if (names.some((name) => name === `${folder}constants.pkl` || name.startsWith(`${folder}code/`))) {
    throw new CheckpointError(
      file.path,
      'is a TorchScript program (torch.jit.save), which holds code and is not run here. In Python save its ' +
        'weights: torch.save(torch.jit.load(path).state_dict(), new_path)',
    );
  }
  return folder;
}
