import {
  type AuditCheck,
  type CohortPatient,
  type SearchedTrial,
  type SearchRecord,
  type SiteAuditRow,
  splitHash,
} from '@radweave/artifacts';
import { type Remark, remark } from '@radweave/remarks';
import type { Oddities, Optional, SiteAudit } from '../data.ts';

/** Each kind of warning once. */
export function odditiesOf(home: string, hostile: string): Oddities {
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
    remark('data-share', { hospital: 'JM', asked: 0.999, train: 22, total: 24 }),
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
    remark('data-one-label-test', { label: 'grade1' }),
    remark('data-label-is-hospital', { hospitals: ['SY', 'ZS'] }),
    remark('data-no-external-usable', { hospitals: ['SY', 'ZS'] }),
  ];
  const brightness = [home, 'SY'].flatMap((hospital) =>
    ['A', 'P'].flatMap((modality) =>
      [0.75, 0.25].map((share, i) => ({ hospital, modality, slices: 8, from: i / 2, share })),
    ),
  );
  return { warnings, brightness };
}

/** Features before and after harmonisation, with every remark. */
export function siteOf(hostile: string): Optional<SiteAudit> {
  const row = {
    model: 'fused',
    scope: 'all',
    features: 'extracted',
    transductive: 'no',
    hospitals: 'JM SY',
    n: 51,
    folds: 5,
    auc: 0.8,
    auc_p: 0.01,
    accuracy: 0.7,
    accuracy_lower: 0.5,
    accuracy_upper: 0.8,
    accuracy_p: 0.02,
    chance: 0.4,
    permutations: 1000,
    note: null,
  } as const;
  const after: SiteAuditRow = {
    ...row,
    features: 'harmonised',
    transductive: 'yes',
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
    remark('site-one-label', { hospitals: [`SY${hostile}`] }),
    remark('hospital-left', { hospital: `ZS${hostile}`, reason: together(...parts) }),
  ];
  return { value: { rows: [row, after], level: 0.95, notes } };
}

function together(...parts: Remark[]): Remark {
  return remark('several', { parts });
}

function foundIn(what: Remark, n: number, isAtLeast = false): Remark {
  return remark('audit-found', { what, n, isAtLeast });
}

/** A check of each outcome. */
export function leakageOf(hostile: string): Optional<AuditCheck[]> {
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

/** A search by successive halving, with words and numbers among the settings, and a trial that failed. */
export function searchOf(cohort: readonly CohortPatient[]): SearchRecord {
  const trial = (
    number: number,
    rate: number,
    optimizer: string,
    score: number | null,
    rung: number,
  ): SearchedTrial => ({
    trial: number,
    settings: { 'training.learning_rate': rate, 'training.optimizer': optimizer },
    state: score === null ? 'failed' : rung === 1 ? 'trained' : 'halved',
    rung,
    epochs: rung === 1 ? 10 : 3,
    score,
    folds: [score, score],
    seconds: 1,
    note: score === null ? 'the training loss became NaN' : '',
  });
  return {
    format: 1,
    modality: 'A',
    strategy: 'asha',
    reduction: 3,
    rungs: [3, 10],
    folds: 2,
    patients: 30,
    trained_on_hash: splitHash(cohort.filter(({ split }) => split === 'train')),
    time: '2026-02-01T12:00:00.000Z',
    keys: [
      { key: 'training.learning_rate', log: true, space: { low: 1e-5, high: 1e-2 } },
      { key: 'training.optimizer', log: false, space: ['adam', 'sgd'] },
    ],
    trials: [
      trial(2, 1e-3, 'adam', 0.9, 1),
      trial(1, 1e-4, 'sgd', 0.8, 0),
      trial(3, 1e-5, 'adam', 0.7, 0),
      trial(4, 10, 'sgd', null, 0),
    ],
    best: 2,
  };
}
