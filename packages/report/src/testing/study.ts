import type { CohortPatient, FusionModelFile, HistoryRow, Split } from '@radweave/artifacts';
import type {
  Gallery,
  LeakageCheck,
  Oddities,
  Optional,
  ReportData,
  SiteAudit,
  TrainingSettings,
} from '../data.ts';
import { evaluationOf } from './evaluation.ts';

/** What to make up. */
export interface StudyWish {
  classes?: number;
  /** Before every patient's number, in hospital names and in what is written by hand. */
  hostile?: string;
  /** External hospitals by name, and the labels of their patients. */
  external?: Readonly<Record<string, readonly number[]>>;
}

const MISSING = { missing: { command: 'radweave nothing', reason: 'made without' } };

/** A made-up study with every part that a report can have. */
export function study(wish: StudyWish = {}): ReportData {
  const { classes = 2, hostile = '' } = wish;
  const cohort = cohortOf(wish);
  const evaluation = evaluationOf(cohort, classes);
  const modalities = ['A', 'P'];
  return {
    name: `study${hostile}`,
    date: '2026-02-03',
    evaluation,
    cohort,
    modalities,
    division: {
      trainShare: 0.7,
      seed: 42,
      synthetic: [],
      exclusions: [
        {
          patient: `X1${hostile}`,
          hospital: `JM${hostile}`,
          reason: 'missing_modality',
          detail: `no slices of P${hostile}`,
        },
      ],
      oddities: odditiesOf(evaluation.home_hospital, hostile),
    },
    runs: modalities.map((modality) => ({
      name: `run_${modality}${hostile}`,
      modality,
      model: 'resnet18',
      bestEpoch: 2,
      settings: settingsOf(),
      history: [1, 2, 3].map(historyRow),
    })),
    fusion: { value: fusionOf(modalities, evaluation.label_names) },
    maps: {
      value: (['tsne', 'umap'] as const).map((method) => ({
        features: 'fused',
        method,
        parameter: 9,
        components: null,
        points: cohort.map(({ patient, hospital, label, split }, i) => ({
          ...{ patient, hospital, split, x: Math.cos(i), y: Math.sin(2 * i) },
          label: evaluation.label_names[label] ?? '',
        })),
      })),
    },
    galleries: { value: [galleryOf(cohort, evaluation.label_names, hostile)] },
    siteAudit: siteOf(hostile),
    leakage: leakageOf(hostile),
    configurations: [
      { run: `run_A${hostile}`, yaml: `data:\n  root_dir: raw${hostile}\n` },
      { run: null, yaml: 'data:\n  root_dir: null\n' },
    ],
    environment: [['fuse', `radweave 0.1.0${hostile}`]],
    files: [{ path: `fusion/model.json${hostile}`, sha256: 'b'.repeat(64) }],
  };
}

/** The same study without anything that may be left out. */
export function bareStudy(wish: StudyWish = {}): ReportData {
  const full = study(wish);
  const { fused: _, ...evaluation } = { fused: null, ...full.evaluation };
  return {
    ...full,
    name: '',
    division: null,
    runs: [],
    evaluation: { ...evaluation, comparisons: [], curves: [], aggregation: [], notes: [] },
    fusion: MISSING,
    maps: MISSING,
    galleries: MISSING,
    siteAudit: MISSING,
    leakage: MISSING,
  };
}

