import { createHash } from 'node:crypto';
import {
  type AuditCase,
  type FeatureSet,
  featureSetPath,
  featureTablePath,
  groupBy,
  hashFile,
  SPLITS,
  type Split,
  UNKNOWN_NETWORK,
} from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';
import { and, few, type Remark, remark } from '@radweave/remarks';
import { runsIn } from '@radweave/study/runs/run-folder';
import type { SeenReader } from '@radweave/study/runs/seen-patients';
import { isForeign } from '../features/foreign.ts';
import { readRecordedFeatures } from '../features/recorded.ts';
import { readSplitFeatures } from '../features/source.ts';
import { attempt, auditCase, type CheckReport, finding } from './check.ts';
import { changedCases, otherPatients, type TablePatient } from './other-patients.ts';
import { type SeenCases, seenCases } from './seen.ts';
import { type AuditSubject, gather } from './subject.ts';

interface AuditedFeatures {
  split: Split;
  set: FeatureSet;
  patients: TablePatient[];
  /** SHA-256 of the array of each patient that can be read. */
  arrays: { patient: string; sha256: string }[];
}

/** Features by a network that has seen patients of validation or test, and features of other patients, or in other splits. */
export async function checkFeatures(subject: AuditSubject, reader: SeenReader): Promise<CheckReport> {
  const { config, modalities } = subject;
  const gaps: Remark[] = [];
  const looked: string[] = [];
  const seen: SeenCases = { trainedOn: [], selectedOn: [] };
  const moved: AuditCase[] = [];
  const others: AuditCase[] = [];
  const same: Record<'across' | 'within', AuditCase[]> = { across: [], within: [] };
  for (const modality of modalities) {
    const features = readSplits(config.data.features_dir, modality, gaps);
    const isUnknown = features.some(({ set }) => set.checkpoint === UNKNOWN_NETWORK);
    if (isUnknown || isForeign(config.data.features_dir, modality)) {
      gaps.push(remark('audit-foreign-features', { modality }));
    }
    if (features.length === 0) {
      if (!isForeign(config.data.features_dir, modality))
        gaps.push(remark('audit-no-features', { modality }));
      continue;
    }
    looked.push(modality);
    for (const own of features) moved.push(...movedCases(own, modality, subject));
    for (const group of sameArrays(features)) {
      const isAcross = new Set(group.map(({ split }) => split)).size > 1;
      const names = group.map(({ patient, split }) => `${patient} (${split})`);
      const shown = few(names.slice(0, NAMED), names.length > NAMED);
      same[isAcross ? 'across' : 'within'].push(
        auditCase(
          group.map(({ patient }) => patient),
          `features of ${modality}: ${shown}`,
        ),
      );
    }
    const then = Object.fromEntries(features.map(({ split, set }) => [split, set.slices_identity]));
    others.push(...changedCases({ [modality]: then }, subject, `the features of ${modality}`));
    others.push(...otherPatients(features, [modality], subject, `the features of ${modality}`));
    // A split whose record says in_sample was extracted with a network that knows it, whatever became of the file.
    const recorded = features.filter(({ split, set }) => split !== 'train' && set.in_sample === true);
    seen.trainedOn.push(
      ...recorded.map(({ split }) =>
        auditCase([], `${modality}, ${split}: recorded as extracted by a network trained on it`),
      ),
    );
    const one = await seenByNetwork(features, modality, subject, reader);
    seen.trainedOn.push(...one.trainedOn);
    seen.selectedOn.push(...one.selectedOn);
    gaps.push(...one.gaps);
  }
  const where = config.data.features_dir;
  const again = 'Train again on the present split, extract with that run, and fuse again';
  return {
    looked: looked.length === 0 ? null : remark('audit-features', { modalities: looked }),
    found: [
      ...finding(remark('LEAK_FEATURES_TRAINED'), seen.trainedOn, where, again),
      ...finding(remark('LEAK_FEATURES_SELECTED'), seen.selectedOn, where, again),
      ...finding(remark('LEAK_FEATURES_SPLIT'), moved, where, 'Extract again, and fuse again'),
      ...finding(remark('LEAK_FEATURES_SAME'), same.across, where, WHOSE),
      ...finding(remark('WARN_FEATURES_SAME'), same.within, where, WHOSE),
      ...finding(remark('WARN_FEATURES_PATIENTS'), others, where, 'Extract again, and fuse again'),
    ],
    gaps,
  };
}

