import { readHistory } from '@radweave/artifacts';
import { matrixFrom } from '@radweave/stats';
import { RunFolder } from '@radweave/study/runs/run-folder';
import { scoresOf } from '@radweave/study/scores/history-scores';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { Recorder } from './recorder.ts';

test('the history calls a label that nobody has by its name', () => {
  const run = new RunFolder(tempDir(), 'run');
  const third = [1 / 3, 1 / 3, 1 / 3];
  const level = scoresOf(Int32Array.of(1, 2), matrixFrom([third, third], 3));
  const scores = { loss: 1, patientLoss: 1, slice: level, patient: level };
  const recorder = new Recorder(run, 1, ['benign', 'unclear', 'malignant']);
  recorder.epoch({
    epoch: 1,
    learningRate: 0.1,
    train: scores,
    validation: scores,
    isBest: true,
    best: null,
  });
  recorder.close();
  const [row] = readHistory(run.history);
  expect(row?.note).toContain('val_auc: label benign: ');
});
