import { choice, decimal, integer } from './keys.ts';

export const evaluation = {
  aggregation: choice(
    ['mean', 'max', 'top_k', 'median', 'auto'],
    'mean',
    "How a network's slice probabilities become the patient's; auto takes the highest validation AUC",
  ),
  top_k: integer(3, 'Slices that the aggregation top_k averages', 1),
  threshold_rule: choice(
    ['youden', 'sensitivity', 'fixed'],
    'youden',
    'Threshold, chosen on home validation patients: highest Youden index, a target sensitivity, or 0.5',
  ),
  target_sensitivity: decimal(0.9, 'Least validation sensitivity with threshold_rule sensitivity', {
    above: 0,
    max: 1,
  }),
  calibration: choice(
    ['none', 'platt', 'isotonic', 'temperature'],
    'none',
    'Calibrator, fitted on home validation patients; with more than two labels none or temperature',
  ),
  bootstrap_replicates: integer(
    2000,
    'Bootstrap resamples of patients, stratified by label and hospital',
    100,
  ),
  confidence_level: decimal(0.95, 'Level of every confidence interval', { above: 0, below: 1 }),
  proportion_method: choice(
    ['clopper-pearson', 'wilson'],
    'clopper-pearson',
    'Interval of proportions such as sensitivity: exact, or Wilson’s',
  ),
};
