import {
  type AuditCase,
  fusionFolder,
  type KeyedPatient,
  logitsRecordPath,
  outputFolders,
  type PatientKeys,
  readLogitsRecord,
  readSplit,
  splitPath,
  tuneFiles,
  tuneFolder,
} from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';
import { type Remark, remark } from '@radweave/remarks';
import { SliceTable } from '@radweave/study/cohort/slice-table';
import { type RunFolder, runsIn } from '@radweave/study/runs/run-folder';
import { requirePredictions } from '@radweave/study/runs/run-predictions';
import type { SeenReader } from '@radweave/study/runs/seen-patients';
import { FusionResults } from '../fusion/fusion-results.ts';
import { attempt, auditCase, type CheckReport, finding } from './check.ts';
import { type SeenCases, seenCases } from './seen.ts';
import type { AuditSubject } from './subject.ts';

/** What fold models have seen: of their own held-out fold, and of validation and test where they speak of these. */
export async function checkFoldModels(subject: AuditSubject, reader: SeenReader): Promise<CheckReport> {
  const { config, modalities } = subject;
  const gaps: Remark[] = [];
  const runs = foldRuns(config.experiment.output_dir, modalities, gaps);
  const records = modalities
    .map((modality) => logitsRecordPath(config.data.features_dir, modality))
    .filter((path) => existsSync(path));
  if (runs.length + records.length === 0) {
    const isSearched = modalities.some((one) => existsSync(tuneFiles(tuneFolder(config, one)).record));
    const none = remark(isSearched ? 'audit-no-folds-but-searched' : 'audit-no-folds');
    return { looked: null, found: [], gaps: [...gaps, none] };
  }
  const own: AuditCase[] = [];
  for (const { run, modality } of runs) {
    attempt(gaps, () => requirePredictions(run));
    const seen = await reader.seenBy(run.best);
    const heldOut = attempt(gaps, () => heldOutPatients(run, modality, subject.keys)) ?? null;
    if ('code' in seen) gaps.push(seen);
    else if (heldOut === null) gaps.push(remark('audit-no-fold-splits', { run: run.name }));
    else {
      gaps.push(...seen.gaps);
      const all = new Set([...seen.trained, ...seen.selected]);
      const wrong = heldOut.filter((one) => subject.known.has(all, one));
      own.push(
        ...wrong.map(({ patient }) => auditCase([patient], `held out of ${run.name}, yet seen by it`)),
      );
    }
  }
  const { mixed, heldOut } = recordCases(subject, records, gaps);
  const hint = 'Remove these runs and logits and make them again, on the present split';
  // A damaged model is a finding of another check, and not taken for one that nothing was stacked in.
  const fusion = attempt([], () => FusionResults.read(fusionFolder(config)));
  const isUnused = fusion !== undefined && fusion?.model.stacked === undefined;
  return {
    looked: remark('audit-fold-models', { n: runs.length, records: records.length }),
    found: [
      ...finding(
        remark('LEAK_FOLD'),
        [...own, ...heldOut],
        outputFolders(config.experiment.output_dir).checkpoints,
        hint,
      ),
      ...finding(
        remark(isUnused ? 'WARN_LOGITS_OLD' : 'LEAK_LOGITS'),
        mixed,
        config.data.features_dir,
        isUnused ? 'Make them again, on the present split, before you stack models' : hint,
      ),
    ],
    gaps,
  };
}

/** Finished models of cross-validation and cross-fitting. */
function foldRuns(
  outputDir: string,
  modalities: readonly string[],
  gaps: Remark[],
): { run: RunFolder; modality: string }[] {
  const runs = runsIn(outputDir).filter((run) => existsSync(run.best));
  return runs.flatMap((run) => {
    const { fold_of, modality } = attempt(gaps, () => run.read()) ?? {};
    const isAsked = fold_of !== undefined && modality !== undefined && modalities.includes(modality);
    return isAsked ? [{ run, modality }] : [];
  });
}

/** The patients a fold's model is evaluated on; null when its split file is gone. */
function heldOutPatients(
  run: RunFolder,
  modality: string,
  keys: PatientKeys,
): readonly KeyedPatient[] | null {
  const file = splitPath(run.splits, 'test', modality);
  if (!existsSync(file)) return null;
  return new SliceTable(readSplit(file, { allowConflicts: true, keys })).patients;
}

/** What the records of cross-fitted logits say themselves. */
function recordCases(
  subject: AuditSubject,
  records: readonly string[],
  gaps: Remark[],
): { mixed: AuditCase[]; heldOut: AuditCase[] } {
  const { people, known, splitsOf } = subject;
  const cases: { mixed: AuditCase[]; heldOut: AuditCase[] } = { mixed: [], heldOut: [] };
  for (const path of records) {
    for (const model of attempt(gaps, () => readLogitsRecord(path))?.models ?? []) {
      const seen = new Set([...model.trained_on, ...model.validated_on]);
      const heldOut = new Set(model.held_out);
      const own = people.filter((one) => known.has(heldOut, one) && known.has(seen, one));
      cases.heldOut.push(
        ...own.map(({ patient }) => auditCase([patient], `held out of ${model.run}, by ${path}`)),
      );
      const { trainedOn }: SeenCases = seenCases(
        { trained: seen, selected: seen },
        subject,
        splitsOf,
        model.run,
      );
      cases.mixed.push(...trainedOn);
    }
  }
  return cases;
}
