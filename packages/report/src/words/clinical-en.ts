import { CLINICAL_LIMITS } from '../data.ts';

const { codes } = CLINICAL_LIMITS;

/** The clinical variables. */
export const CLINICAL_EN = {
  title: (manyHospitals: boolean) => `Clinical variables by ${manyHospitals ? 'hospital and set' : 'set'}`,
  caption: `From the table of patients. Numbers: median (lower to upper quartile). Categories, and whole numbers of at most ${codes} different values: patients (percentage of those with a value). A variable without a row of missing values has none missing. Sets are described, not tested against each other.`,
  severalRows: 'For a patient with several rows, the first value counts.',
  median: (name: string) => `${name}, median (quartiles)`,
  missing: (name: string) => `${name}, missing`,
  notNamed: (columns: string) =>
    `Columns of the table of patients that are not summarised: ${columns}. Name those that should be with --clinical of radweave report, or data.clinical in the configuration.`,
};
