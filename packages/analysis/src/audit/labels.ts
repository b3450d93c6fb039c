import { remark } from '@radweave/remarks';
import { auditCase, type CheckReport, finding } from './check.ts';
import { contradicting, describe } from './patients.ts';
import { type AuditSubject, COHORT_FILE, gather } from './subject.ts';

/** A patient with two labels, in the files or by `cohort.csv`; a grade folder that stands for two labels. */
export function checkLabels(subject: AuditSubject): CheckReport {
  const { placements, slices, config, hasCohortFile } = subject;
  const cases = describe(
    contradicting(placements, 'label'),
    ({ label, split, source }) => `label ${label} in ${split} of ${source}`,
  );
  const grades = gather(
    slices.filter(({ grade }) => grade !== null),
    ({ grade }) => grade,
    'label',
  );
  const mixed = [...grades].filter(([, own]) => own.size > 1);
  return {
    looked: hasCohortFile
      ? remark('audit-split-files-and', { file: COHORT_FILE })
      : remark('audit-split-files'),
    found: [
      ...finding(
        remark('LEAK_LABEL_CONFLICT'),
        cases,
        config.data.splits_dir,
        'Find out which is right, correct the folders, and run radweave preprocess again',
      ),
      ...finding(
        remark('WARN_LABEL_FOLDERS'),
        mixed.map(([grade, own]) => auditCase([], `grade${grade}: labels ${[...own].join(', ')}`)),
        config.data.splits_dir,
        'Check the label column of the split files against the grade folders',
      ),
    ],
    gaps: hasCohortFile ? [] : [remark('audit-no-cohort-labels', { file: COHORT_FILE })],
  };
}