const WHOSE =
  'Find out whose they are: features that were copied, or extracted from copies of images, make one patient count twice';

/** Patients of a case that are named. */
const NAMED = 4;

/** Several patients with the very same array each, whatever the files are called. */
function sameArrays(features: readonly AuditedFeatures[]): { patient: string; split: Split }[][] {
  const all = features.flatMap(({ split, arrays }) => arrays.map((one) => ({ ...one, split })));
  return [...groupBy(all, ({ sha256 }) => sha256).values()].filter((group) => group.length > 1);
}

/** The splits whose record can be read; what cannot be, and arrays that are not as they were extracted, are gaps. */
function readSplits(featuresDir: string, modality: string, gaps: Remark[]): AuditedFeatures[] {
  const isThere = (split: Split): boolean =>
    [featureTablePath, featureSetPath].some((of) => existsSync(of(featuresDir, split, modality)));
  if (
    isForeign(featuresDir, modality)
      ? !existsSync(featureSetPath(featuresDir, 'train', modality))
      : !SPLITS.some(isThere)
  )
    return [];
  return SPLITS.flatMap((split) => {
    const read = attempt(gaps, () => readSplitFeatures(featuresDir, split, modality));
    if (read === undefined) return [];
    const { rows, set, table, arrays } = read;
    const faults: Remark[] = [];
    const readable = rows.flatMap((row) => {
      const data = attempt(faults, () => readRecordedFeatures(row, table, arrays));
      if (data === undefined) return [];
      const sha256 = createHash('sha256').update(data).digest('hex');
      return [{ patient: row.patient_id.normalize('NFC'), sha256 }];
    });
    const [first] = faults;
    if (first !== undefined) {
      const file = first.code === 'audit-unreadable' ? first.params.file : table;
      const about = { n: faults.length, modality, split, example: first, file };
      gaps.push(remark('audit-damaged-features', about));
    }
    return [
      {
        split,
        set,
        patients: rows.map(({ patient_id, label }) => ({ patient: patient_id.normalize('NFC'), label })),
        arrays: readable,
      },
    ];
  });
}

/** Patients who are now in other splits than their features; those now in none are no leak. */
function movedCases(
  { split, patients }: AuditedFeatures,
  modality: string,
  { splitsOf }: AuditSubject,
): AuditCase[] {
  return patients.flatMap(({ patient }) => {
    const others = [...(splitsOf.get(patient) ?? [])].filter((now) => now !== split);
    if (others.length === 0) return [];
    return [auditCase([patient], `features of ${modality} in ${split}, now in ${and(others)}`)];
  });
}

/** What the network that each split's features came from has seen of the patients in these features. */
async function seenByNetwork(
  features: readonly AuditedFeatures[],
  modality: string,
  subject: AuditSubject,
  reader: SeenReader,
): Promise<SeenCases & { gaps: Remark[] }> {
  const result: SeenCases & { gaps: Remark[] } = { trainedOn: [], selectedOn: [], gaps: [] };
  for (const [sha256, own] of groupBy(features, ({ set }) => set.checkpoint_sha256)) {
    const named = own[0]?.set.checkpoint ?? 'pretrained';
    if (named === 'pretrained' || named === UNKNOWN_NETWORK) continue;
    const path = fileOf(named, sha256, subject);
    if (path === null) {
      result.gaps.push(remark('audit-checkpoint-gone', { modality, file: named }));
      continue;
    }
    const seen = await reader.seenBy(path);
    if ('code' in seen) {
      result.gaps.push(seen);
      continue;
    }
    const rows = own.flatMap(({ split, patients }) => patients.map(({ patient }) => ({ patient, split })));
    const splitsOf = gather(rows, ({ patient }) => patient, 'split');
    const cases = seenCases(seen, subject, splitsOf, `features of ${modality} by ${path}`);
    result.trainedOn.push(...cases.trainedOn);
    result.selectedOn.push(...cases.selectedOn);
    result.gaps.push(...seen.gaps);
  }
  return result;
}

/** The checkpoint with this hash: where the features say, else a run of this output folder, which may have been moved. */
function fileOf(named: string, sha256: string, { config }: AuditSubject): string | null {
  const runs = runsIn(config.experiment.output_dir).map(({ best }) => best);
  return [named, ...runs].find((path) => existsSync(path) && hashFile(path) === sha256) ?? null;
}
