import { tableFile } from '../csv.ts';
import { patientId, type RowOf, remarkText, required, text } from '../csv-columns.ts';

/** A patient left out of the cohort. */
const exclusionColumns = {
  patient: patientId,
  hospital: text,
  /** Short code such as `missing_modality`, for counting. */
  reason: required,
  /** For people: which modality, which other hospital. */
  detail: remarkText,
};
export type Exclusion = RowOf<typeof exclusionColumns>;

/** An image that could not be used. */
const rejectedColumns = {
  image_path: required,
  patient: { ...patientId, ...text },
  hospital: text,
  modality: text,
  reason: required,
};
export type RejectedImage = RowOf<typeof rejectedColumns>;

/** `exclusions.csv`. */
export const { read: readExclusions, write: writeExclusions } = tableFile(exclusionColumns);

/** `rejected.csv`. */
export const { read: readRejected, write: writeRejected } = tableFile(rejectedColumns);
