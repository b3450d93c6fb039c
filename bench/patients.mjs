// A made-up study of many patients without images or training: features and slice predictions as `extract` and `train` leave them.
import { join } from 'node:path';
import {
  defaultConfig,
  featurePath,
  featureSetPath,
  featureTablePath,
  HISTORY_METRICS,
  splitHash,
  writeExclusions,
  writeFeatureSet,
  writeFeatureTable,
  writeHistory,
  writeNpy,
} from '../packages/artifacts/dist/index.js';
import { writeMadeUpCheckpoint, writeMadeUpNetwork } from '../packages/network/dist/testing/networks.js';
import { Random } from '../packages/stats/dist/index.js';
import { madeUpCohort, writeMadeUpCohort } from '../packages/study/dist/testing/features.js';
import { once } from './data.mjs';

export const MODALITIES = ['A', 'P'];

/** Features of each modality: side by side they are as many as ResNet50 has. */
const DIMS = 1024;

/** What makes patients differ: each direction weighs less than the one before, as in features of a real network. */
const DIRECTIONS = 40;

const SLICES = 2;

/** Where a study of so many patients lies, made when it is not there. */
export function patientStudy(work, patients) {
  return once(join(work, `patients-${patients}`), (folder) => writeStudy(folder, patients));
}

/** The study's settings; results go to `output`. */
export function patientConfig(root, output) {
  const config = defaultConfig();
  Object.assign(config.data, {
    root_dir: join(root, 'raw'),
    splits_dir: join(root, 'splits'),
    features_dir: join(root, 'features'),
    modalities: MODALITIES,
    home_hospital: 'JM',
  });
  Object.assign(config.model, { name: 'resnet18', pretrained: false });
  config.experiment.output_dir = output;
  return config;
}

/** Six in ten train, two validate, two are from elsewhere. */
function sizesOf(patients) {
  const val = Math.round(patients / 5);
  return { train: patients - 2 * val, val, test: val };
}

async function writeStudy(root, patients) {
  const config = patientConfig(root, join(root, 'outputs'));
  const cohort = madeUpCohort(sizesOf(patients));
  writeMadeUpCohort(config, cohort, { modalities: MODALITIES });
  writeExclusions(join(config.data.splits_dir, 'exclusions.csv'), []);
  for (const modality of MODALITIES) {
    const run = writeMadeUpNetwork(config, modality, cohort);
    await writeMadeUpCheckpoint(run, config, {});
    const metrics = Object.fromEntries(HISTORY_METRICS.map((name) => [name, 0.5]));
    writeHistory(run.history, [{ epoch: 1, learning_rate: 1e-4, note: '', ...metrics }]);
    writeFeatures(config, modality, cohort);
  }
}

function writeFeatures(config, modality, cohort) {
  const random = new Random(11, `features of ${modality}`);
  const basis = Array.from({ length: DIRECTIONS }, (_, k) =>
    Float64Array.from({ length: DIMS }, () => random.normal() / (1 + k / 4)),
  );
  const { features_dir } = config.data;
  for (const split of ['train', 'val', 'test']) {
    const rows = cohort
      .filter((one) => one.split === split)
      .map((one) => {
        const path = featurePath(features_dir, split, modality, one.label, one.patient);
        writeNpy(path, { shape: [SLICES, DIMS], data: featuresOf(one, basis, random) });
        return { patient_id: one.patient, feature_path: path, label: one.label, num_slices: SLICES };
      });
    writeFeatureTable(featureTablePath(features_dir, split, modality), rows);
    writeFeatureSet(featureSetPath(features_dir, split, modality), setOf(modality, split, rows, cohort));
  }
}

/** A patient's slices: a shared place among groups of patients, the label's part, and noise, cut off at zero. */
function featuresOf({ label, hospital }, basis, random) {
  const group = random.below(6);
  const place = basis.map((_, k) => random.normal() + (k % 6 === group ? 4 : 0));
  place[0] += label;
  place[1] += hospital === 'JM' ? 0 : 1;
  const mean = new Float64Array(DIMS);
  for (const [k, direction] of basis.entries()) {
    for (let j = 0; j < DIMS; j++) mean[j] += place[k] * direction[j];
  }
  return Float32Array.from({ length: SLICES * DIMS }, (_, i) =>
    Math.max(0, mean[i % DIMS] + random.uniform() + 1),
  );
}

function setOf(modality, split, rows, cohort) {
  return {
    format: 1,
    modality,
    split,
    model: 'resnet18',
    checkpoint: `${modality}.pth`,
    checkpoint_sha256: (modality === 'A' ? 'a' : 'b').repeat(64),
    split_hash: splitHash(cohort),
    in_sample: split === 'train',
    dims: DIMS,
    patients: rows.length,
    slices: SLICES * rows.length,
    precision: 'fp32',
    image_size: 32,
    normalize_mean: 0.5,
    normalize_std: 0.5,
    versions: {},
  };
}
