/**
 * Patient-level statistics on typed arrays. Nothing here knows of tensors, files or the pipeline. What the data do
 * not allow is `null` with a reason; only a caller's mistake throws.
 */

export * from './calibration/curve.ts';
export * from './calibration/decision-curve.ts';
export * from './calibration/recalibration.ts';
export * from './cohort/contingency.ts';
export * from './cohort/kruskal.ts';
export * from './cohort/standardized-difference.ts';
export type { Numbers } from './core/checks.ts';
export * from './core/errors.ts';
export * from './core/estimate.ts';
export * from './core/matrix.ts';
export * from './core/moments.ts';
export * from './core/order.ts';
export * from './core/random.ts';
export * from './discrimination/auc.ts';
export * from './discrimination/average-precision.ts';
export * from './discrimination/confusion.ts';
export * from './discrimination/multiclass.ts';
export * from './discrimination/proportion.ts';
export * from './discrimination/roc.ts';
export * from './discrimination/threshold.ts';
export * from './embedding/neighbours.ts';
export * from './embedding/tsne.ts';
export * from './embedding/umap.ts';
export * from './frozen/aggregation.ts';
export * from './frozen/frozen.ts';
export * from './frozen/isotonic.ts';
export * from './frozen/platt.ts';
export * from './frozen/rows.ts';
export * from './frozen/scaler.ts';
export * from './frozen/temperature.ts';
export * from './frozen/threshold.ts';
export * from './harmonize/combat.ts';
export * from './harmonize/fold-combat.ts';
export * from './harmonize/site-audit.ts';
export * from './inference/bootstrap.ts';
export * from './inference/bootstrap-binary.ts';
export * from './inference/chance.ts';
export * from './inference/delong.ts';
export * from './inference/heterogeneity.ts';
export * from './inference/holm.ts';
export * from './inference/mcnemar.ts';
export * from './inference/reclassification.ts';
export * from './inference/roc-band.ts';
export * from './linear/logistic.ts';
export * from './linear/pca.ts';
export * from './linear/scaler.ts';
export * from './split/group-kfold.ts';
export * from './split/stratified-split.ts';
