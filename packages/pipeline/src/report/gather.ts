import { decisionsHash } from '@radweave/analysis/audit/frozen';
import { fusedBefore } from '@radweave/analysis/evaluation/notes';
import { requireArrays } from '@radweave/analysis/features/source';
import {
  type AuditCheck,
  auditFiles,
  auditFolder,
  type Config,
  DataError,
  inShell,
  readAuditRecord,
} from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';
import { type Remark, remark } from '@radweave/remarks';
import { madeOf, type Optional, type ReportData } from '@radweave/report';
import type { StageContext } from '@radweave/study/context/events';
import { environmentOf } from './environment.ts';
import { featureMaps } from './feature-maps.ts';
import { readGalleries } from './galleries.ts';
import { readFusion, readResults } from './results.ts';
import { reportedRuns } from './runs.ts';
import { readSearches } from './searches.ts';
import { settingsUsed } from './settings-used.ts';
import { readSite } from './site.ts';
import { readStudyCohort, type StudyCohort } from './study-cohort.ts';
import { UsedFiles } from './used-files.ts';

/**
 * Reads everything a report is made of.
 *
 * @throws UsageError when there is no evaluation or cohort; DataError when files do not belong together.
 */
export async function gatherReport(config: Config, context: StageContext): Promise<ReportData> {
  const outputDir = config.experiment.output_dir;
  const files = new UsedFiles(outputDir);
  const evaluation = readResults(config, files);
  const modalities = [...new Set(evaluation.models.flatMap((model) => model.modalities))];
  const { versions, isOther, ...study } = readStudyCohort(config.data, modalities, files);
  const fusion = readFusion(config, evaluation, modalities, files);
  const fused = madeOf(fusion);
  const runs = await reportedRuns(outputDir, modalities, evaluation, fused, files, context);
  const checkpoints = new Set([
    ...runs.map(({ checkpoint }) => checkpoint),
    ...(fused?.modalities ?? []).map(({ checkpoint_sha256 }) => checkpoint_sha256),
  ]);
  const galleries = await readGalleries(
    config,
    { ...study, isOther, fused },
    evaluation,
    checkpoints,
    files,
    context,
  );
  const siteAudit = readSite(config, { ...study, isOther }, files);
  const maps = await featureMaps(config, modalities, evaluation.label_names);
  // The maps read every array: where they are there, none is changed.
  const changed = 'missing' in maps ? changedFeatures(config.data.features_dir, modalities) : [];
  const since = evaluation.notes.some(({ code }) => code === 'fused-before')
    ? []
    : fusedBefore(fused, config.data.features_dir);
  return {
    name: config.experiment.name,
    date: today(),
    evaluation: { ...evaluation, notes: [...changed, ...since, ...evaluation.notes] },
    ...study,
    searches: readSearches(config, modalities, files),
    runs: runs.map(({ training }) => training),
    fusion,
    maps,
    galleries,
    siteAudit,
    leakage: readLeakage(config, isOther, files),
    configurations: [
      ...runs.flatMap(({ configuration }) => (configuration === null ? [] : [configuration])),
      ...settingsUsed(config.data, evaluation, fused),
    ],
    environment: environmentOf({
      preprocess: versions,
      trainings: runs.map(({ training, environment }) => ({
        modality: training.modality,
        run: training.name,
        about: environment,
      })),
      fusion: fused,
      evaluation,
      galleries: madeOf(galleries) ?? [],
    }),
    files: files.list(),
  };
}

/** The day here, not in Greenwich: `2026-02-03`. */
function today(now: Date = new Date()): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}

/**
 * The checks of the newest audit of everything, unless it is of other decisions, slices or patients.
 *
 * @param isOther whether it is of other patients or slices.
 */
function readLeakage(
  config: Config,
  isOther: StudyCohort['isOther'],
  files: UsedFiles,
): Optional<AuditCheck[]> {
  const path = auditFiles(auditFolder(config)).record;
  const command = 'radweave audit';
  if (!existsSync(path)) return { missing: { command, reason: null } };
  const audit = readAuditRecord(path);
  if (isOther(audit)) return { missing: { command, reason: remark('other-split', { file: path }) } };
  if (audit.decisions_sha256 !== undefined && audit.decisions_sha256 !== decisionsHash(config)) {
    return { missing: { command, reason: remark('audited-before', { file: path }) } };
  }
  files.add(path);
  return { value: audit.checks };
}

/** A caution for each modality whose arrays or tables are not those that `extract` recorded. */
function changedFeatures(featuresDir: string, modalities: readonly string[]): Remark[] {
  return modalities
    .filter((one) => isChanged(featuresDir, one))
    .map((modality) =>
      remark('features-changed', { modality, again: `radweave extract --modality ${inShell(modality)}` }),
    );
}

function isChanged(featuresDir: string, modality: string): boolean {
  try {
    requireArrays(featuresDir, modality);
    return false;
  } catch (error) {
    if (error instanceof DataError) return error.code === 'E_FEATURES_CHANGED';
    throw error;
  }
}