/** Each kind of warning once. */
function odditiesOf(home: string, hostile: string): Oddities {
  const warnings = [
    `SY: 2 of 4 patients lack P and are left out (grade0: 1, grade1: 1); folders found there: 'p${hostile}'; without usable slices: 'P'`,
    'SY: 1 of 1 patient lacks P and is left out (grade0: 1); no folder of another name is there',
    "ZS was not read, because no folder in it is called grade0, grade1, …; folders found there: 'benign'",
    "ZS: folder 'benign' was not read, because it is not called grade0, grade1, …; it holds 1 folder",
    'ZS: files that are not PNG were not read (.dcm: 3); radweave import reads DICOM files',
    'SY, A: 3 of the images are called like masks or labels and are left out (a_mask.png); rename them if they are slices',
    'SY, A: 3 of the images are called like outlines of a lesion, without a slice that they belong to, and are used as slices (a_roi.png); remove them if they are masks',
    'SY, A: 3 of the images have two gray values only, as masks do, and are left out (a.png, b.png)',
    'SY, A: 3 of 8 slices are blank (one gray value): 0001/a.png, 0001/b.png, 0002/a.png',
    'JM, A: 1 of 8 slices is blank (one gray value): 0003/a.png',
    'SY, A: 3 of 8 slices of 16 bit use less than an eighth of the range (99th percentile: 0.03 of it), as unscaled 12-bit values do',
    `SY, A: 3 of 8 slices look inverted (mean brightness: 0.90, at ${home} 0.08)`,
    'JM, A: 3 of 8 slices look inverted',
    `SY, A: the slices are much darker than those of ${home} (99th percentile: 0.20 of the range, at ${home} 0.46)`,
    `SY, A: the slices are much brighter than those of ${home} (99th percentile: 0.90 of the range, at ${home} 0.46)`,
    `No hospital besides ${home} was read: the external test set is empty`,
    'No patient of SY, ZS can be used: the external test set is empty',
  ];
  const brightness = [home, 'SY'].flatMap((hospital) =>
    ['A', 'P'].flatMap((modality) =>
      [0.75, 0.25].map((share, i) => ({ hospital, modality, slices: 8, from: i / 2, share })),
    ),
  );
  return { warnings, brightness };
}

function cohortOf({ classes = 2, hostile = '', external }: StudyWish): CohortPatient[] {
  const turn = (count: number): number[] => Array.from({ length: count }, (_, i) => i % classes);
  const hospitals = external ?? { [`SY${hostile}`]: turn(12), 中山: turn(9) };
  const groups: [Split, string, readonly number[]][] = [
    ['train', 'JM', turn(18)],
    ['val', 'JM', turn(12)],
    ...Object.entries(hospitals).map(([name, labels]): [Split, string, readonly number[]] => [
      'test',
      name,
      labels,
    ]),
  ];
  return groups.flatMap(([split, hospital, labels]) =>
    labels.map((label, i) => ({
      patient: `${split}${i}${hostile}`,
      hospital,
      label,
      split,
      slices: { A: 5 + (i % 4), P: 6 },
    })),
  );
}

/** As the defaults are. */
export function settingsOf(): TrainingSettings {
  return {
    imageSize: 224,
    mean: 0.5,
    std: 0.5,
    initialWeights: 'trained from scratch',
    frozenStages: 0,
    batchNorm: true,
    precision: 'fp32',
    seed: 42,
    training: {
      ...{ batch_size: 64, epochs: 100, learning_rate: 1e-4, weight_decay: 1e-4 },
      ...{ weight_decay_exclude_norm: false, loss_type: 'ce', focal_gamma: 2, asymmetric_gamma_pos: 1 },
      ...{ asymmetric_gamma_neg: 4, asymmetric_clip: 0.05, class_weights: 'none', optimizer: 'adamw' },
      ...{ momentum: 0.9, scheduler: 'cosine', cosine_min_lr: 0, step_size: 30, step_gamma: 0.1 },
      ...{ plateau_factor: 0.1, plateau_patience: 5, early_stop_patience: 10, early_stop_enabled: true },
      ...{
        grad_accumulation: 1,
        auto_batch_size: false,
        clip_grad_norm: null,
        precision: 'auto',
        monitor: 'auc',
        shuffle: true,
      },
      deterministic: false,
      device: 'auto',
    },
    augmentation: {
      ...{ enabled: true, horizontal_flip: true, vertical_flip: false, rotation_degrees: 15 },
      ...{ translation: 0, scale: 0, brightness: 0, contrast: 0, random_erasing: 0 },
      ...{ normalize: 'fixed', normalize_mean: 0.5, normalize_std: 0.5 },
    },
  };
}

function historyRow(epoch: number): HistoryRow {
  const one = { loss: 0.9 / epoch, auc: 1 - 0.4 / epoch, accuracy: 0.8, sensitivity: 0.8, specificity: 0.8 };
  const sets = ['train_', 'train_patient_', 'val_', 'val_patient_'];
  const metrics = sets.flatMap((set) => Object.entries(one).map(([name, value]) => [set + name, value]));
  return { epoch, learning_rate: 1e-4, note: '', ...Object.fromEntries(metrics) };
}

