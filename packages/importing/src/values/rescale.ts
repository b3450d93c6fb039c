import type { Dataset } from '../dicom/dataset.ts';
import { TAG } from '../dicom/tags.ts';
import { FileFault } from '../files/fault.ts';
import type { Samples } from '../pixels/samples.ts';

/** Values in the unit of the modality, such as HU, of a frame's samples. */
export type Values = Float32Array;

/**
 * Makes values of samples: by the table of the file where it has one, else by slope and intercept.
 *
 * @throws FileFault when the table is damaged.
 */
export function rescaled(
  samples: Samples,
  dataset: Dataset,
  { slope, intercept }: { slope: number; intercept: number },
): Values {
  const [table] = dataset.items(TAG.modalityTable);
  if (table !== undefined) return looked(samples, table);
  const values = new Float32Array(samples.length);
  for (let i = 0; i < values.length; i++) values[i] = (samples[i] as number) * slope + intercept;
  return values;
}

/** PS3.3, C.11.1: what is below the first value of a table or above its last has that of the end. */
function looked(samples: Samples, table: Dataset): Values {
  const [declared = 0, , bits = 16] = table.shorts(TAG.tableDescriptor);
  // The first value is signed where the samples are.
  const isSigned = samples instanceof Int16Array || samples instanceof Int8Array;
  const [, first = 0] = isSigned
    ? table.signedShorts(TAG.tableDescriptor)
    : table.shorts(TAG.tableDescriptor);
  const entries = tableEntries(table, TAG.tableData, declared === 0 ? 65_536 : declared, bits);
  const values = new Float32Array(samples.length);
  const last = entries.length - 1;
  for (let i = 0; i < values.length; i++) {
    const at = Math.min(last, Math.max(0, (samples[i] as number) - first));
    values[i] = entries[at] as number;
  }
  return values;
}

/** The entries of a table, which may be bytes, or bytes in words. @throws FileFault when there are too few. */
export function tableEntries(dataset: Dataset, tag: number, count: number, bits: number): number[] {
  const words = dataset.shorts(tag);
  if (words.length >= count) return words.slice(0, count);
  const bytes = dataset.value(tag);
  if (bits <= 8 && bytes !== undefined && bytes.length >= count) return [...bytes.subarray(0, count)];
  throw new FileFault(`values of a table: ${words.length} instead of ${count}`);
}
