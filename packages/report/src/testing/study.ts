import {
  type CohortPatient,
  defaultConfig,
  type FusionModelFile,
  type HistoryRow,
  type Split,
} from '@radweave/artifacts';
import { asWritten, remark } from '@radweave/remarks';
import type { Clinical, Gallery, ReportData, TrainingSettings } from '../data.ts';
import { evaluationOf, THRESHOLD } from './evaluation.ts';
import { leakageOf, odditiesOf, searchOf, siteOf } from './findings.ts';

/** What to make up. */
export interface StudyWish {
  classes?: number;
  /** Before every patient's number, in hospital names and in what is written by hand. */
  hostile?: string;
  /** External hospitals by name, and the labels of their patients. */
  external?: Readonly<Record<string, readonly number[]>>;
}

const MISSING = { missing: { command: 'radweave nothing', reason: asWritten('made without') } };

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
      drawn: { trainShare: 0.6, seed: 42 },
      synthetic: [],
      exclusions: [
        {
          patient: `X1${hostile}`,
          hospital: `JM${hostile}`,
          reason: 'missing_modality',
          detail: remark('excluded-modalities', { modalities: [`P${hostile}`] }),
        },
      ],
      oddities: odditiesOf(evaluation.home_hospital, hostile),
    },
    clinical: clinicalOf(cohort, hostile),
    runs: modalities.map((modality) => ({
      name: `run_${modality}${hostile}`,
      modality,
      model: 'resnet18',
      time: '2026-02-02T12:00:00.000Z',
      bestEpoch: 2,
      settings: settingsOf(),
      history: [1, 2, 3].map(historyRow),
    })),
    searches: [searchOf(cohort)],
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
      { of: { run: `run_A${hostile}` }, yaml: `data:\n  root_dir: raw${hostile}\n` },
      { of: 'split', yaml: 'data:\n  home_hospital: JM\n' },
    ],
    environment: [
      [remark('recorded-step', { step: 'fuse', modality: '' }), asWritten(`radweave 0.1.0${hostile}`)],
    ],
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
    clinical: null,
    searches: [],
    runs: [],
    evaluation: { ...evaluation, comparisons: [], curves: [], aggregation: [], notes: [] },
    fusion: MISSING,
    maps: MISSING,
    galleries: MISSING,
    siteAudit: MISSING,
    leakage: MISSING,
  };
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

/** Ages of all but the first patient, stages, and columns that nobody named. */
function clinicalOf(cohort: readonly CohortPatient[], hostile: string): Clinical {
  const ages = cohort.map(({ patient }, i) => [patient, 40 + (i % 9) * 3.5] as const);
  const stages = cohort.map(({ patient }, i) => [patient, `${['I', 'II', 'III'][i % 3]}${hostile}`] as const);
  return {
    variables: [
      { name: `age${hostile}`, kind: 'number', values: new Map(ages.slice(1)) },
      { name: 'stage', kind: 'category', values: new Map(stages) },
    ],
    notes: [remark('clinical-missing', { name: `age${hostile}`, words: [`unknown${hostile}`], n: 1 })],
    notNamed: [`name${hostile}`, 'birth_date', 'remarks'],
    severalRows: true,
  };
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
    model: defaultConfig().model,
    training: {
      ...{ batch_size: 64, epochs: 100, learning_rate: 1e-4, weight_decay: 1e-4 },
      ...{ weight_decay_exclude_norm: false, loss_type: 'ce', focal_gamma: 2, asymmetric_gamma_pos: 1 },
      ...{ asymmetric_gamma_neg: 4, asymmetric_clip: 0.05, class_weights: 'none', optimizer: 'adamw' },
      ...{ momentum: 0.9, scheduler: 'cosine', cosine_min_lr: 0, step_size: 30, step_gamma: 0.1 },
      ...{ plateau_factor: 0.1, plateau_patience: 5, early_stop_patience: 10, early_stop_enabled: true },
      ...{
        grad_accumulation: 1,
        auto_batch_size: false,
        sync_batch_norm: true,
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
    classifiers: [
      {
        ...{ name: 'fused', modalities, coef: [[1, 1]], intercept: [0], iterations: 5, converged: true },
        scaler: { ...structuredClone(THRESHOLD), kind: 'scaler', value: { mean: [0, 0], scale: [1, 1] } },
        threshold: labels.length === 2 ? structuredClone(THRESHOLD) : null,
      },
    ],
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
        remark('explained-training'),
        remark('coarse-maps', {
          layer: `layer4${hostile}`,
          height: 1,
          width: 1,
          size: 32,
          layers: ['stem', 'layer1'],
        }),
      ],
      versions: {},
    },
    // The last picture is gone.
    images: { '0.png': PIXEL, '1.png': PIXEL },
  };
}
