import { z } from 'zod';
import { readJson, recordOf, writeJson } from '../json.ts';
import { alignedFiles } from '../layout.ts';

/** `aligned/aligned.json`: what the aligned tables were made from, so that stale ones are found out. */
const schema = z.object({
  format: z.literal(1),
  /** SHA-256 (hex) by modality: of the feature table and of the feature set beside it. */
  sources: recordOf(z.object({ table_sha256: z.string(), set_sha256: z.string() })),
});
export type AlignmentRecord = z.infer<typeof schema>;

/** Writes what the aligned tables of a folder were made from. */
export function writeAlignmentRecord(folder: string, record: AlignmentRecord): void {
  writeJson(alignedFiles(folder).record, schema.parse(record));
}

/** Reads what the aligned tables of a folder were made from. @throws DataError as `readJson`. */
export function readAlignmentRecord(folder: string): AlignmentRecord {
  return readJson(alignedFiles(folder).record, schema);
}
