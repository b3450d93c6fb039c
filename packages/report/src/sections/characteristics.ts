import {
  chiSquareTest,
  fisherExact,
  kruskalWallis,
  matrixFrom,
  standardizedDifference,
  standardizedDifferenceCategorical,
} from '@radweave/stats';
import type { ReportContext } from '../context.ts';
import { fixed, NOT_AVAILABLE, pText, shareText } from '../format.ts';
import { type Html, html } from '../html/html.ts';
import { type Cell, table } from '../parts/table.ts';
import { clinicalTable } from './clinical.ts';
import { type Group, groupsOf, hospitalsOf, medianText } from './groups.ts';

type Outcome = ReturnType<typeof standardizedDifference>;

/** Smallest expected count for which the χ² approximation is commonly trusted (Cochran 1954). */
const LEAST_EXPECTED = 5;

/** Patients by hospital and set, tests between hospitals, and standardised differences; then what the table of patients says of them. */
export function characteristicsSection(context: ReportContext): Html {
  const { words, data } = context;
  const groups = groupsOf(context);
  const hospitals = hospitalsOf(data.cohort);
  // One hospital cannot be compared with others.
  const tested = <T>(cell: T): T[] => (hospitals.length > 1 ? [cell] : []);
  const pairs = pairsOf(context);
  const labels = data.evaluation.label_names;
  const difference = (of: (pair: [Group, Group]) => Outcome): Cell[] =>
    pairs.map((pair) => numberCell(of(pair)));
  const labelRows = labels.map((name, label) => {
    const isFirst = label === 0;
    return [
      words.characteristics.label(name),
      ...groups.map(({ patients }): Cell => {
        const count = patients.filter((one) => one.label === label).length;
        return { text: shareText(count, patients.length), number: true };
      }),
      ...tested(isFirst ? labelTest(context, hospitals) : ''),
      ...(isFirst
        ? difference(([a, b]) => standardizedDifferenceCategorical(counts(a, labels), counts(b, labels)))
        : pairs.map(() => '')),
    ];
  });
  const sliceRows = data.modalities.map((modality) => {
    const values = ({ patients }: Group): number[] =>
      patients.map(({ slices }) => slices[modality] ?? 0).filter((n) => n > 0);
    return [
      words.characteristics.slices(modality),
      ...groups.map((group): Cell => ({ text: medianText(values(group)), number: true })),
      ...tested(slicesTest(context, hospitals.map(values))),
      ...difference(([a, b]) => standardizedDifference(values(a), values(b))),
    ];
  });
  const shown = table(context, {
    name: 'characteristics',
    title: words.characteristics.title(hospitals.length > 1),
    caption: words.characteristics.caption,
    head: [
      words.column.characteristic,
      ...groups.map(({ name }) => name),
      ...tested(words.characteristics.pHospitals),
      ...pairs.map(([a, b]) => words.characteristics.difference(a.name, b.name)),
    ],
    rows: [
      [
        words.characteristics.patients,
        ...groups.map(({ patients }) => patients.length),
        ...tested(''),
        ...pairs.map(() => ''),
      ],
      ...labelRows,
      ...sliceRows,
    ],
  });
  return html`${shown}${clinicalTable(context)}`;
}

/** Training against validation, and home against each external hospital. */
function pairsOf({ data, words }: ReportContext): [Group, Group][] {
  const { cohort, evaluation } = data;
  const set = (split: 'train' | 'val'): Group => ({
    name: words.splits[split],
    patients: cohort.filter((one) => one.split === split),
  });
  const home = { name: evaluation.home_hospital, patients: cohort.filter(({ split }) => split !== 'test') };
  const others = hospitalsOf(cohort.filter(({ split }) => split === 'test'));
  return [[set('train'), set('val')], ...others.map((other): [Group, Group] => [home, other])];
}

function counts({ patients }: Group, labels: readonly string[]): number[] {
  return labels.map((_, label) => patients.filter((one) => one.label === label).length);
}

/** χ² where its approximation holds; else Fisher's test, which needs two labels and not too many patients. */
function labelTest({ data, words }: ReportContext, hospitals: readonly Group[]): Cell {
  const labels = data.evaluation.label_names;
  const byLabel = labels.map((_, label) =>
    hospitals.map(({ patients }) => patients.filter((one) => one.label === label).length),
  );
  const matrix = matrixFrom(byLabel);
  const chi = chiSquareTest(matrix);
  if (chi.value === null) return { text: NOT_AVAILABLE, note: chi.reason, number: true };
  const exact = chi.value.leastExpected < LEAST_EXPECTED && labels.length === 2 ? fisherExact(matrix) : null;
  if (exact !== null && exact.value !== null) {
    return { text: pText(exact.value), note: words.characteristics.fisher, number: true };
  }
  const note = words.characteristics.chiSquare(chi.value.leastExpected);
  return { text: pText(chi.value.pValue), note, number: true };
}

function slicesTest({ words }: ReportContext, values: readonly number[][]): Cell {
  const test = kruskalWallis(values);
  if (test.value === null) return { text: NOT_AVAILABLE, note: test.reason, number: true };
  return { text: pText(test.value), note: words.characteristics.kruskal, number: true };
}

function numberCell(outcome: Outcome): Cell {
  if (outcome.value === null) return { text: NOT_AVAILABLE, note: outcome.reason, number: true };
  return { text: fixed(outcome.value), number: true };
}
