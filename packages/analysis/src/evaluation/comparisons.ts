import type { ComparisonRow, EvaluatedPatient, ModelKind, Split } from '@radweave/artifacts';
import { type Remark, remark, several } from '@radweave/remarks';
import {
  auc,
  bootstrap,
  delongTest,
  type Estimate,
  holm,
  integratedDiscrimination,
  macroAuc,
  mcnemar,
  netReclassification,
  takeRows,
} from '@radweave/stats';
import { hospitalsOf } from '@radweave/study/cohort/hospitals';
import { none, record, withInterval } from './estimate.ts';
import {
  type Group,
  groupOf,
  oneVsRest,
  type PredictedModel,
  patientsIn,
  type StatOptions,
} from './group.ts';

export type Comparable = PredictedModel & { kind: ModelKind };

/**
 * The comparisons that are asked: every model with the primary one, and the modalities with each other within the same
 * kind of model. Fixed before any number is seen; each is one hypothesis in Holm's correction.
 */
export function pairsOf<T extends Comparable>(
  models: readonly T[],
  primary: string,
): [first: T, second: T][] {
  const main = models.filter(({ name }) => name === primary);
  const others = models.filter(({ name }) => name !== primary);
  const withPrimary = main.flatMap((second) => others.map((first): [T, T] => [first, second]));
  const alike = others.flatMap((first, i) =>
    others.slice(i + 1).flatMap((second): [T, T][] => (first.kind === second.kind ? [[first, second]] : [])),
  );
  return [...withPrimary, ...alike];
}

/** Compares the pairs within one split: all hospitals together, then each, with Holm's correction in each. */
export function compareSplit(
  pairs: readonly [Comparable, Comparable][],
  split: Split,
  classes: number,
  options: StatOptions,
): ComparisonRow[] {
  const everyone = pairs.flatMap(([first, second]) => [...first.patients[split], ...second.patients[split]]);
  return hospitalsOf(everyone).flatMap((hospital) => {
    const rows = pairs.flatMap(([first, second]) => {
      const [a, b] = shared(
        patientsIn(first.patients[split], hospital),
        patientsIn(second.patients[split], hospital),
      );
      return comparePair(
        groupOf(first, split, hospital, a, classes),
        groupOf(second, split, hospital, b, classes),
        options,
      );
    });
    const adjusted = holm(rows.map(({ delong_p }) => delong_p));
    return rows.map((row, i) => ({ ...row, delong_p_holm: adjusted[i] ?? null }));
  });
}

/** The patients that both models evaluate, in the first one's order. */
function shared(
  first: readonly EvaluatedPatient[],
  second: readonly EvaluatedPatient[],
): [EvaluatedPatient[], EvaluatedPatient[]] {
  const others = new Map(second.map((one) => [one.patient, one]));
  const both = first.flatMap((one): [EvaluatedPatient, EvaluatedPatient][] => {
    const other = others.get(one.patient);
    return other === undefined ? [] : [[one, other]];
  });
  return [both.map(([one]) => one), both.map(([, other]) => other)];
}

function comparePair(first: Group, second: Group, options: StatOptions): ComparisonRow[] {
  const classes = first.scores.columns;
  if (classes === 2) return [compareClass(first, second, 1, options)];
  const labels = Array.from({ length: classes }, (_, label) => label);
  return [
    compareMacro(first, second, options),
    ...labels.map((label) => compareClass(first, second, label, options)),
  ];
}

function headOf(
  first: Group,
  second: Group,
): Pick<ComparisonRow, 'first' | 'second' | 'split' | 'hospital' | 'n'> {
  const { split, hospital } = first;
  return { first: first.model, second: second.model, split, hospital, n: first.patients.length };
}

/** One class against the rest. NRI and IDI read the second model as the updated one. */
function compareClass(first: Group, second: Group, label: number, { level }: StatOptions): ComparisonRow {
  const [a, b] = [oneVsRest(first, label), oneVsRest(second, label)];
  const delong = delongTest(a.labels, b.scores, a.scores, level);
  const decided = mcnemar(a.labels, a.predicted, b.predicted);
  return {
    ...headOf(first, second),
    positive_label: a.positiveLabel,
    auc_difference:
      delong.value === null
        ? withoutTest(auc(a.labels, a.scores), auc(b.labels, b.scores), delong.reason)
        : record({ ...delong.value, value: delong.value.difference }),
    delong_p: delong.value?.pValue ?? null,
    delong_p_holm: null,
    mcnemar_p: decided.value,
    nri: record(netReclassification(a.labels, a.probabilities, b.probabilities, level)),
    idi: record(integratedDiscrimination(a.labels, a.probabilities, b.probabilities, level)),
    note: several([undecided(decided), delong.value === null ? null : fewFor(a.labels)]),
  };
}

/** Of fewer patients with a label, the normal distribution tells too little: 4 and 4 gave a p of 1e-26. */
const LEAST_PER_LABEL = 10;

function fewFor(labels: Uint8Array): Remark | null {
  const positive = labels.filter((label) => label === 1).length;
  const n = Math.min(positive, labels.length - positive);
  return n < LEAST_PER_LABEL ? remark('few-for-delong', { least: LEAST_PER_LABEL }) : null;
}

/** Why McNemar's test gives nothing, if so. */
function undecided(test: Estimate): Remark | null {
  return test.value === null ? remark('no-mcnemar', { reason: test.reason }) : null;
}

function withoutTest(first: Estimate, second: Estimate, reason: Remark): ReturnType<typeof record> {
  if (first.value === null || second.value === null) return none(reason);
  return { value: second.value - first.value, n: second.n, note: remark('no-test', { reason }) };
}

/** All classes together: DeLong's test knows two classes only, so the macro AUCs differ by a bootstrap interval. */
function compareMacro(first: Group, second: Group, { seed, replicates, level }: StatOptions): ComparisonRow {
  const { labels, strata } = first;
  const classes = first.scores.columns;
  const difference = (rows: readonly number[]): Estimate => {
    const own = Int32Array.from(rows, (i) => labels[i] ?? 0);
    const a = macroAuc(own, takeRows(first.scores, rows)).macro;
    const b = macroAuc(own, takeRows(second.scores, rows)).macro;
    if (a.value === null) return a;
    return b.value === null ? b : { value: b.value - a.value, n: rows.length };
  };
  const everyone = Array.from(labels.keys());
  const { auc: interval } = bootstrap(
    labels.map((label, i) => label + classes * (strata[i] ?? 0)),
    ['auc'],
    (patients) => ({ auc: difference(Array.from(patients)).value }),
    { seed, replicates, level },
  );
  const decided = mcnemar(labels, first.predicted, second.predicted);
  const perClass = none(remark('given-per-class'));
  return {
    ...headOf(first, second),
    positive_label: 'macro',
    auc_difference: withInterval(difference(everyone), interval),
    delong_p: null,
    delong_p_holm: null,
    mcnemar_p: decided.value,
    nri: perClass,
    idi: perClass,
    note: several([remark('macro-by-bootstrap'), undecided(decided)]),
  };
}
