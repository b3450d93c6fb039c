import {
  DataError,
  importFiles,
  isSamePlace,
  locatedFromOutput,
  type Pseudonym,
  readText,
  relativeToOutput,
  UsageError,
  writeFileAtomic,
} from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';
import type { DoneSeries } from './done.ts';
import type { ImportedPatient } from './patients.ts';

/** Keeps what somebody else has put where slices are replaced or removed. @throws UsageError. */
export function refuseOtherFiles(other: string | null): void {
  if (other === null) return;
  throw new UsageError(
    'E_OTHER_FILE',
    'the import would replace or remove a folder with a file that no import wrote',
    {
      where: other,
      hint: 'Move this file away, or give another data root with --output',
    },
  );
}

/** Records name slices by their places in one data root: those of two would be mixed up. */
export function ownOutput(records: string, output: string): void {
  const path = importFiles(records).output;
  if (!existsSync(path)) writeFileAtomic(path, `${relativeToOutput(records, output)}\n`);
  const earlier = locatedFromOutput(records, readText(path).trim());
  if (isSamePlace(earlier, output)) return;
  throw new DataError('E_IMPORT', `these records are those of the data root ${earlier}, not of ${output}`, {
    where: records,
    hint: `Give each data root --records of its own; where the folder was only moved, correct ${path}`,
  });
}

/** Whoever names another folder by --private, or has lost it, would import everybody again. */
export function requireKnown(
  done: DoneSeries,
  patients: readonly ImportedPatient[],
  pseudonyms: readonly Pseudonym[],
): void {
  const hospitals = new Set(patients.map(({ hospital }) => hospital));
  const names = new Set(pseudonyms.map(({ pseudonym }) => pseudonym));
  const unknown = done.all().find((row) => hospitals.has(row.hospital) && !names.has(row.patient));
  if (unknown === undefined) return;
  const what = `${unknown.patient} was imported earlier and is not in the table of pseudonyms: patients would come in twice`;
  throw new DataError('E_IMPORT', what, {
    hint: 'Name the folder of that import by --private; if it is lost, import all into new folders',
  });
}
