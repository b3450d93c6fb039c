import { dirname } from 'node:path';
import { readEvaluation } from '@radweave/artifacts';
import { counted } from '@radweave/remarks';
import type { Presenter } from './presenter.ts';
import { resultsText } from './results.ts';

export const presenter: Presenter<'train'> = {
  text: (result) =>
    [
      `Run ${result.run} (${result.ending}) after ${counted(result.epochs, 'epoch')}.`,
      `Best epoch ${result.bestEpoch}, validation AUC ${result.bestScore.toFixed(4)}: ${result.bestModel}`,
      ...(result.evaluation === null ? [] : [resultsText(readEvaluation(result.evaluation))]),
      `All numbers: ${dirname(result.valMetrics)}`,
      'For a report of all networks so far, first run radweave evaluate',
      'and then radweave report',
      '',
    ].join('\n'),
};
