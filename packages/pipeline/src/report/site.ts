import { changedSince } from '@radweave/analysis/fusion/since-fused';
import {
  type Config,
  harmonizeFiles,
  harmonizeFolder,
  levelOf,
  readHarmonizeRecord,
  readSiteAuditJson,
} from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';
import { remark } from '@radweave/remarks';
import type { Optional, SiteAudit } from '@radweave/report';
import { comparableHospitals } from '@radweave/stats';
import type { StudyCohort } from './study-cohort.ts';
import type { UsedFiles } from './used-files.ts';

/** The site audit that `harmonize` left of the present features. */
export function readSite(
  config: Config,
  { cohort, isOther }: Pick<StudyCohort, 'cohort' | 'isOther'>,
  files: UsedFiles,
): Optional<SiteAudit> {
  const hospitals = comparableHospitals(cohort.flatMap(({ hospital }) => hospital || []));
  if (hospitals.value === null) return { missing: { command: null, reason: hospitals.reason } };
  const folder = harmonizeFolder(config);
  // The record is written last: without it the folder is not finished.
  const { record: recordFile, siteAuditRecord: auditFile } = harmonizeFiles(folder);
  const command = 'radweave harmonize';
  if (!existsSync(recordFile)) return { missing: { command, reason: null } };
  const record = readHarmonizeRecord(recordFile);
  if (isOther(record)) return { missing: { command, reason: remark('other-split', { file: recordFile }) } };
  const changed = changedSince(record.features ?? [], config.data.features_dir);
  if (changed.length > 0) {
    const reason = remark('other-features', { file: recordFile, modalities: changed });
    return { missing: { command, reason } };
  }
  const { notes, sites } = record;
  const rows = readSiteAuditJson(auditFile);
  files.add(recordFile);
  files.add(auditFile);
  const left = sites.flatMap(({ hospital, harmonised, reason }) =>
    harmonised || reason === null ? [] : [remark('hospital-left', { hospital, reason })],
  );
  return { value: { rows, level: levelOf(record), notes: [...notes, ...left] } };
}
