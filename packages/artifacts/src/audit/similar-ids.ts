import { tableFile } from '../csv.ts';
import { count, oneOf, patientId, type RowOf, required } from '../csv-columns.ts';

/** A patient whose ID is like those of others. */
const columns = {
  /** The same number for patients who are alike. */
  group: count,
  /** `written`: but for case, separators and zero padding; `suffix`: but for a last part; `hospitals`: of several hospitals. */
  alike: oneOf('written', 'suffix', 'hospitals'),
  patient: patientId,
  hospital: required,
  /** What the hospital calls the patient. */
  id: required,
  /** The sets, with blanks between. */
  splits: required,
};
export type AlikeId = RowOf<typeof columns>;

/** `similar_ids.csv`. */
export const { read: readAlikeIds, write: writeAlikeIds } = tableFile(columns);
