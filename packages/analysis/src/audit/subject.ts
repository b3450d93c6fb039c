import {
  type CohortPatient,
  type Config,
  DataError,
  groupBy,
  type KeyedPatient,
  type PatientKeys,
  readCohort,
  readPatientKeys,
  readSplit,
  type SliceRecord,
  SPLIT_FILES,
  SPLITS,
  type Split,
  type SplitSummary,
  splitFiles,
  splitHash,
  splitPath,
  splitSummaryIn,
} from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';
import { patientsOf } from '@radweave/study/cohort/own-splits';
import { KnownPatients } from '@radweave/study/cohort/patient-hash';
import { noSplit, requireInSplit, requireSplit } from '@radweave/study/cohort/split-folder';

/** A slice that a split file lists; its patient's key in Unicode form NFC. */
export interface AuditedSlice extends SliceRecord {
  split: Split;
  /** The split file. */
  file: string;
}

/** What one file says of a patient. */
export interface Placement {
  /** In Unicode form NFC. */
  patient: string;
  hospital: string;
  label: number;
  split: Split;
  /** A modality, or `cohort.csv`. */
  source: string;
}

/** The division of the patients as it is now, however wrong. */
export interface AuditSubject {
  config: Config;
  modalities: readonly string[];
  /** Run by modality; the newest on the present split where none is named. */
  runs: Readonly<Record<string, string>>;
  slices: readonly AuditedSlice[];
  /** Each different one once. */
  placements: readonly Placement[];
  splitsOf: ReadonlyMap<string, ReadonlySet<Split>>;
  /** Each patient once, in order of appearance. */
  people: readonly KeyedPatient[];
  /** Recognises them by their hashes. */
  known: KnownPatients;
  keys: PatientKeys;
  hasCohortFile: boolean;
  splitHash: string | null;
  /** What `preprocess` wrote of the division; null where the researchers made it. */
  summary: SplitSummary | null;
  /** Split files of the modalities that are not there. */
  missing: readonly string[];
}

/** How `cohort.csv` is named among the sources. */
export const COHORT_FILE: string = SPLIT_FILES.cohort;

/**
 * Reads split files and `cohort.csv`, also such that no other command accepts: `readCohort` stops at the first contradiction,
 * the audit lists them all.
 *
 * @throws UsageError when no modality has a split file; DataError when a file is not a split file.
 */
export function readSubject(...study: Parameters<typeof readFiles>): AuditSubject {
  const [{ data }, modalities] = study;
  try {
    return readFiles(...study);
  } catch (error) {
    // Of a file that cannot be read it counts more that somebody has changed it.
    if (error instanceof DataError) requireSplit(data.splits_dir, modalities);
    throw error;
  }
}

function readFiles(
  config: Config,
  modalities: readonly string[],
  runs: Readonly<Record<string, string>>,
): AuditSubject {
  const keys = readPatientKeys(config.data.splits_dir);
  const slices: AuditedSlice[] = [];
  const missing: string[] = [];
  for (const modality of modalities) {
    for (const split of SPLITS) {
      const file = splitPath(config.data.splits_dir, split, modality);
      if (!existsSync(file)) missing.push(file);
      else slices.push(...slicesOf(config.data, file, split, modality, keys));
    }
  }
  requireInSplit(config.data.splits_dir, modalities);
  if (missing.length === SPLITS.length * modalities.length)
    throw noSplit(config.data.splits_dir, 'train', ...modalities);
  const { cohort: cohortFile } = splitFiles(config.data.splits_dir);
  const cohort = existsSync(cohortFile) ? readCohort(cohortFile).patients : null;
  const placements = placementsOf(slices, cohort ?? []);
  return {
    config,
    modalities,
    runs,
    slices,
    placements,
    splitsOf: gather(placements, ({ patient }) => patient, 'split'),
    people: [...new Map(placements.map((one) => [one.patient, one])).values()],
    known: new KnownPatients(config.data),
    keys,
    hasCohortFile: cohort !== null,
    splitHash: hashOf(cohort, slices),
    summary: splitSummaryIn(config.data.splits_dir),
    missing,
  };
}

/** Null when the split files contradict each other: then there is no one division to name. */
function hashOf(cohort: readonly CohortPatient[] | null, slices: readonly AuditedSlice[]): string | null {
  if (cohort !== null) return splitHash(cohort);
  const { patients, conflict } = patientsOf(slices);
  return conflict === null ? splitHash(patients) : null;
}

function slicesOf(
  data: Config['data'],
  file: string,
  split: Split,
  modality: string,
  keys: PatientKeys,
): AuditedSlice[] {
  const options = { rootDir: data.root_dir ?? undefined, allowConflicts: true, keys };
  return readSplit(file, options).map((slice) => ({
    ...slice,
    patient: slice.patient.normalize('NFC'),
    modality,
    split,
    file,
  }));
}

function placementsOf(slices: readonly AuditedSlice[], cohort: readonly CohortPatient[]): Placement[] {
  const placements = new Map<string, Placement>();
  const add = (place: Placement): void => {
    const { patient, hospital, label, split, source } = place;
    placements.set(JSON.stringify([patient, hospital, label, split, source]), place);
  };
  for (const { patient, hospital, label, split, modality } of slices) {
    add({ patient, hospital, label, split, source: modality });
  }
  for (const { patient, hospital, label, split } of cohort) {
    add({ patient: patient.normalize('NFC'), hospital, label, split, source: COHORT_FILE });
  }
  return [...placements.values()];
}

/** The different values of a field for each key, in order of appearance. */
export function gather<T, K, F extends keyof T>(
  items: Iterable<T>,
  keyOf: (item: T) => K,
  field: F,
): Map<K, Set<T[F]>> {
  return new Map(
    [...groupBy(items, keyOf)].map(([key, own]) => [key, new Set(own.map((one) => one[field]))]),
  );
}
