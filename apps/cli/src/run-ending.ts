import { join } from 'node:path';
import {
  type Config,
  evaluationFiles,
  evaluationFolder,
  outputFolders,
  readEvaluation,
} from '@radweave/artifacts';
import { resultsText } from './results.ts';

/** What a whole job says at its end: what was found and where to read more. */
export function runEnding(config: Config): string {
  const evaluation = readEvaluation(evaluationFiles(evaluationFolder(config)).record);
  const report = join(outputFolders(config.experiment.output_dir).report, 'report.html');
  return `${resultsText(evaluation)}\nReport: ${report}\n`;
}
