import { basename } from 'node:path';
import { CHECKS, checkTools } from '@radweave/analysis/audit/checks';
import { decisionsHash } from '@radweave/analysis/audit/frozen';
import { type PerformedCheck, performCheck } from '@radweave/analysis/audit/perform';
import { alikeIds } from '@radweave/analysis/audit/similar-ids';
import { type AuditSubject, readSubject } from '@radweave/analysis/audit/subject';
import { auditText, caseText, isAuditText } from '@radweave/analysis/audit/text';
import {
  type AuditFinding,
  type AuditRecord,
  type AuditSeverity,
  auditFiles,
  auditFolder,
  type Config,
  DataError,
  jsonWith,
  namingPlaces,
  refuseOthers,
  replaceFilesTogether,
  slicesIn,
  tableWith,
  UsageError,
  writeAlikeIds,
  writeAuditRecord,
  writeFileAtomic,
} from '@radweave/artifacts';
import { CheckpointReader } from '@radweave/network/open/checkpoint-reader';
import { counted } from '@radweave/remarks';
import { type StageContext, stopIfAsked, warn } from '@radweave/study/context/events';
import { programVersions } from '@radweave/study/context/versions';

export interface AuditOptions {
  config: Config;
  modalities: string[];
  /** Warnings fail, too. */
  strict: boolean;
  /** Bits, 0 to 15, up to which perceptual hashes count as near; 0: equal hashes only. */
  nearDuplicateDistance: number;
  /** Whether to decode and compare the images. */
  pixels: boolean;
  /** Only what images and split files show, before anything is trained. */
  dataOnly?: boolean;
  /** Run by modality that results come from; the newest on the present split where none is named. */
  runs?: Readonly<Record<string, string>>;
  /** By default `audit` in the experiment's output folder. */
  outputDir?: string | null;
}

export interface AuditResult extends Pick<AuditRecord, 'verdict' | 'checks' | 'findings'> {
  outputDir: string;
  auditFile: string;
  textFile: string;
  /** Patients whose IDs are alike; null when there are none. */
  alikeFile: string | null;
}

/**
 * Looks for everything by which patients of validation and test can have had a part in fitting, and writes `audit.json`,
 * `audit.txt` and, where IDs are alike, `similar_ids.csv`.
 *
 * @throws DataError `E_LEAK` after writing when there is a leak, or, if `strict`, a warning; UsageError without splits;
 *   InterruptedError when told to stop.
 */
export async function audit(options: AuditOptions, context: StageContext): Promise<AuditResult> {
  const { config, modalities, strict, nearDuplicateDistance } = options;
  checkOptions(options);
  const outputDir = options.outputDir ?? auditFolder(config);
  refuseOtherAudit(outputDir);
  const subject = readSubject(config, modalities, options.runs ?? {});
  const tools = await checkTools(
    subject,
    new CheckpointReader(subject.known),
    { pixels: options.pixels, nearDuplicateDistance },
    context,
  );
  const performed: PerformedCheck[] = [];
  const told = new Set<string>();
  for (const check of CHECKS) {
    if (options.dataOnly === true && check.needs === 'results') continue;
    stopIfAsked(context, 'the audit');
    performed.push(await performCheck(check, subject, tools, told));
  }
  const record = recordOf(options, subject, performed);
  const shared = namingPlaces(record, config);
  const { record: auditFile, text: textFile, alike } = auditFiles(outputDir);
  const alikes = alikeIds(subject);
  const fill = (staging: string): void => {
    const files = auditFiles(staging);
    writeFileAtomic(files.text, auditText(shared));
    writeAuditRecord(files.record, shared);
    if (alikes.length > 0) writeAlikeIds(files.alike, alikes);
  };
  const obsolete = alikes.length > 0 ? [] : [basename(alike)];
  await replaceFilesTogether(outputDir, fill, { last: basename(auditFile), obsolete });
  const { verdict, checks, findings } = record;
  if (verdict === 'leak' || (strict && verdict === 'warning')) throw failure(record, textFile);
  const warnings = findings.filter(({ severity }) => severity === 'warning');
  for (const one of warnings) warn(context, `${one.what.text} (${casesOf(one)}). ${one.hint}.`);
  const alikeFile = alikes.length > 0 ? alike : null;
  return { outputDir, auditFile, textFile, alikeFile, verdict, checks, findings };
}

/** @throws UsageError `E_OTHER_FILE`. */
function refuseOtherAudit(folder: string): void {
  const { record, text, alike } = auditFiles('');
  refuseOthers(folder, '--set experiment.output_dir=FOLDER', 'a file of an audit of Radweave', {
    [record]: jsonWith('verdict'),
    [text]: isAuditText,
    [alike]: tableWith('group', 'alike'),
  });
}

function checkOptions({ modalities, nearDuplicateDistance }: AuditOptions): void {
  if (modalities.length === 0) {
    throw new UsageError('E_MODALITIES', 'no modality is named', { where: '--modalities' });
  }
  if (!Number.isInteger(nearDuplicateDistance) || nearDuplicateDistance < 0 || nearDuplicateDistance > 15) {
    throw new UsageError('E_DISTANCE', `'${nearDuplicateDistance}' is not a whole number from 0 to 15`, {
      where: '--near_duplicate_distance',
    });
  }
}

function recordOf(
  options: AuditOptions,
  { splitHash, summary }: AuditSubject,
  performed: readonly PerformedCheck[],
): AuditRecord {
  const findings = performed.flatMap((one) => one.findings);
  const count = (severity: AuditSeverity): number =>
    findings.filter((finding) => finding.severity === severity).length;
  const numbers = { leak: count('leak'), warning: count('warning'), info: count('info') };
  return {
    format: 2,
    verdict: numbers.leak > 0 ? 'leak' : numbers.warning > 0 ? 'warning' : 'passed',
    findings_by_severity: numbers,
    modalities: options.modalities,
    splits_dir: options.config.data.splits_dir,
    split_hash: splitHash,
    slices_identity: slicesIn(summary, options.modalities),
    ...(options.dataOnly === true ? {} : { decisions_sha256: decisionsHash(options.config) }),
    near_duplicate_distance: options.pixels ? options.nearDuplicateDistance : null,
    checks: performed.map(({ check }) => check),
    findings,
    not_checked: performed.flatMap(({ gaps }) => gaps),
    versions: programVersions(),
  };
}

/** How many cases a finding has, and the first of them. */
function casesOf({ count, cases: [example] }: AuditFinding): string {
  if (example === undefined) return counted(count, 'case');
  return `${counted(count, 'case')}${count > 1 ? ', such as' : ':'} ${caseText(example)}`;
}

/** Everything is in the files; the message names the first few. */
function failure({ verdict, findings }: AuditRecord, where: string): DataError {
  const wrong = findings.filter(({ severity }) => severity === verdict);
  const told = wrong.map((one) => `${one.what.text} (${one.code}, ${casesOf(one)})`);
  const list = told.slice(0, 5).join('; ');
  const more = told.length > 5 ? `; and ${told.length - 5} more` : '';
  const what = verdict === 'leak' ? 'the audit found leaks' : 'the audit found warnings, and --strict is set';
  const hint = wrong[0]?.hint;
  return new DataError('E_LEAK', `${what}: ${list}${more}`, { where, hint });
}
