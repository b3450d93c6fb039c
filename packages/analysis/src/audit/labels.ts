import { remark } from '@radweave/remarks';
import { auditCase, type CheckReport, finding } from './check.ts';
import { describe } from './patients.ts';
import { type AuditSubject, COHORT_FILE, gather } from './subject.ts';

/** A patient with two labels, in the files or by `cohort.csv`; a grade folder that stands for two labels. */
export function checkLabels(subject: AuditSubject): CheckReport {
  const { placements, slices, config, hasCohortFile } = subject;
  const labels = gather(
    placements,
    ({ patient }) => patient,
    ({ label }) => label,
  );
  const wrong = placements.filter(({ patient }) => (labels.get(patient)?.size ?? 0) > 1);
  const cases = describe(wrong, ({ label, split, source }) => `label ${label} in ${split} of ${source}`);
  const grades = gather(
    slices,
    ({ grade }) => grade,
    ({ label }) => label,
  );
  const mixed = [...grades].filter(([, own]) => own.size > 1);
  return {
    looked: hasCohortFile
      ? remark('audit-split-files-and', { file: COHORT_FILE })
      : remark('audit-split-files'),
    found: [
      ...finding(
        {
          what: remark('LEAK_LABEL_CONFLICT'),
          severity: 'leak',
          where: config.data.splits_dir,
          hint: 'Find out which is right, correct the folders, and run radweave preprocess again',
        },
        cases,
      ),
      ...finding(
        {
          what: remark('WARN_LABEL_FOLDERS'),
          severity: 'warning',
          where: config.data.splits_dir,
          hint: 'Check the label column of the split files against the grade folders',
        },
        mixed.map(([grade, own]) => auditCase([], `grade${grade}: labels ${[...own].join(', ')}`)),
      ),
    ],
    gaps: hasCohortFile ? [] : [remark('audit-no-cohort-labels', { file: COHORT_FILE })],
  };
}
