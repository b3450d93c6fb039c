import { type FileWriter, writeAtomically } from './atomic-file.ts';
import { pickle } from './pickler.ts';
import { planStorages } from './storage-plan.ts';
import type { StoredTensor } from './stored-tensor.ts';
import { ZipWriter } from './zip-writer.ts';

/** Version of the zip format that torch writes. */
const FORMAT_VERSION = '3\n';

/**
 * Writes a value so that Python opens it with `torch.load(path)`, also with `weights_only=True`. Equal values give
 * equal bytes. Tensors whose data overlap in memory share a storage in the file. The file appears whole or not at all.
 *
 * @param value tensors, containers and plain values; how each is written: see `pickle`.
 * @throws TypeError for values a checkpoint cannot hold.
 */
export async function writeTorchFile(path: string, value: unknown): Promise<void> {
  const records = torchRecords(value);
  await writeAtomically(path, (out) => writeRecords(out, records));
}

/** A part of a torch file: its name in the archive, and what it holds. */
export interface TorchRecord {
  readonly name: string;
  readonly data: Uint8Array;
}

/** What {@link writeTorchFile} writes, in its order; the tensors' own memory, not copies. @throws TypeError as there. */
export function torchRecords(value: unknown): TorchRecord[] {
  const tensors: StoredTensor[] = [];
  pickle(value, (tensor) => {
    tensors.push(tensor);
    return { key: '', count: 0, offset: 0 };
  });
  const { storages, places } = planStorages(tensors);
  const data = pickle(value, (tensor) => {
    const place = places.get(tensor);
    if (place === undefined) throw new TypeError('cannot save a value that changes while it is written');
    return place;
  });

  return [
    { name: 'archive/data.pkl', data },
    { name: 'archive/byteorder', data: Buffer.from('little') },
    ...storages.map((storage) => ({ name: `archive/data/${storage.key}`, data: storage.data })),
    { name: 'archive/version', data: Buffer.from(FORMAT_VERSION) },
  ];
}

export async function writeRecords(out: FileWriter, records: readonly TorchRecord[]): Promise<void> {
  const zip = new ZipWriter(out);
  for (const { name, data } of records) await zip.add(name, data);
  await zip.finish();
}
