import type { CohortPatient, FusionModelFile, HistoryRow, Split } from '@radweave/artifacts';
import { asWritten, type Remark, remark } from '@radweave/remarks';
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
      trainShare: 0.7,
      seed: 42,
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
    environment: [[asWritten('fuse'), asWritten(`radweave 0.1.0${hostile}`)]],
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
  const place = { hospital: 'SY', modality: 'A', n: 3 };
  const slices = { ...place, total: 8 };
  const one = (what: string): Remark => remark('data-count', { what, n: 1 });
  const lacking = { hospital: 'SY', modalities: ['P'] };
  const like = { hospital: 'SY', modality: 'A', home, homeHigh: 0.46 };
  const few = (...names: string[]) => ({ names, isMore: names.length > 1 });
  const warnings = [
    together(
      remark('data-lost', { ...lacking, n: 2, total: 4, labels: [one('grade0'), one('grade1')] }),
      remark('data-folders-there', few(`p${hostile}`)),
      remark('data-folders-empty', few('P')),
    ),
    together(
      remark('data-lost', { ...lacking, n: 1, total: 1, labels: [one('grade0')] }),
      remark('data-folders-none'),
    ),
    remark('data-hospital-unread', { hospital: 'ZS', classes: 'grade0, grade1, …', ...few('benign') }),
    remark('data-folder-unread', { hospital: 'ZS', folder: 'benign', classes: 'grade0, grade1, …', n: 1 }),
    remark('data-hospitals-alike', { names: ['SY', 'sy'] }),
    remark('data-misplaced', { n: 2, ...few('ZS/a.png', 'ZS/b.png') }),
    remark('data-repeated', { hospital: 'ZS', modality: 'A', n: 2, ...few('s1 (1).png') }),
    together(
      remark('data-not-png', { hospital: 'ZS', kinds: [one('.dcm')], folder: 'ZS/grade0/1/A' }),
      remark('data-import', { commands: ['radweave import dicom'] }),
    ),
    remark('data-masks-named', { ...place, ...few('a_mask.png') }),
    remark('data-masks-doubtful', { ...place, ...few('a_roi.png') }),
    remark('data-masks-two-values', { ...place, ...few('a.png', 'b.png') }),
    remark('data-blank', { ...slices, ...few('0001/a.png', '0001/b.png', '0002/a.png') }),
    remark('data-unscaled', { ...slices, high: 0.03 }),
    remark('data-inverted-unlike', { ...slices, mean: 0.9, home, homeMean: 0.08 }),
    remark('data-inverted', { ...slices, hospital: 'JM' }),
    remark('data-darker', { ...like, high: 0.2 }),
    remark('data-brighter', { ...like, high: 0.9 }),
    remark('data-no-external', { home }),
    remark('data-no-external-usable', { hospitals: ['SY', 'ZS'] }),
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
    note: null,
  } as const;
  const after = {
    ...row,
    harmonised: true,
    transductive: true,
    note: together(
      remark('site-few-patients', { hospitals: [`ZS${hostile}`] }),
      remark('site-harmonised-anew'),
      remark('site-in-sample', { modalities: ['A', 'P'] }),
    ),
  };
  const reason = remark('combat-site-small', { n: 9, least: 10 });
  const parts = ['A', 'P'].map((name) => remark('of-name', { name, reason }));
  const notes = [
    remark('transductive'),
    remark('no-covariate'),
    remark('hospital-left', { hospital: `ZS${hostile}`, reason: together(...parts) }),
  ];
  return { value: { rows: [{ ...row, harmonised: false }, after], notes } };
}

function together(...parts: Remark[]): Remark {
  return remark('several', { parts });
}

function foundIn(what: Remark, n: number, isAtLeast = false): Remark {
  return remark('audit-found', { what, n, isAtLeast });
}

function leakageOf(hostile: string): Optional<LeakageCheck[]> {
  return {
    value: [
      { name: 'patients across splits', outcome: 'passed', detail: remark('audit-patients', { n: 51 }) },
      {
        name: 'near-duplicate slices',
        outcome: 'warning',
        detail: together(
          remark('audit-slices-near', { n: 890, bits: 4 }),
          foundIn(remark('WARN_NEAR_SLICES'), 29),
          foundIn(remark('INFO_SIMILAR_SLICES', { limit: 0.95 }), 1047, true),
        ),
      },
      {
        name: 'fusion',
        outcome: 'leak',
        detail: together(
          remark('audit-fusion', { modalities: ['A', 'P'] }),
          foundIn(remark('LEAK_FUSION_FITTED'), 2),
        ),
      },
      {
        name: 'fold models',
        outcome: 'not checked',
        detail: remark('audit-not-checked', {
          reasons: [remark('audit-no-folds'), remark('audit-no-fusion', { file: `model.json${hostile}` })],
        }),
      },
    ],
  };
}
