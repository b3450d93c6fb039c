/**
 * Schemas, readers and writers of every file Radweave leaves on disk. Nothing here knows tensors, models or images, and
 * nothing else of Radweave is imported.
 */

// Whole files and folders
export { linkFileAtomic, writeFileAtomic, writeFileOnce } from './atomic.ts';
// outputs/…/audit
export { readAuditRecord, writeAuditRecord } from './audit/record.ts';
export type * from './audit/types.ts';
export type { HparamsOutcome } from './config/best-hparams.ts';
// Configuration
export { bestHparamsPath, updateBestHparams } from './config/best-hparams.ts';
export { configure, type Settings } from './config/configure.ts';
export type { ConfigKey } from './config/describe.ts';
export { describeConfig, findConfigKey } from './config/describe.ts';
export type { ConfigFlag } from './config/flags.ts';
export { canonicalFlag, describedFlags } from './config/flags.ts';
export { configKeysIn } from './config/given-keys.ts';
export type { Override } from './config/overrides.ts';
export { applyOverrides } from './config/overrides.ts';
export { defaultConfig, parseConfig, readConfig } from './config/parse.ts';
export { PRECISIONS, type Precision } from './config/precision.ts';
export { type SettingName, settingKeys, settingOf } from './config/settings.ts';
export type * from './config/types.ts';
export { isForeignPath, refuseForeignPlaces, refuseWindowsPaths } from './config/windows-path.ts';
export { configToYaml, defaultConfigYaml, writeConfig } from './config/yaml.ts';
export type { CrossValidationRow, OutOfFoldRow } from './crossfit/cross-validation.ts';
export {
  readCrossValidation,
  readOutOfFold,
  writeCrossValidation,
  writeOutOfFold,
} from './crossfit/cross-validation.ts';
export type { FoldModel, LogitsRecord } from './crossfit/logits-record.ts';
export { readLogitsRecord, writeLogitsRecord } from './crossfit/logits-record.ts';
export type { PatientLogits } from './crossfit/logits-table.ts';
export { logitsPath, logitsRecordPath, readLogits, writeLogits } from './crossfit/logits-table.ts';
// Tables
export { formatTable, readHeader, readTable, writeTable } from './csv.ts';
export type { Column, Columns } from './csv-columns.ts';
export { count, numberOrEmpty, oneOf, required, text } from './csv-columns.ts';
// What a stage leaves for the runner
export {
  type EmbeddingsRecord,
  type PlacedPatients,
  readEmbeddings,
  writeEmbeddings,
} from './embeddings/record.ts';
export { ERROR_CODES, type ErrorCode } from './error-codes.ts';
export type { ErrorDetails, ExitCode } from './errors.ts';
// Errors and issues, used by the whole product
export {
  DataError,
  InterruptedError,
  RadweaveError,
  ResourceError,
  systemCode,
  UsageError,
} from './errors.ts';
// outputs/…/evaluation
export { evaluatedNetwork, readEvaluation, writeEvaluation } from './evaluation/evaluation-file.ts';
export { readFrozen, writeFrozen } from './evaluation/frozen-file.ts';
export {
  writeAggregation,
  writeComparisons,
  writeCurves,
  writeEvaluatedPatients,
  writeEvaluationMetrics,
  writeHeterogeneity,
} from './evaluation/tables.ts';
export type * from './evaluation/types.ts';
// outputs/…/explanations
export { digitsApart } from './explain/digits.ts';
export {
  explanationsFile,
  explanationsFolder,
  readExplanations,
  writeExplanations,
} from './explain/explanations.ts';
export type * from './explain/types.ts';
export type { AlignedFeatures, AlignedPatient, UnalignedPatient } from './features/aligned.ts';
// data/features
export { readAligned, writeAligned } from './features/aligned.ts';
export type { AlignmentRecord } from './features/alignment-record.ts';
export {
  alignmentRecordPath,
  readAlignmentRecord,
  writeAlignmentRecord,
} from './features/alignment-record.ts';
export type { FeatureSet } from './features/feature-set.ts';
export { featureSetPath, readFeatureSet, UNKNOWN_NETWORK, writeFeatureSet } from './features/feature-set.ts';
export type { FeatureRow, SliceIndexRow } from './features/feature-table.ts';
export {
  featurePath,
  featureTablePath,
  readFeatureTable,
  readSliceIndex,
  resolveFeaturePath,
  writeFeatureTable,
  writeSliceIndex,
} from './features/feature-table.ts';
export { decodeNpy, readFeatures, readNpy } from './features/npy-read.ts';
export type { NpyArray, NpyData } from './features/npy-types.ts';
export { encodeNpy, writeNpy } from './features/npy-write.ts';
export { FileHashes } from './file-hashes.ts';
export { explainFileError } from './files/explain.ts';
export type { Fingerprint } from './fingerprint.ts';
export { hashFile, hashValue } from './fingerprint.ts';
export { replaceFolderAtomic } from './folder.ts';
// outputs/…/fusion
export type { FusedFeatures } from './fusion/fused-features.ts';
export { writeFusedFeatures } from './fusion/fused-features.ts';
export type { FusionMetricsRow, InSample } from './fusion/metrics.ts';
export { readFusionMetrics, writeFusionMetrics } from './fusion/metrics.ts';
export type {
  FittedClassifier,
  FrozenRecord,
  FusionModality,
  FusionModelFile,
  StackedModel,
  StackInput,
} from './fusion/model-file.ts';
export { readFusionModel, writeFusionModel } from './fusion/model-file.ts';
export type { FusionPrediction, NewPrediction, PredictionRow } from './fusion/predictions.ts';
export { readPredictions, writeNewPredictions, writePredictions } from './fusion/predictions.ts';
export type { ModelProbabilities } from './fusion/probability-columns.ts';
// outputs/…/harmonize
export {
  readHarmonizeRecord,
  readSiteAuditJson,
  writeHarmonizeRecord,
  writeSiteAuditJson,
} from './harmonize/record.ts';
export {
  readHarmonisedMetrics,
  readSiteAudit,
  writeHarmonisedFeatures,
  writeHarmonisedMetrics,
  writeHarmonisedPredictions,
  writeSiteAudit,
} from './harmonize/tables.ts';
export type * from './harmonize/types.ts';
export { IssueCollector } from './issues.ts';
export { readJson, writeJson } from './json.ts';
export * from './layout.ts';
export type { FolderLock } from './lock.ts';
export { lockFolder, lockFolders } from './lock.ts';
export type { Manifest, StageInput, StageState, UpToDate } from './manifest.ts';
export { isUpToDate, readManifest, relativeToOutput, writeManifest } from './manifest.ts';
export { folderName, isFolderName } from './names.ts';
export { compareText, naturalCompare } from './natural.ts';
export { nearest } from './nearest.ts';
export { replaceFilesTogether } from './replace-files.ts';
export type { BrightnessRow } from './splits/brightness.ts';
export { readBrightness, writeBrightness } from './splits/brightness.ts';
export type { CohortPatient } from './splits/cohort.ts';
// data/splits
export { readCohort, splitHash, writeCohort } from './splits/cohort.ts';
export { readPhantomMark, writePhantomMark } from './splits/phantom-mark.ts';
export type { Exclusion, RejectedImage } from './splits/reports.ts';
export { readExclusions, readRejected, writeExclusions, writeRejected } from './splits/reports.ts';
export type { SlicePlace } from './splits/slice-path.ts';
export { parseSlicePath, SLICE_LAYOUT } from './splits/slice-path.ts';
export type { HashedSlice } from './splits/slices-hash.ts';
export { slicesHash } from './splits/slices-hash.ts';
export type { SliceRecord, Split, SplitRow } from './splits/split-file.ts';
export { readSplit, relativePath, SPLITS, splitPath, writeSplit } from './splits/split-file.ts';
export type { CohortCount, SplitSummary } from './splits/summary.ts';
export { readSplitSummary, writeSplitSummary } from './splits/summary.ts';
export type { CutEvents } from './tensorboard/cut.ts';
export { cutEvents } from './tensorboard/cut.ts';
export { EventWriter } from './tensorboard/writer.ts';
export { readBytes, readText } from './text.ts';
export type { HistoryMetric, HistoryRow } from './training/history.ts';
// Logs of a training run
export {
  appendHistory,
  HISTORY_METRICS,
  readHistory,
  truncateHistory,
  writeHistory,
} from './training/history.ts';
export type { MetricsRow } from './training/metrics.ts';
export { readMetrics, writeMetrics } from './training/metrics.ts';
export type { SlicePrediction } from './training/slice-predictions.ts';
export {
  eachSlicePrediction,
  readSlicePredictions,
  slicePredictionsPath,
  writeSlicePredictions,
} from './training/slice-predictions.ts';
export { requireWritable } from './writable.ts';
