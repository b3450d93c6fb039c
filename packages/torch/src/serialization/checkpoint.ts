import { type CheckpointFormat, detectFormat } from './detect.ts';
import { FileReader } from './file-reader.ts';
import { readSafetensorsFrom } from './safetensors.ts';
import { readTorchLegacy } from './torch-legacy.ts';
import { readTorchZip } from './torch-zip.ts';

/** What a checkpoint of any format holds. */
export interface Checkpoint {
  format: CheckpointFormat;
  /** As `readTorchFile` gives it; for safetensors a `Map` of name → `StoredTensor`. */
  value: unknown;
  /** Full names of the Python classes whose objects were skipped unbuilt: they are `PyOpaque` in the value. */
  skipped: string[];
  /** Texts of a safetensors header; empty for torch. */
  metadata: Record<string, string>;
}

/**
 * Reads a `.pth`, `.pt`, `.bin` or `.safetensors` file; the content decides, not the name.
 *
 * @throws CheckpointError for anything else, saying what the file is as far as that can be told.
 */
export async function readCheckpoint(path: string): Promise<Checkpoint> {
  return FileReader.use(path, async (file) => {
    const format = await detectFormat(file);
    if (format === 'safetensors') {
      const { tensors, metadata } = await readSafetensorsFrom(file);
      return { format, value: tensors, skipped: [], metadata };
    }
    const read = format === 'torch' ? await readTorchZip(file) : await readTorchLegacy(file);
    return { format, ...read, metadata: {} };
  });
}
