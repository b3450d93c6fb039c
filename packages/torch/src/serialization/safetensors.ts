import { writeAtomically } from './atomic-file.ts';
import { CheckpointError } from './errors.ts';
import type { FileReader } from './file-reader.ts';
import { layOut, longestHeader, parseHeader } from './safetensors-header.ts';
import { StoredTensor } from './stored-tensor.ts';

const LENGTH_BYTES = 8;

/**
 * Reads a safetensors file, each tensor into memory of its own, in the order of their bytes.
 *
 * @throws CheckpointError when it breaks the format.
 */
export async function readSafetensors(file: FileReader): Promise<Map<string, StoredTensor>> {
  const length = await file.read(0, LENGTH_BYTES);
  const headerBytes = Number(new DataView(length.buffer).getBigUint64(0, true));
  const longest = longestHeader(file.size);
  if (headerBytes > longest) {
    const problem = `its header would have ${headerBytes} bytes, where a file of its size has at most ${Math.floor(longest)}`;
    throw new CheckpointError(file.path, `is not a safetensors file: ${problem}`);
  }
  const header = await file.read(LENGTH_BYTES, headerBytes);
  const start = LENGTH_BYTES + headerBytes;
  const tensors = new Map<string, StoredTensor>();
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(header);
    for (const { name, dtype, shape, begin, end } of parseHeader(text, file.size - start)) {
      const data = await file.read(start + begin, end - begin);
      tensors.set(name, new StoredTensor({ dtype, shape, data }));
    }
    return tensors;
  } catch (error) {
    // RangeErrors and TypeErrors (text that is not UTF-8) are about the header, which does not know the file.
    if (!(error instanceof RangeError || error instanceof TypeError)) throw error;
    throw new CheckpointError(file.path, `is not a valid safetensors file: ${error.message}`, {
      cause: error,
    });
  }
}

/**
 * Writes a safetensors file with the bytes the reference implementation would write. Tensors that share memory are
 * written once each, for the format knows no sharing. The file appears whole or not at all.
 *
 * @throws TypeError for an element type or a name the format cannot hold.
 */
export async function writeSafetensors(
  path: string,
  tensors: ReadonlyMap<string, StoredTensor>,
): Promise<void> {
  const { header, order } = layOut(tensors);
  await writeAtomically(path, async (out) => {
    const length = new DataView(new ArrayBuffer(LENGTH_BYTES));
    length.setBigUint64(0, BigInt(header.byteLength), true);
    await out.write(new Uint8Array(length.buffer));
    await out.write(header);
    for (const tensor of order) await out.write(tensor.data);
  });
}
