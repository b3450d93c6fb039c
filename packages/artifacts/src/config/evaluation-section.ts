import { choice, decimal, integer } from './keys.ts';

export const evaluation = {
  aggregation: choice(
    ['mean', 'max', 'top_k', 'median', 'auto'],
    'mean',
    'How to pool slice probabilities per patient; auto picks the best validation AUC',
  ),
  top_k: integer(3, 'Slices averaged by aggregation top_k', 1),
  threshold_rule: choice(
    ['youden', 'sensitivity', 'fixed'],
    'youden',
    'Threshold rule, on home validation patients: highest Youden index, a target sensitivity, or fixed at 0.5',
  ),
  target_sensitivity: decimal(0.9, 'Minimum sensitivity on validation (threshold_rule sensitivity)', {
    above: 0,
    max: 1,
  }),
  calibration: choice(
    ['none', 'platt', 'isotonic', 'temperature'],
    'none',
    'Calibration method, fitted on home validation patients; with more than two labels none or temperature',
  ),
  bootstrap_replicates: integer(
    2000,
    'Bootstrap resamples of patients, stratified by label and hospital',
    100,
  ),
  confidence_level: decimal(0.95, 'Confidence level of all intervals', { above: 0, below: 1 }),
  proportion_method: choice(
    ['clopper-pearson', 'wilson'],
    'clopper-pearson',
    'Confidence interval of proportions: Clopper–Pearson (exact) or Wilson',
  ),
};
