// Patient-level numbers: a patient is the mean of the slices, whatever batches they came in.
import { Random } from '@radweave/stats';
import { pythonJson, referenceTest } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { SliceTable } from '../cohort/slice-table.ts';
import { scoreTable } from './history-scores.ts';
import { Predictions } from './predictions.ts';
import { runMetrics } from './run-metrics.ts';

/** 24 patients of two hospitals with one to four slices each; their slices alternate, as in a shuffled epoch. */
function madeUp(classes: number): { table: SliceTable; predictions: Predictions } {
  const random = new Random(5, 'scores');
  const rows = Array.from({ length: 24 }, (_, i) => ({
    patient: `p${i}`,
    hospital: i % 5 < 2 ? 'SY' : 'ZS',
    label: i % classes,
  }))
    .flatMap((patient, i) =>
      Array.from({ length: 1 + (i % 4) }, (_, slice) => ({ ...patient, path: `${i}/${slice}.png`, slice })),
    )
    .sort((a, b) => a.slice - b.slice)
    .map(({ slice: _, ...row }) => row);
  const table = new SliceTable(rows);
  const predictions = new Predictions(rows.length, classes);
  const order = random.shuffle(Uint32Array.from({ length: rows.length }, (_, i) => i));
  for (let from = 0; from < order.length; from += 7) {
    const positions = order.subarray(from, from + 7);
    const probabilities = [...positions].flatMap((position) => {
      const raw = Array.from(
        { length: classes },
        (_, label) => random.uniform() + (table.labels[position] === label ? 0.3 : 0),
      );
      const sum = raw.reduce((a, b) => a + b, 0);
      return raw.map((value) => value / sum);
    });
    predictions.add(positions, probabilities, from / 10);
  }
  return { table, predictions };
}

const SKLEARN = `
import json, sys, numpy as np, pandas as pd
from sklearn.metrics import accuracy_score, log_loss, recall_score, roc_auc_score
job = json.load(sys.stdin)
columns = [f'p{c}' for c in range(job['classes'])]
slices = pd.DataFrame(job['probabilities'], columns=columns)
for name in ['patient', 'label', 'hospital']: slices[name] = [row[name] for row in job['rows']]
means = slices.groupby('patient', sort=False).agg({**{c: 'mean' for c in columns}, 'label': 'first', 'hospital': 'first'})
def scores(t):
    p, y = t[columns].to_numpy(), t.label.to_numpy()
    if job['classes'] == 2:
        guess = (p[:, 1] >= .5).astype(int)
        return dict(auc=roc_auc_score(y, p[:, 1]), accuracy=accuracy_score(y, guess), sensitivity=recall_score(y, guess),
                    specificity=recall_score(y, guess, pos_label=0))
    guess = p.argmax(1)
    return dict(auc=roc_auc_score(y, p, multi_class='ovr', average='macro'), accuracy=accuracy_score(y, guess),
                sensitivity=recall_score(y, guess, average='macro'))
print(json.dumps(dict(slice=scores(slices), patient=scores(means), loss=log_loss(means.label, means[columns]),
    hospitals={h: scores(t) for h, t in means.groupby('hospital')})))
`;

interface Numbers {
  auc: number;
  accuracy: number;
  sensitivity: number;
  specificity?: number;
}

for (const classes of [2, 3]) {
  referenceTest(
    `${classes} classes: slices, patients and hospitals as scikit-learn says`,
    ['sklearn', 'pandas'],
    () => {
      const { table, predictions } = madeUp(classes);
      const matrix = predictions.matrix();
      const probabilities = table.rows.map((_, i) => [
        ...matrix.data.subarray(i * classes, (i + 1) * classes),
      ]);
      const reference = pythonJson<{
        slice: Numbers;
        patient: Numbers;
        loss: number;
        hospitals: Record<string, Numbers>;
      }>(SKLEARN, {
        input: JSON.stringify({ classes, rows: table.rows, probabilities }),
      });
      const ours = scoreTable(table, predictions);
      for (const level of ['slice', 'patient'] as const) {
        for (const [name, value] of Object.entries(reference[level])) {
          expect(ours[level][name as 'auc'].value, `${level} ${name}`).toBeCloseTo(value, 12);
        }
      }
      expect(ours.patientLoss).toBeCloseTo(reference.loss, 12);
      const rows = runMetrics(table, predictions, ['grade0', 'grade1']).filter(
        ({ level }) => level === 'patient',
      );
      for (const [hospital, numbers] of Object.entries(reference.hospitals)) {
        const row = rows.find((one) => one.hospital === hospital);
        for (const [name, value] of Object.entries(numbers))
          expect(row?.[name as 'auc'], `${hospital} ${name}`).toBeCloseTo(value, 12);
      }
    },
  );
}

test('the loss is the mean over slices, not over batches', () => {
  const predictions = new Predictions(5, 2);
  predictions.add([0, 1, 2, 3], Array(8).fill(0.5), 1);
  predictions.add([4], [0.5, 0.5], 6);
  expect(predictions.loss).toBe(2);
});

test('an interrupted epoch continues with the same numbers', () => {
  const { predictions } = madeUp(2);
  const again = new Predictions(predictions.matrix().rows, 2);
  again.state = structuredClone(predictions.state);
  expect(again.loss).toBe(predictions.loss);
  expect(again.matrix()).toEqual(predictions.matrix());
});

test('a hospital with one label has no AUC, and the row says why', () => {
  const rows = ['a', 'b'].map((patient) => ({ patient, hospital: 'XX', label: 1, path: `${patient}.png` }));
  const predictions = new Predictions(2, 2);
  predictions.add([0, 1], [0.4, 0.6, 0.9, 0.1], 0.7);
  const [, , , patient] = runMetrics(new SliceTable(rows), predictions, []);
  expect(patient).toMatchObject({
    hospital: 'XX',
    level: 'patient',
    n_patients: 2,
    auc: null,
    sensitivity: 0.5,
  });
  expect(patient?.note).not.toBe('');
});
