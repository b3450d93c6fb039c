import { readHeader } from '../csv.ts';
import { type Columns, count, patientId, type RowOf, required } from '../csv-columns.ts';
import { hasColumn } from '../find-columns.ts';
import { parseSlicePath, type SlicePlace } from './slice-path.ts';

/** What every split file has. */
export const sliceColumns = { image_path: required, label: count };

/** What it has where paths do not tell it. */
export const personColumns = { label_name: required, patient_id: patientId, hospital: required };

/** A row of `{split}_{modality}.csv`, as on disk. */
export type SplitRow = RowOf<typeof sliceColumns> & Partial<RowOf<typeof personColumns>>;

export function columnsIn(path: string): Columns<SplitRow> {
  const header = readHeader(path);
  const { label_name, ...who } = personColumns;
  return {
    ...sliceColumns,
    ...(hasColumn(header, ['label_name']) ? { label_name } : {}),
    ...(hasColumn(header, ['patient_id', 'patient']) && hasColumn(header, ['hospital']) ? who : {}),
  } as Columns<SplitRow>;
}

export interface Person {
  id: string;
  hospital: string;
  place: SlicePlace | undefined;
}

/** Whose slice a row is, by its columns or else its path, in Unicode form NFC: macOS hands out NFD; undefined where neither says it. */
export function personIn(row: SplitRow): Person | undefined {
  const place = parseSlicePath(row.image_path);
  const { patient_id: id = place?.patient, hospital = place?.hospital } = row;
  if (id === undefined || hospital === undefined) return undefined;
  return { id: id.normalize('NFC'), hospital: hospital.normalize('NFC'), place };
}
