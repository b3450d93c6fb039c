import { join } from 'node:path';
import {
  type Config,
  type FeatureSet,
  featurePath,
  featureSetPath,
  featureTablePath,
  hashFile,
  SPLITS,
  type Split,
  type SplitSummary,
  splitHash,
  splitPath,
  writeCohort,
  writeFeatureSet,
  writeFeatureTable,
  writeNpy,
  writeSplit,
  writeSplitSummary,
} from '@radweave/artifacts';
import { Random } from '@radweave/stats';
import { presentSlices } from '../cohort/read-cohort.ts';

/** A patient of a made-up cohort. */
export interface MadeUpPatient {
  patient: string;
  hospital: string;
  label: number;
  split: Split;
  /** Slices in `cohort.csv`; where it is left out, one of each modality, A and P. */
  counts?: Readonly<Record<string, number>>;
}

/** A cohort without images: home JM, external SY and ZS, `classes` labels, IDs with leading zeros. */
export function madeUpCohort(perSplit: Record<Split, number>, classes = 2): MadeUpPatient[] {
  let id = 0;
  return SPLITS.flatMap((split) =>
    Array.from({ length: perSplit[split] }, (_, i): MadeUpPatient => {
      const hospital = split === 'test' ? (i % 4 < 2 ? 'SY' : 'ZS') : 'JM';
      return { patient: String(++id).padStart(4, '0'), hospital, label: i % classes, split };
    }),
  );
}

/** Writes `cohort.csv` and `summary.json`, the latter without hashes, as earlier versions did. */
export function writeMadeUpCohort(
  config: Config,
  cohort: readonly MadeUpPatient[],
  summary: Partial<SplitSummary> = {},
): void {
  const patients = cohort.map(({ counts = { A: 1, P: 1 }, ...one }) => ({ ...one, slices: counts }));
  writeCohort(join(config.data.splits_dir, 'cohort.csv'), patients, ['A', 'P']);
  writeSplitSummary(join(config.data.splits_dir, 'summary.json'), {
    format: 1,
    counts: [],
    modalities: ['A', 'P'],
    home_hospital: 'JM',
    train_ratio: 0.6,
    seed: 42,
    split_hash: splitHash(cohort),
    excluded: {},
    files: {},
    versions: {},
    ...summary,
  });
}

/** Writes random features of a modality, somewhat shifted by label, for these patients in all splits. */
export function writeMadeUpFeatures(
  config: Config,
  modality: string,
  cohort: readonly MadeUpPatient[],
  dims: number,
  set: Partial<FeatureSet> = {},
): void {
  const folder = config.data.features_dir;
  const slices = presentSlices(config.data, [modality])[modality];
  for (const split of SPLITS) {
    const rows = cohort
      .filter((one) => one.split === split)
      .map(({ patient, label }) => {
        const random = new Random(3, `${modality}/${patient}`);
        const slices = 1 + random.below(4);
        const data = Float32Array.from({ length: slices * dims }, (_, i) => {
          const signal = i % dims < 3 ? 0.25 * label : 0;
          return random.uniform() + signal + (i % dims);
        });
        const path = featurePath(folder, split, modality, label, patient);
        writeNpy(path, { shape: [slices, dims], data });
        return { patient_id: patient, feature_path: path, label, num_slices: slices };
      });
    writeFeatureTable(featureTablePath(folder, split, modality), rows);
    writeFeatureSet(featureSetPath(folder, split, modality), {
      format: 1,
      modality,
      split,
      model: 'resnet18',
      checkpoint: `${modality}.pth`,
      checkpoint_sha256: (modality === 'A' ? 'a' : 'b').repeat(64),
      split_hash: null,
      in_sample: split === 'train',
      dims,
      patients: rows.length,
      slices: rows.reduce((sum, row) => sum + row.num_slices, 0),
      arrays_sha256: rows.map(({ feature_path }) => hashFile(feature_path)),
      precision: 'fp32',
      image_size: 32,
      normalize_mean: 0.5,
      normalize_std: 0.5,
      slices_identity: slices?.[split],
      versions: {},
      ...set,
    });
  }
}

/** Writes split files alone, as users bring them: two slices per patient and modality. */
export function writeOwnSplits(
  config: Config,
  modalities: readonly string[],
  cohort: readonly MadeUpPatient[],
): void {
  for (const split of SPLITS) {
    for (const modality of modalities) {
      const rows = cohort
        .filter((one) => one.split === split)
        .flatMap(({ patient, hospital, label }) =>
          [1, 2].map((slice) => ({
            image_path: join('raw', hospital, `grade${label}`, patient, modality, `${slice}.png`),
            label,
          })),
        );
      writeSplit(splitPath(config.data.splits_dir, split, modality), rows);
    }
  }
}
