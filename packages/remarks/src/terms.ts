export type Split = 'train' | 'val' | 'test';

/** What may be computed or decided; in English, as files have it. */
export const TERMS = [
  'AUC',
  'NRI',
  'IDI',
  'average precision',
  'calibration',
  'net benefit',
  'the Brier score',
  'the temperature',
  'the aggregation',
  'the Youden threshold',
  'a fixed-sensitivity threshold',
  'Platt scaling',
  'isotonic calibration',
  'the DeLong interval',
  'the DeLong test',
  'the DeLong covariance',
  'the ROC curve',
  'the ROC band',
] as const;

export type Term = (typeof TERMS)[number];
