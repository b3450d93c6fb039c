import { join } from 'node:path';
import { type Config, readEvaluation } from '@radweave/artifacts';
import { resultsText } from './results.ts';

/** What a whole job says at its end: what was found and where to read more. */
export function runEnding({ experiment }: Config): string {
  const evaluation = readEvaluation(join(experiment.output_dir, 'evaluation', 'evaluation.json'));
  const report = join(experiment.output_dir, 'report', 'report.html');
  return `${resultsText(evaluation)}\nReport: ${report}\n`;
}
