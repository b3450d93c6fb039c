import type { CrossValidationRow, OutOfFoldRow, SlicePrediction } from '@radweave/artifacts';
import { are, counted, distinct } from '@radweave/remarks';
import { matrixFrom, mean, sampleVariance } from '@radweave/stats';
import { SliceTable } from '@radweave/study/cohort/slice-table';
import type { CrossFold } from '@radweave/study/folds/plan';
import type { RunFolder } from '@radweave/study/runs/run-folder';
import { eachPrediction } from '@radweave/study/runs/run-predictions';
import { HISTORY_THRESHOLD, type METRICS } from '@radweave/study/scores/history-scores';
import { nobodyIn, scorePatients } from '../scores/scorer.ts';

type Numbers = Omit<CrossValidationRow, 'fold' | 'n_train' | 'n_inner_val' | 'best_epoch'>;

/** What a fold's model says of the patients held out: the mean over their slices. */
export function outOfFold({ name }: CrossFold, run: RunFolder): OutOfFoldRow[] {
  const slices: SlicePrediction[] = [];
  eachPrediction(run, 'test', (slice) => slices.push(slice));
  const table = new SliceTable(slices.map(({ image_path, ...row }) => ({ ...row, path: image_path })));
  return table.patients.map(({ patient, hospital, label, slices: own }) => {
    const classes = slices[0]?.probabilities.length ?? 0;
    const probabilities = Array.from({ length: classes }, (_, c) =>
      mean(own.map((position) => slices[position]?.probabilities[c] ?? Number.NaN)),
    );
    return { fold: name, patient, hospital, label, probabilities };
  });
}

/** Rows of `cross_validation.csv`: every fold, mean and standard deviation over folds, all patients pooled. */
export function summarise(
  evaluated: readonly { fold: CrossFold; run: RunFolder }[],
  patients: readonly OutOfFoldRow[],
  classes: number,
  notes: readonly string[],
  level: number,
): CrossValidationRow[] {
  const folds = evaluated.map(({ fold, run }): CrossValidationRow => {
    const own = patients.filter((row) => row.fold === fold.name);
    return {
      fold: fold.name,
      n_train: new SliceTable(fold.sets.train).patients.length,
      n_inner_val: new SliceTable(fold.sets.val).patients.length,
      best_epoch: run.read().best?.epoch ?? null,
      ...numbersOf(own, classes, notes, level),
    };
  });
  const none = { n_train: null, n_inner_val: null, best_epoch: null };
  const pooledNotes = [...notes, 'scores of different models are pooled'];
  return [
    ...folds,
    { fold: 'mean', ...none, ...over(folds, (values) => mean(values)) },
    {
      fold: 'sd',
      ...none,
      ...over(folds, (values) => (values.length < 2 ? null : Math.sqrt(sampleVariance(values)))),
    },
    { fold: 'pooled', ...none, ...numbersOf(patients, classes, pooledNotes, level) },
  ];
}

function numbersOf(
  rows: readonly OutOfFoldRow[],
  classes: number,
  notes: readonly string[],
  level: number,
): Numbers {
  const labels = Int32Array.from(rows, ({ label }) => label);
  const probabilities = matrixFrom(rows.map((row) => row.probabilities));
  const threshold = classes === 2 ? HISTORY_THRESHOLD : null;
  // Of several labels the first row is that of all together.
  const [scores] = scorePatients(labels, probabilities, threshold, level);
  const empty = rows.length === 0 ? [nobodyIn('test')] : [];
  return {
    n: rows.length,
    n_positive: scores?.n_positive ?? null,
    auc: scores?.auc ?? null,
    auc_lower: scores?.auc_lower ?? null,
    auc_upper: scores?.auc_upper ?? null,
    accuracy: scores?.accuracy ?? null,
    sensitivity: scores?.sensitivity ?? null,
    specificity: scores?.specificity ?? null,
    note: [...distinct([...empty, ...(scores?.reasons ?? [])]).map(({ text }) => text), ...notes].join('; '),
  };
}

/** A statistic of each measure over the folds that have it; how many lack an AUC is said. */
function over(folds: readonly CrossValidationRow[], statistic: (values: number[]) => number | null): Numbers {
  const of = (name: (typeof METRICS)[number]): number | null => {
    const known = folds.flatMap((fold) => fold[name] ?? []);
    return known.length === 0 ? null : statistic(known);
  };
  const lacking = folds.filter(({ auc }) => auc === null).length;
  return {
    n: null,
    n_positive: null,
    auc: of('auc'),
    auc_lower: null,
    auc_upper: null,
    accuracy: of('accuracy'),
    sensitivity: of('sensitivity'),
    specificity: of('specificity'),
    note:
      lacking === 0
        ? ''
        : `of ${counted(folds.length, 'fold')} ${lacking} without AUC ${are(lacking)} left out of it`,
  };
}
