import { join } from 'node:path';
import { DataError, readCohort, readSplit, SPLITS, type Split, splitPath } from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';
import { requireSplit } from '@radweave/study/cohort/split-folder';
import type { FeatureSource } from './source.ts';

/** What the split files say of a patient. */
export interface KnownPatient {
  hospital: string;
  split: Split;
}

/** Patients by ID, in Unicode form NFC. */
export type KnownPatients = ReadonlyMap<string, KnownPatient>;

/**
 * The patients of the splits folder: from `cohort.csv`, else from the split files of the modalities (a user's own), else
 * none.
 *
 * @throws DataError when the split is torn.
 */
export function knownPatients(splitsDir: string, modalities: readonly string[]): KnownPatients {
  requireSplit(splitsDir, modalities);
  const known = new Map<string, KnownPatient>();
  const cohort = join(splitsDir, 'cohort.csv');
  if (existsSync(cohort)) {
    for (const { patient, hospital, split } of readCohort(cohort).patients) {
      known.set(patient.normalize('NFC'), { hospital, split });
    }
    return known;
  }
  for (const split of SPLITS) {
    for (const path of modalities.map((modality) => splitPath(splitsDir, split, modality))) {
      if (!existsSync(path)) continue;
      for (const { patient, hospital } of readSplit(path)) {
        known.set(patient.normalize('NFC'), { hospital, split });
      }
    }
  }
  return known;
}

/**
 * Refuses features of another split: patients who are now in another set, or in none, or for whom the modalities
 * disagree on set or label.
 *
 * @throws DataError naming some of them.
 */
export function requireSameSplit(
  sources: readonly FeatureSource[],
  known: KnownPatients,
  splitsDir: string,
): void {
  const first = new Map<string, { modality: string; split: Split; label: number }>();
  const wrong: string[] = [];
  for (const { modality, rows } of sources) {
    for (const split of SPLITS) {
      for (const { patient_id, label } of rows[split]) {
        const before = first.get(patient_id) ?? { modality, split, label };
        first.set(patient_id, before);
        if (before.split !== split || before.label !== label) {
          const here = `${modality}: ${split}, label ${label}`;
          wrong.push(`${patient_id} (${before.modality}: ${before.split}, label ${before.label}; ${here})`);
        }
        const now = known.get(patient_id.normalize('NFC'));
        if (known.size > 0 && now?.split !== split) {
          wrong.push(`${patient_id} (features of ${modality} in ${split}, now in ${now?.split ?? 'no set'})`);
        }
      }
    }
  }
  if (wrong.length === 0) return;
  const more = wrong.length > 5 ? ', …' : '';
  throw new DataError(
    'E_FEATURES_SPLIT',
    `the features are of another division of the patients: ${wrong.slice(0, 5).join(', ')}${more}`,
    {
      where: splitsDir,
      mend: `Extract again: ${sources.map(({ modality }) => `radweave extract --modality ${modality}`).join('; ')}; or name the --splits_dir the features belong to`,
    },
  );
}
