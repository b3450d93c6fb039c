import { join } from 'node:path';
import { studyFusedBefore } from '@radweave/analysis/evaluation/notes';
import { alignIfStale } from '@radweave/analysis/features/align';
import { type FusedModel, fitFusedModel } from '@radweave/analysis/fusion/fused-model';
import {
  columnNames,
  concatenate,
  type FusedSplit,
  loadFusedSplit,
} from '@radweave/analysis/fusion/fused-split';
import { inSampleOf } from '@radweave/analysis/fusion/in-sample';
import { usedOf } from '@radweave/analysis/fusion/since-fused';
import { type AuditInput, siteAuditTasks } from '@radweave/analysis/harmonize/audit';
import { harmonisedMetrics, harmonisedPredictions, TRANSDUCTIVE } from '@radweave/analysis/harmonize/results';
import { type Harmonisation, harmoniseSites } from '@radweave/analysis/harmonize/sites';
import {
  type Config,
  DataError,
  HARMONIZE_FILES,
  type HarmonisedMetricsRow,
  type HarmonisedSite,
  type HarmonizeRecord,
  harmonizeFiles,
  harmonizeFolder,
  isArrayOfTable,
  jsonWith,
  refuseOthers,
  replaceFilesTogether,
  type SiteAuditRow,
  SPLITS,
  type Split,
  splitHash,
  tableWith,
  writeHarmonisedFeatures,
  writeHarmonisedMetrics,
  writeHarmonisedPredictions,
  writeHarmonizeRecord,
  writeSiteAudit,
  writeSiteAuditJson,
} from '@radweave/artifacts';
import { counted, type Remark, remark } from '@radweave/remarks';
import { comparableHospitals } from '@radweave/stats';
import { forEachSplit } from '@radweave/study/cohort/each-split';
import { readCohort } from '@radweave/study/cohort/read-cohort';
import { type StageContext, say, stopIfAsked, warn } from '@radweave/study/context/events';
import { programVersions } from '@radweave/study/context/versions';

/** Options of `harmonize`; the classifier is fitted as the `fusion` section says. */
export interface HarmonizeOptions {
  config: Config;
  /** In the order of concatenation. */
  modalities: string[];
  /** Only the audit of the site effect: no harmonised features, no predictions. */
  auditOnly: boolean;
  /** Permutations of the audit: its p-values are at least 1 / (1 + permutations). */
  permutations: number;
}

export interface HarmonizeResult {
  outputDir: string;
  recordFile: string;
  modalities: string[];
  /** Confidence level of all intervals. */
  level: number;
  sites: HarmonisedSite[];
  audit: SiteAuditRow[];
  /** Empty with `auditOnly`. */
  metrics: HarmonisedMetricsRow[];
}

const AUDIT_FILES = ['site_audit.csv', 'site_audit.json'];
const RESULT_FILES = ['harmonised_test.npy', 'harmonised_test.csv', 'predictions_test.csv', 'metrics.csv'];

/**
 * Harmonises the features of each external hospital to the home training patients, audits the site effect before and
 * after, and applies the classifier of the home training patients (who, being the reference, stay as they are).
 *
 * @throws DataError when features are missing, mixed or of another split, train gives no reference, or there are no hospitals
 * to compare.
 */
export async function harmonize(options: HarmonizeOptions, context: StageContext): Promise<HarmonizeResult> {
  const { config, auditOnly, permutations } = options;
  const outputDir = harmonizeFolder(config);
  refuseOtherHarmonisation(outputDir);
  const alignment = await alignIfStale(config, options.modalities, context);
  const { sources } = alignment;
  for (const { text } of studyFusedBefore(config)) warn(context, `${text}.`);
  const modalities = sources.map(({ modality }) => modality);
  const splits = forEachSplit((split) => loadFusedSplit(alignment, split, config.data.features_dir));
  const harmonisation = harmoniseSites(splits.train, splits.test, modalities);
  const { sites } = harmonisation;
  const harmonised = sites.filter((site) => site.harmonised).map(({ hospital }) => hospital);
  if (auditOnly || harmonised.length === 0) requireHospitals(splits, config.data.splits_dir);
  saySites(sites, context);
  const oneLabel = hospitalsOfOneLabel(splits);
  for (const { text } of oneLabel) warn(context, `${text}.`);
  const inSample = modalities.filter((name) => inSampleOf(sources, [name], 'train') === 'yes');
  const { seed } = config.experiment;
  const { confidence_level: level } = config.evaluation;
  const audited = { splits, harmonised, modalities, inSample, seed, level, permutations };
  const audit = await runAudit(audited, context);
  const model = auditOnly ? null : fitFusedModel(alignment, splits, config, false);
  const metrics = model === null ? [] : harmonisedMetrics(model, splits.test, harmonisation);
  const isHarmonised = auditOnly
    ? audit.some(({ features, auc }) => features === 'harmonised' && auc !== null)
    : harmonised.length > 0;
  const cohort = readCohort(config.data, modalities);
  const record: HarmonizeRecord = {
    format: 2,
    method: 'ComBat, reference batch, without covariates',
    transductive: true,
    audit_only: auditOnly,
    modalities,
    reference: harmonisation.reference,
    split_hash: splitHash(cohort?.patients ?? []),
    slices_identity: cohort?.slices(),
    features: sources.map(usedOf),
    sites,
    seed,
    confidence_level: level,
    notes: [...(isHarmonised ? notesOf(inSample) : []), ...oneLabel],
    files: auditOnly ? AUDIT_FILES : [...AUDIT_FILES, ...RESULT_FILES],
    versions: programVersions(),
  };
  await replaceFilesTogether(
    outputDir,
    (folder) => writeAll(folder, record, audit, model, harmonisation, metrics),
    {
      last: HARMONIZE_FILES.record,
      obsolete: [...AUDIT_FILES, ...RESULT_FILES],
      unfinishedWithoutLast: true,
    },
  );
  const { record: recordFile } = harmonizeFiles(outputDir);
  return { outputDir, recordFile, modalities, level, sites, audit, metrics };
}

