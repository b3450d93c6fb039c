import { z } from 'zod';
import { writeFileAtomic } from '../atomic.ts';
import { jsonFile, sha256 } from '../json.ts';
import { remarkField } from '../remark-field.ts';

/** Where a method places the patients, in the record's order; or why it cannot. */
const placed = z.union([
  z.object({
    x: z.array(z.number()),
    y: z.array(z.number()),
    axes: z.tuple([z.string(), z.string()]),
    note: z.string(),
  }),
  z.object({ reason: remarkField }),
]);
export type PlacedPatients = z.infer<typeof placed>;

/** Patients placed in the plane by the features of a modality, or of all modalities together. */
const schema = z.object({
  format: z.literal(1),
  /** SHA-256 of all that the places depend on. */
  inputs_sha256: sha256,
  patients: z.array(z.string()),
  pca: placed,
  tsne: placed,
  umap: placed,
});
export type EmbeddingsRecord = z.infer<typeof schema>;

/** Writes where patients are placed, in one line: of many patients it is long. */
export function writeEmbeddings(path: string, record: EmbeddingsRecord): void {
  writeFileAtomic(path, `${JSON.stringify(schema.parse(record))}\n`);
}

export const { read: readEmbeddings } = jsonFile(schema);
