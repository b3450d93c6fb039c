import { CLINICAL_LIMITS, type ClinicalReason } from '../data.ts';

const { categories, codes } = CLINICAL_LIMITS;

const REASONS: Readonly<Record<ClinicalReason, string>> = {
  identity: 'may say who a patient is',
  date: 'dates',
  varied: `text of more than ${categories} different values, or of values that hardly repeat`,
  label: 'the label',
  row: 'images or visits',
  empty: 'no value',
};

/** The clinical variables. */
export const CLINICAL_EN = {
  title: 'Clinical variables by hospital and set',
  caption: `From the table of patients. Numbers: median (lower to upper quartile). Categories, and whole numbers of at most ${codes} different values: patients (percentage of those with a value). A variable without a row of missing values has none missing. Sets are described, not tested against each other.`,
  severalRows: 'Of a patient with several rows the first value counts.',
  median: (name: string) => `${name}, median (quartiles)`,
  missing: (name: string) => `${name}, missing`,
  leftOut: (columns: readonly (readonly [names: string, reason: ClinicalReason])[]) =>
    `Columns of the table of patients that are not shown: ${columns.map(([names, reason]) => `${names} (${REASONS[reason]})`).join('; ')}.`,
};
