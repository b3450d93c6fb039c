import { createHash } from 'node:crypto';
import { readHeader, readTable, writeTable } from '../csv.ts';
import { type Columns, count, oneOf, patientId, type RowOf, required } from '../csv-columns.ts';
import { DataError } from '../errors.ts';
import { hasColumn } from '../find-columns.ts';
import { compareText } from '../natural.ts';
import { SPLITS } from '../split.ts';

const patientColumns = {
  patient: patientId,
  hospital: required,
  label: count,
  split: oneOf(...SPLITS),
};

export interface CohortPatient extends RowOf<typeof patientColumns> {
  /** What the label is called, where it has a name. */
  readonly label_name?: string | undefined;
  readonly slices: Readonly<Record<string, number>>;
}

const PREFIX = 'slices_';

type CohortRow = RowOf<typeof patientColumns> & { label_name?: string } & Record<`slices_${string}`, number>;

function cohortColumns(modalities: readonly string[], areNamed: boolean): Columns<CohortRow> {
  const { patient, hospital, label, split } = patientColumns;
  const slices = Object.fromEntries(modalities.map((modality) => [`${PREFIX}${modality}`, count]));
  const name = areNamed ? { label_name: required } : {};
  return { patient, hospital, label, ...name, split, ...slices } as Columns<CohortRow>;
}

/**
 * Writes `cohort.csv`: `patient_id,hospital,label,split` and a column `slices_{modality}` for each modality; behind the label
 * `label_name`, where labels have names.
 */
export function writeCohort(
  path: string,
  patients: readonly CohortPatient[],
  modalities: readonly string[],
): void {
  const areNamed = patients.some(({ label_name }) => label_name !== undefined);
  const rows = patients.map(({ slices, ...patient }): CohortRow => {
    const counts = Object.fromEntries(
      modalities.map((modality) => [`${PREFIX}${modality}`, slices[modality] ?? 0]),
    );
    return { ...patient, ...counts } as CohortRow;
  });
  writeTable(path, cohortColumns(modalities, areNamed), rows);
}

/**
 * Reads `cohort.csv`.
 *
 * @throws DataError as {@link readTable}, and `E_CSV_COLUMNS` when it has no `slices_…` column.
 */
export function readCohort(path: string): { patients: CohortPatient[]; modalities: string[] } {
  const header = readHeader(path);
  const modalities = header
    .filter((name) => name.startsWith(PREFIX))
    .map((name) => name.slice(PREFIX.length));
  if (modalities.length === 0) {
    throw new DataError('E_CSV_COLUMNS', 'no column slices_{modality} is there', {
      where: path,
      hint: 'Run preprocess again',
    });
  }
  const patients = readTable(path, cohortColumns(modalities, hasColumn(header, ['label_name']))).map(
    (row) => ({
      patient: row.patient,
      hospital: row.hospital,
      label: row.label,
      ...(row.label_name === undefined ? {} : { label_name: row.label_name }),
      split: row.split,
      slices: Object.fromEntries(modalities.map((modality) => [modality, row[`${PREFIX}${modality}`] ?? 0])),
    }),
  );
  return { patients, modalities };
}

/**
 * Identity of a split: SHA-256 (hex) over the sorted lines of patient, hospital, label and set. Independent of order,
 * platform and file paths; names are compared in Unicode form NFC because macOS hands out NFD.
 */
export function splitHash(
  cohort: readonly Pick<CohortPatient, 'patient' | 'hospital' | 'label' | 'split'>[],
): string {
  const lines = cohort.map(({ patient, hospital, label, split }) =>
    JSON.stringify([patient.normalize('NFC'), hospital.normalize('NFC'), label, split]),
  );
  return createHash('sha256').update(lines.sort(compareText).join('\n')).digest('hex');
}

/** Who was in which set when something was made. Empty, or left out, where its record does not say. */
export interface SplitIdentity {
  /** Of everybody, see {@link splitHash}. */
  split_hash: string;
  /** Of the training and validation patients, on whom a network is fitted and its epoch chosen; earlier versions wrote none. */
  fitted_on_hash?: string | undefined;
}

export function identityOf(cohort: Parameters<typeof splitHash>[0]): Required<SplitIdentity> {
  const fittedOn = cohort.filter(({ split }) => split !== 'test');
  return { split_hash: splitHash(cohort), fitted_on_hash: splitHash(fittedOn) };
}

/** Whether two networks are of the same training and validation patients, whoever they were tested on. */
export function isSameFit(a: SplitIdentity, b: SplitIdentity): boolean {
  const [one, other] = [a.fitted_on_hash, b.fitted_on_hash];
  return one === undefined || other === undefined ? a.split_hash === b.split_hash : one === other;
}
