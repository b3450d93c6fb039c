import { type AuditCase, damageOf, identityOf, outputFolders, type SplitIdentity } from '@radweave/artifacts';
import { type Remark, remark, several } from '@radweave/remarks';
import { damagedRuns, findRuns, newestFitting } from '@radweave/study/runs/run-folder';
import { requirePredictions } from '@radweave/study/runs/run-predictions';
import type { SeenReader } from '@radweave/study/runs/seen-patients';
import { attempt, type CheckReport, finding } from './check.ts';
import { seenCases } from './seen.ts';
import type { AuditSubject } from './subject.ts';

/**
 * Runs trained on patients who are now in validation or test, or whose epoch was chosen on patients now in test. The run
 * that the next command takes is a leak, and so is the newest where it would take none, for the split may have been changed by
 * hand since; others, which only a user's own choice would take, are a warning.
 */
export async function checkCheckpoints(subject: AuditSubject, reader: SeenReader): Promise<CheckReport> {
  const { config, modalities, runs, splitsOf } = subject;
  const outputDir = config.experiment.output_dir;
  const gaps: Remark[] = damagedRuns(outputDir).map(({ error }) => damageOf(error));
  const used = { trainedOn: [] as AuditCase[], selectedOn: [] as AuditCase[] };
  const old: AuditCase[] = [];
  const looked = { chosen: 0, oneEpoch: 0 };
  for (const modality of modalities) {
    const found = findRuns(outputDir, 'best', { modality });
    const { run: fitting, other } = newestFitting(found, presentSplit(subject, modality));
    const chosen = runs[modality] ?? (fitting ?? other)?.name;
    if (chosen === undefined) gaps.push(remark('audit-no-run', { modality }));
    if (other !== undefined) gaps.push(remark('run-other-split', { modality, run: other.name }));
    for (const run of found) {
      attempt(gaps, () => requirePredictions(run));
      const seen = await reader.seenBy(run.best);
      if ('code' in seen) {
        gaps.push(seen);
        continue;
      }
      looked[run.read().epochs === 1 ? 'oneEpoch' : 'chosen']++;
      gaps.push(...seen.gaps);
      const { trainedOn, selectedOn } = seenCases(seen, subject, splitsOf, `run ${run.name}`);
      if (run.name === chosen) {
        used.trainedOn.push(...trainedOn);
        used.selectedOn.push(...selectedOn);
      } else old.push(...trainedOn, ...selectedOn);
    }
  }
  const where = outputFolders(outputDir).checkpoints;
  const hint = 'Train again on the present split, or restore the split these runs were trained on';
  return {
    looked: several([
      ...(looked.chosen === 0 ? [] : [remark('audit-runs', { n: looked.chosen })]),
      ...(looked.oneEpoch === 0 ? [] : [remark('audit-runs-one-epoch', { n: looked.oneEpoch })]),
    ]),
    found: [
      ...finding(remark('LEAK_CHECKPOINT_TRAINED'), used.trainedOn, where, hint),
      ...finding(remark('LEAK_CHECKPOINT_SELECTED'), used.selectedOn, where, hint),
      ...finding(
        remark('WARN_CHECKPOINT_OLD'),
        old,
        where,
        'Do not use these runs with the present split; delete them when they are not needed',
      ),
    ],
    gaps,
  };
}

/** As the split files say, also where they contradict each other: then no run fits. */
function presentSplit({ placements }: AuditSubject, modality: string): SplitIdentity {
  return identityOf(placements.filter(({ source }) => source === modality));
}
