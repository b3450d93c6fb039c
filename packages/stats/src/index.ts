/**
 * Patient-level statistics on typed arrays. Nothing here knows of tensors, files or the pipeline. What the data do
 * not allow is `null` with a reason; only a caller's mistake throws.
 */

export {
  type BinStrategy,
  brierScore,
  brierScoreMulticlass,
  type CalibrationBin,
  type CalibrationOptions,
  calibrationCurve,
  expectedCalibrationError,
} from './calibration/curve.ts';
export { decisionCurve, type NetBenefit } from './calibration/decision-curve.ts';
export { type Recalibration, recalibration } from './calibration/recalibration.ts';
export { type ChiSquare, chiSquareTest, fisherExact } from './cohort/contingency.ts';
export { type KruskalWallis, kruskalWallis } from './cohort/kruskal.ts';
export {
  standardizedDifference,
  standardizedDifferenceCategorical,
} from './cohort/standardized-difference.ts';
export type { Numbers } from './core/checks.ts';
export { StatsInputError } from './core/errors.ts';
export { type Absent, absent, type Estimate, type Known, type Outcome } from './core/estimate.ts';
export { columnOf, type Matrix, matrixFrom, rowOf, sideBySide, takeRows, zeros } from './core/matrix.ts';
export { mean, sampleVariance } from './core/moments.ts';
export { compareCodePoints, midranks, quantile } from './core/order.ts';
export { Random } from './core/random.ts';
export { auc, type MulticlassAuc, macroAuc } from './discrimination/auc.ts';
export {
  type Confusion,
  type ConfusionMetrics,
  confusionAt,
  confusionMetrics,
  f1Score,
} from './discrimination/confusion.ts';
export {
  argmaxRows,
  confusionMatrix,
  type MulticlassMetrics,
  multiclassMetrics,
} from './discrimination/multiclass.ts';
export {
  averagePrecision,
  type PrecisionRecallCurve,
  precisionRecallCurve,
} from './discrimination/precision-recall.ts';
export { type RocCurve, rocCurve, sensitivityAt } from './discrimination/roc.ts';
export {
  fixedSensitivityThreshold,
  type ThresholdChoice,
  youdenThreshold,
} from './discrimination/threshold.ts';
export {
  AGGREGATIONS,
  aggregateSlices,
  freezeAggregation,
} from './frozen/aggregation.ts';
export {
  type Aggregation,
  type AggregationCandidate,
  canonicalJson,
  type FittedOn,
  type Frozen,
  FrozenDecisionError,
  type FrozenKind,
  type FrozenValues,
  parseFrozen,
  sha256,
} from './frozen/frozen.ts';
export { applyIsotonic, freezeIsotonic } from './frozen/isotonic.ts';
export { applyPlatt, freezePlatt } from './frozen/platt.ts';
export { ExternalRowsError, type FitRow, patientsHash, type ScoredRow } from './frozen/rows.ts';
export { applyScaler, freezeScaler } from './frozen/scaler.ts';
export { applySelector, freezeUnivariateSelector, freezeVarianceSelector } from './frozen/selector.ts';
export { applyTemperature, freezeTemperature } from './frozen/temperature.ts';
export { freezeThreshold, type ThresholdRule } from './frozen/threshold.ts';
export {
  adaptSite,
  freezeCombatReference,
  harmonise,
  LEAST_SITE_PATIENTS,
  type SiteAdaptation,
} from './harmonize/combat.ts';
export type { FoldCombat } from './harmonize/fold-combat.ts';
export { auditSite, type SiteAudit, type SiteAuditOptions } from './harmonize/site-audit.ts';
export {
  type BootstrapInterval,
  type BootstrapOptions,
  bootstrap,
} from './inference/bootstrap.ts';
export { type BinaryMetric, bootstrapBinary } from './inference/bootstrap-binary.ts';
export { type AgainstChance, type AreaWithInterval, againstChance, separationP } from './inference/chance.ts';
export { type AucComparison, delongAuc, delongCovariance, delongTest } from './inference/delong.ts';
export {
  type AucOfGroups,
  aucOfGroups,
  type Heterogeneity,
  type ScoredGroup,
} from './inference/heterogeneity.ts';
export { holm } from './inference/holm.ts';
export { type McNemar, mcnemar } from './inference/mcnemar.ts';
export { type ProportionMethod, type ProportionOptions, proportion } from './inference/proportion.ts';
export {
  integratedDiscrimination,
  netReclassification,
  type Reclassification,
  type ReclassificationOptions,
} from './inference/reclassification.ts';
export { type RocBand, rocBand } from './inference/roc-band.ts';
export {
  type ClassWeight,
  fitLogistic,
  type LogisticModel,
  type LogisticOptions,
  logisticProbabilities,
  logisticScores,
} from './linear/logistic.ts';
export { fitPca, type Pca, pcaTransform } from './linear/pca.ts';
export { fitStandardScaler, type StandardScaler, standardise } from './linear/scaler.ts';
export { type Folds, foldRows, stratifiedGroupKFold } from './split/group-kfold.ts';
export { type Split, stratifiedSplit } from './split/stratified-split.ts';
