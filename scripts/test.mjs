// Runs the tests (all, or the paths given) and ends with one line counted from vitest's JSON report.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { closingLine, summarise } from './vitest-summary.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'radweave-report-'));
const reportPath = join(folder, 'report.json');
const vitest = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');
const reporters = [
  '--reporter=default',
  '--reporter=./scripts/failed-reporter.mjs',
  '--reporter=./scripts/skipped-reporter.mjs',
  '--reporter=json',
  `--outputFile.json=${reportPath}`,
];

let counts;
try {
  const done = spawnSync(process.execPath, [vitest, 'run', ...reporters, ...process.argv.slice(2)], {
    cwd: ROOT,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const report = existsSync(reportPath) ? JSON.parse(readFileSync(reportPath, 'utf8')) : undefined;
  counts = summarise(report, done.status);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(closingLine(counts));
process.exitCode = counts.failed > 0 || counts.passed === 0 ? 1 : 0;
