import { type Config, featureTablePath, SPLITS, type Split } from '@radweave/artifacts';
import { type Matrix, sideBySide, takeRows, zeros } from '@radweave/stats';
import { requireSameSplit } from '../features/known-patients.ts';
import { hasFeatures, readFeatureSource } from '../features/source.ts';
import { poolFeatures } from '../fusion/pool.ts';

export interface MappedPatient {
  patient: string;
  hospital: string;
  label: number;
  split: Split;
}

export interface PatientFeatures {
  /** A modality, or `fused`. */
  name: string;
  patients: MappedPatient[];
  /** Patients × dims. */
  features: Matrix;
}

/**
 * The patients' mean features of each modality that has been extracted, and side by side of those who have all of them
 * (`fused`, when there are several).
 *
 * @throws DataError when features are unfinished, mixed or of other patients or slices than the present ones.
 */
export function readPatientFeatures(data: Config['data'], modalities: readonly string[]): PatientFeatures[] {
  const { features_dir, splits_dir } = data;
  const sources = modalities
    .filter((modality) => hasFeatures(features_dir, modality))
    .map((modality) => readFeatureSource(features_dir, modality));
  const known = requireSameSplit(sources, splits_dir, modalities);
  const alone = sources.map(({ modality, rows, sets, arrays }): PatientFeatures => {
    const dims = sets.train.dims;
    const patients = SPLITS.flatMap((split) =>
      rows[split].map(({ patient_id, label }) => {
        const hospital = known.get(patient_id.normalize('NFC'))?.hospital ?? 'unknown';
        return { patient: patient_id, hospital, label, split };
      }),
    );
    const features = zeros(patients.length, dims);
    let at = 0;
    for (const split of SPLITS) {
      const { data } = poolFeatures(
        rows[split],
        featureTablePath(features_dir, split, modality),
        arrays[split],
      );
      features.data.set(data, at);
      at += data.length;
    }
    return { name: modality, patients, features };
  });
  return alone.length > 1 ? [...alone, ofAll(alone)] : alone;
}

function ofAll(blocks: readonly PatientFeatures[]): PatientFeatures {
  const places = blocks.map(({ patients }) => new Map(patients.map(({ patient }, row) => [patient, row])));
  const patients = (blocks[0]?.patients ?? []).filter(({ patient }) =>
    places.every((rows) => rows.has(patient)),
  );
  const tables = blocks.map(({ features }, i) =>
    takeRows(
      features,
      patients.map(({ patient }) => places[i]?.get(patient) ?? 0),
    ),
  );
  return { name: 'fused', patients, features: sideBySide(patients.length, tables) };
}
