import type { ChartWords } from './words.ts';

/** Texts inside charts. */
export const CHART_EN: ChartWords = {
  epoch: 'Epoch',
  loss: 'Loss',
  auc: 'AUC',
  patients: 'Patients',
  counted: 'Counted',
  training: 'training',
  validation: 'validation',
  perSlice: 'per slice',
  perPatient: 'per patient',
  oneMinusSpecificity: '1 − specificity',
  sensitivity: 'Sensitivity',
  predicted: 'Predicted',
  truth: 'True',
  shareOfTrue: 'Share of true',
  label: 'Label',
  hospital: 'Hospital',
  predictedProbability: 'Predicted probability',
  observedShare: 'Observed share of positives',
  thresholdProbability: 'Threshold probability',
  netBenefit: 'Net benefit',
  treatAll: 'treat all',
  treatNone: 'treat none',
  gray: 'Gray value (share of the range)',
  pixels: 'Share of pixels (logarithmic)',
};
