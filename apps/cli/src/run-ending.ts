import {
  type Config,
  evaluationFiles,
  evaluationFolder,
  readEvaluation,
  reportPath,
} from '@radweave/artifacts';
import { resultsText } from './present/results.ts';

/** What a whole job says at its end: what was found and where to read more. */
export function runEnding(config: Config): string {
  const evaluation = readEvaluation(evaluationFiles(evaluationFolder(config)).record);
  return `${resultsText(evaluation)}\nReport: ${reportPath(config)}\n`;
}
