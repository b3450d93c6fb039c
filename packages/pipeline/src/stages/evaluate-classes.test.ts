import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readEvaluation } from '@radweave/artifacts';
import { madeUpCohort } from '@radweave/study/testing/features';
import { pythonJson, referenceTest } from '@radweave/testkit';
import { expect } from 'vitest';
import { prepared, rowOf, run } from '../testing/evaluations.ts';

const MACRO = `
import json, sys, pandas as pd, numpy as np
from sklearn import metrics as m
p = pd.read_csv(f'{sys.argv[1]}/predictions_test.csv')
p = p[p.model == 'fused']
y, s, d = p.label.to_numpy(), p[[f'probability_{k}' for k in range(3)]].to_numpy(), p.predicted.to_numpy()
s = s / s.sum(1, keepdims=True)
print(json.dumps(dict(auc=m.roc_auc_score(y, s, multi_class='ovr'), f1=m.f1_score(y, d, average='macro'),
  balanced_accuracy=m.balanced_accuracy_score(y, d), accuracy=m.accuracy_score(y, d), ppv=m.precision_score(y, d, average='macro'),
  classes=[m.roc_auc_score(y == k, s[:, k]) for k in range(3)], brier=float(((np.eye(3)[y] - s) ** 2).sum(1).mean()),
  confusion=m.confusion_matrix(y, d).tolist())))
`;

referenceTest('three classes: per class and macro as scikit-learn', ['sklearn', 'pandas'], async () => {
  const config = await prepared(madeUpCohort({ train: 60, val: 30, test: 48 }, 3), 3);
  config.evaluation.bootstrap_replicates = 100;
  config.evaluation.calibration = 'platt';
  await expect(run(config)).rejects.toThrow(/two labels, but there are 3.*temperature/s);
  config.evaluation.calibration = 'none';
  const result = await run(config);
  const theirs = pythonJson<Record<string, number> & { classes: number[]; confusion: number[][] }>(MACRO, {
    args: [result.outputDir],
  });
  const macro = rowOf(result, { model: 'fused', positive_label: 'macro' });
  for (const name of ['auc', 'f1', 'balanced_accuracy', 'accuracy', 'ppv', 'brier'] as const) {
    expect(macro[name].value).toBeCloseTo(theirs[name] ?? Number.NaN, 9);
  }
  expect(macro.auc_bootstrap.lower).toBeLessThan(macro.auc.value ?? 0);
  theirs.classes.forEach((value, label) => {
    const row = rowOf(result, { model: 'fused', positive_label: String(label) });
    expect(row.auc.value).toBeCloseTo(value, 9);
    expect(row.auc.lower).toBeDefined();
  });
  const { confusion } = readEvaluation(result.evaluationFile);
  const own = confusion.find(
    (one) => one.model === 'fused' && one.split === 'test' && one.hospital === 'all',
  );
  expect(own?.counts).toEqual(theirs.confusion);
  const compared = result.comparisons.filter((row) => row.first === 'A' && row.hospital === 'all');
  expect(new Set(compared.map(({ positive_label }) => positive_label))).toEqual(
    new Set(['macro', '0', '1', '2']),
  );
  // With three classes there is no threshold, and nothing speaks of one.
  const fusion = readFileSync(join(config.experiment.output_dir, 'fusion', 'metrics.csv'), 'utf8');
  const remarks = [...result.findings, ...result.notes, ...result.rows.map(({ note }) => note)];
  const said = [fusion, ...remarks.map((one) => one?.text ?? '')];
  expect(said.filter((text) => /threshold (was|is)|thresholds? appl/.test(text))).toEqual([]);
});
