/**
 * Counts of a vitest run from its JSON report. A file that could not be loaded counts as one failed test, and so
 * does a run that ended badly without any failed test to show for it (a crash, an error outside the tests).
 *
 * @param {{ testResults: { status: string, assertionResults: { status: string }[] }[] } | undefined} report
 * @param {number | null} exitCode vitest's own
 * @returns {{ passed: number, failed: number, skipped: number }}
 */
export function summarise(report, exitCode) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const file of report?.testResults ?? []) {
    for (const test of file.assertionResults) {
      if (test.status === 'passed') counts.passed++;
      else if (test.status === 'failed') counts.failed++;
      else counts.skipped++;
    }
    const shown = file.assertionResults.some((test) => test.status === 'failed');
    if (file.status === 'failed' && !shown) counts.failed++;
  }
  if (exitCode !== 0 && counts.failed === 0) counts.failed = 1;
  return counts;
}

/** The closing line, as `12 passed, 0 failed` with `, 3 skipped` where there are any. */
export function closingLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