function fusionOf(modalities: string[], labels: string[]): FusionModelFile {
  return {
    format: 1,
    label_names: labels,
    pooling: 'mean',
    modalities: modalities.map((modality) => ({
      modality,
      model: 'resnet18',
      checkpoint: `checkpoints/run_${modality}/best_model.pth`,
      checkpoint_sha256: 'c'.repeat(64),
      dims: 1,
      image_size: 224,
      normalize_mean: 0.5,
      normalize_std: 0.5,
      precision: 'fp32',
      in_sample: true,
    })),
    options: { C: 1, max_iter: 1000, tol: 1e-10, random_state: 42, standardize: true },
    classifiers: [],
    notes: [],
    versions: {},
  };
}

/** One pixel, gray. */
const PIXEL =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==';

function galleryOf(cohort: CohortPatient[], labels: string[], hostile: string): Gallery {
  const categories = ['most_confident_right', 'least_confident_wrong', 'most_confident_wrong'] as const;
  const shown = cohort.filter(({ split }) => split === 'test').slice(0, categories.length);
  return {
    explanations: {
      format: 1,
      method: 'grad-cam',
      modality: 'A',
      split: 'test',
      model: 'resnet18',
      checkpoint: 'best_model.pth',
      checkpoint_sha256: 'c'.repeat(64),
      layer: `layer4${hostile}`,
      grid: [7, 7],
      image_size: 224,
      label_names: labels,
      normalisation: 'patient',
      decision: { source: 'evaluation', aggregation: 'mean', threshold: 0.4 },
      patients: shown.map(({ patient, hospital, label }, i) => ({
        patient,
        hospital,
        label,
        probabilities: labels.map(() => 1 / labels.length),
        predicted: 1,
        explained_class: 1,
        category: categories[i] ?? 'asked',
        file: `${i}.png`,
        scale: 1,
        slices: [],
      })),
      randomisation: {
        slices: 4,
        seed: 42,
        steps: [{ randomised: ['head'], spearman: 0.4, spearman_slices: 4, ssim: null }],
        limit: 0.8,
        passed: true,
      },
      notes: [
        'the network was trained on these patients',
        `maps of layer layer4${hostile} have only 1×1 values for 32×32 pixels: read them as such, or give an earlier --layer (stem, layer1)`,
      ],
      versions: {},
    },
    // The last picture is gone.
    images: { '0.png': PIXEL, '1.png': PIXEL },
  };
}

function siteOf(hostile: string): Optional<SiteAudit> {
  const row = {
    features: 'fused',
    scope: 'all',
    transductive: false,
    n: 51,
    auc: { value: 0.8 },
    aucP: 0.01,
    accuracy: { value: 0.7, lower: 0.5, upper: 0.8 },
    accuracyP: 0.02,
    chance: 0.4,
    note: '',
  } as const;
  const after = {
    ...row,
    harmonised: true,
    transductive: true,
    note:
      `left out for too few patients: ZS${hostile}; harmonised anew inside each fold by its training patients, two fifths of a ` +
      'hospital at a time, and applied to those held out: that removes less than all patients of the hospital do, so the AUC is ' +
      'too high rather than too low; the network of A and P was trained on the home training patients: what sets them apart ' +
      'may be that and not the hospital',
  };
  const notes = [
    'transductive: the location and scale of the hospital come from the unlabelled features of these very patients; not part ' +
      'of the primary analysis',
    'without the label as covariate, a hospital with another share of positives is shifted for that as well',
    `ZS${hostile} was left unharmonised: A: 9 patients: a site's location and scale need at least 10; P: 9 patients: a site's ` +
      'location and scale need at least 10',
  ];
  return { value: { rows: [{ ...row, harmonised: false }, after], notes } };
}

function leakageOf(hostile: string): Optional<LeakageCheck[]> {
  return {
    value: [
      { name: 'patients across splits', outcome: 'passed', detail: '51 patients' },
      {
        name: 'near-duplicate slices',
        outcome: 'warning',
        detail:
          '890 slices, at most 4 bits of 64 different; patients in different splits have nearly the same image (29 cases); patients ' +
          'in different splits have near hashes, but images that correlate below 0.95 (at least 1047 cases)',
      },
      {
        name: 'fusion',
        outcome: 'leak',
        detail:
          'the fusion of A, P; the fusion was fitted on patients who are now in validation or test (2 cases)',
      },
      {
        name: 'fold models',
        outcome: 'not checked',
        detail: `not checked: nothing was cross-validated or cross-fitted; there is no fusion: model.json${hostile}`,
      },
    ],
  };
}