/** Numbers of no hospital would be no result. @throws DataError `E_HOSPITALS`. */
function requireHospitals(splits: Readonly<Record<Split, FusedSplit>>, where: string): void {
  const patients = SPLITS.flatMap((split) => splits[split].patients);
  const hospitals = comparableHospitals(patients.flatMap(({ hospital }) => hospital || []));
  if (hospitals.value !== null) return;
  throw new DataError('E_HOSPITALS', `there are no hospitals to compare: ${hospitals.reason.text}`, {
    where,
    hint: 'Leave this step out: no other needs it',
  });
}

/** @throws UsageError `E_OTHER_FILE`. */
function refuseOtherHarmonisation(folder: string): void {
  const { record, siteAudit, siteAuditRecord, features, predictions, metrics } = harmonizeFiles('');
  refuseOthers(folder, '--set experiment.output_dir=FOLDER', 'a file of a harmonisation of Radweave', {
    [record]: jsonWith('transductive'),
    [siteAudit]: tableWith('model', 'scope'),
    [siteAuditRecord]: jsonWith('rows'),
    [`${features}.csv`]: tableWith('hospital', 'transductive'),
    [`${features}.npy`]: (path) => isArrayOfTable(path, join(folder, record)),
    [predictions]: tableWith('label', 'transductive'),
    [metrics]: tableWith('features', 'transductive'),
  });
}

async function runAudit(input: AuditInput, context: StageContext): Promise<SiteAuditRow[]> {
  const tasks = siteAuditTasks(input);
  const rows: SiteAuditRow[] = [];
  for (const [done, { name, run }] of tasks.entries()) {
    context.emit({ kind: 'progress', task: name, done, total: tasks.length });
    await new Promise((resolve) => setImmediate(resolve));
    stopIfAsked(context, 'the site audit');
    rows.push(run());
  }
  return rows;
}

function saySites(sites: readonly HarmonisedSite[], context: StageContext): void {
  if (sites.length === 0) warn(context, 'There are no test patients: nothing is harmonised.');
  for (const { hospital, n, reason } of sites) {
    if (reason === null)
      say(context, `${hospital}: harmonised by its own ${counted(n, 'patient')} (transductive).`);
    else warn(context, `${hospital} is left unharmonised: ${reason.text}.`);
  }
}

/** Where labels and hospitals cannot be told apart, an AUC of the hospital is no pure site effect. */
function hospitalsOfOneLabel(splits: Readonly<Record<Split, FusedSplit>>): Remark[] {
  const patients = SPLITS.flatMap((split) => splits[split].patients);
  const compared = comparableHospitals(patients.flatMap(({ hospital }) => hospital || [])).value ?? [];
  const hospitals = compared.filter(
    (name) => new Set(patients.flatMap(({ hospital, label }) => (hospital === name ? label : []))).size === 1,
  );
  return hospitals.length === 0 ? [] : [remark('site-one-label', { hospitals })];
}

/** What holds for all numbers of harmonised features. */
function notesOf(inSample: readonly string[]): Remark[] {
  return [
    TRANSDUCTIVE,
    remark('no-covariate'),
    ...(inSample.length === 0 ? [] : [remark('reference-in-sample', { modalities: inSample })]),
  ];
}

/** Writes every file of a call into a folder. */
function writeAll(
  folder: string,
  record: HarmonizeRecord,
  audit: readonly SiteAuditRow[],
  model: FusedModel | null,
  harmonisation: Harmonisation,
  metrics: readonly HarmonisedMetricsRow[],
): void {
  const files = harmonizeFiles(folder);
  writeSiteAudit(files.siteAudit, audit);
  writeSiteAuditJson(files.siteAuditRecord, audit);
  if (model !== null) {
    const { test, harmonised } = harmonisation;
    const patients = test.patients.map((patient, i) => ({
      ...patient,
      transductive: harmonised[i] === true ? ('yes' as const) : ('no' as const),
    }));
    writeHarmonisedFeatures(files.features, {
      patients,
      data: Float32Array.from(concatenate(test.pooled, model.modalities, patients.length).data),
      names: columnNames(test.pooled, model.modalities),
    });
    const names = model.file.classifiers.map(({ name }) => name);
    const predictions = harmonisedPredictions(model, harmonisation);
    writeHarmonisedPredictions(files.predictions, predictions, names, model.file.label_names);
    writeHarmonisedMetrics(files.metrics, metrics, model.file.label_names);
  }
  writeHarmonizeRecord(files.record, record);
}
