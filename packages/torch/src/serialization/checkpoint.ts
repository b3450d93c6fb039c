import { type CheckpointFormat, detectFormat } from './detect.ts';
import { FileReader } from './file-reader.ts';
import { readSafetensors } from './safetensors.ts';
import { readTorchLegacy } from './torch-legacy.ts';
import { readTorchZip } from './torch-zip.ts';

export interface Checkpoint {
  format: CheckpointFormat;
  /**
   * Of torch: dict → `Map`, OrderedDict → `OrderedDict` (a Map), list → array, tuple → `PyTuple` (an array), tensor →
   * `StoredTensor`, int and float → number (bigint beyond 2^53), None → null, bytes → Uint8Array, an object of any other
   * class → `PyOpaque`, skipped unbuilt. Of safetensors: a `Map` of name → `StoredTensor`.
   */
  value: unknown;
  /** Full names of the Python classes whose objects were skipped unbuilt: they are `PyOpaque` in the value. */
  skipped: string[];
}

/**
 * Reads a `.pth`, `.pt`, `.bin` or `.safetensors` file, without running anything in it; the content decides, not the name.
 *
 * @throws CheckpointError for anything else, saying what the file is as far as that can be told; UnsafePickleError when it holds
 *   nothing but an object of a class that is not built.
 */
export async function readCheckpoint(path: string): Promise<Checkpoint> {
  return FileReader.use(path, async (file) => {
    const format = await detectFormat(file);
    if (format === 'safetensors') return { format, value: await readSafetensors(file), skipped: [] };
    return { format, ...(await (format === 'torch' ? readTorchZip(file) : readTorchLegacy(file))) };
  });
}
