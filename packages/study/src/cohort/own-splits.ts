import {
  type CohortPatient,
  type Config,
  compareText,
  DataError,
  readPatientKeys,
  readSplit,
  type SliceRecord,
  SPLITS,
  type Split,
  slicesHash,
  splitPath,
} from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';

/** What a split file says of a slice. */
export interface PlacedSlice {
  patient: string;
  hospital: string;
  label: number;
  labelName?: string | undefined;
  split: Split;
  modality: string;
  /** The split file. */
  file: string;
}

/** A {@link PlacedSlice} and where its image lies. */
type OwnSlice = PlacedSlice & Pick<SliceRecord, 'path'>;

/** Patients read from the split files, for cohorts without `cohort.csv`. */
export interface OwnCohort {
  patients: CohortPatient[];
  homeHospital: string;
  files: string[];
  /** Of slices by their names, see {@link SlicesIdentities}; undefined for a file that was not read. */
  namesHash: (split: Split, modality: string) => string | undefined;
}

/**
 * Reads the patients from the split files of researchers who divided them in another way than by `preprocess`.
 *
 * @returns null when there is no split file at all.
 * @throws DataError for a patient who is not the same in every file, and for a label or its name that is not.
 */
export function readOwnCohort(
  { splits_dir, root_dir }: Pick<Config['data'], 'splits_dir' | 'root_dir'>,
  modalities: readonly string[],
): OwnCohort | null {
  const places = SPLITS.flatMap((split) =>
    modalities.map((modality) => ({ split, modality, file: splitPath(splits_dir, split, modality) })),
  ).filter(({ file }) => existsSync(file));
  if (places.length === 0) return null;
  const keys = readPatientKeys(splits_dir);
  const options = { rootDir: root_dir ?? undefined, allowConflicts: true, keys };
  const slices = places.flatMap((place) =>
    readSplit(place.file, options).map((slice): OwnSlice => ({ ...slice, ...place })),
  );
  const { patients, conflict } = patientsOf(slices);
  if (conflict !== null) throw conflict;
  requireOneName(slices);
  const home = patients.filter(({ split }) => split !== 'test').map(({ hospital }) => hospital);
  return {
    patients,
    homeHospital: [...new Set(home)].sort().join(', '),
    files: places.map(({ file }) => file),
    namesHash: (split, modality) => {
      if (!places.some((place) => place.split === split && place.modality === modality)) return undefined;
      const own = slices.filter((slice) => slice.split === split && slice.modality === modality);
      const named = own
        .map((slice) => ({ ...slice, pixels: '' }))
        .sort((a, b) => compareText(a.path, b.path));
      return `names:${slicesHash(named)}`;
    },
  };
}

/** A label with two names, or a name with two labels, would turn the classes of one set round. */
function requireOneName(slices: readonly PlacedSlice[]): void {
  const told = new Map<string, string>();
  for (const { label, labelName, file } of slices) {
    if (labelName === undefined) continue;
    const name = `'${labelName.normalize('NFC')}'`;
    const pair = `label ${label} is ${name}`;
    for (const side of [`label ${label}`, name]) {
      const before = told.get(side) ?? pair;
      told.set(side, before);
      if (before === pair) continue;
      throw new DataError('E_SPLIT_CONFLICT', `${pair} here, but ${before} elsewhere in the split files`, {
        where: file,
        hint: 'Give each label one number and one name in the columns label and label_name of all split files',
      });
    }
  }
}

/** The patients of slices, with the first contradiction among what is said of one. */
export function patientsOf(slices: readonly PlacedSlice[]): {
  patients: CohortPatient[];
  conflict: DataError | null;
} {
  const patients = new Map<string, CohortPatient>();
  let conflict: DataError | null = null;
  for (const slice of slices) {
    const { patient, hospital, label, labelName, split, modality, file } = slice;
    const name = labelName === undefined ? {} : { label_name: labelName };
    const key = patient.normalize('NFC');
    const known = patients.get(key) ?? { patient, hospital, label, ...name, split, slices: {} };
    if (told(known) !== told(slice)) {
      conflict ??= new DataError(
        'E_SPLIT_CONFLICT',
        `patient ${patient} is ${told(slice)} here, but ${told(known)} elsewhere in the split files`,
        { where: file, hint: 'Run radweave audit, which lists every such patient, and fix the split files' },
      );
    }
    const count = (known.slices[modality] ?? 0) + 1;
    patients.set(key, { ...known, slices: { ...known.slices, [modality]: count } });
  }
  return { patients: [...patients.values()], conflict };
}

function told({ split, hospital, label }: Pick<PlacedSlice, 'split' | 'hospital' | 'label'>): string {
  return `${split}, ${hospital}, label ${label}`;
}
