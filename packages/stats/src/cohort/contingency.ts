import { checkCount } from '../core/checks.ts';
import { StatsInputError } from '../core/errors.ts';
import { absent, type Estimate, type Outcome } from '../core/estimate.ts';
import type { Matrix } from '../core/matrix.ts';
import { chiSquareTail, logChoose } from '../special/gamma.ts';

/** Pearson's chi-square test of independence. */
export interface ChiSquare {
  readonly pValue: number;
  /** The smallest expected count; below 5 prefer Fisher's exact test. */
  readonly leastExpected: number;
}

/** Chi-square test of a table of counts, without continuity correction. Empty rows and columns are left out. */
export function chiSquareTest(table: Matrix): Outcome<ChiSquare> {
  const { rowSums, columnSums, n } = margins(table);
  const rows = rowSums.filter((sum) => sum > 0).length;
  const columns = columnSums.filter((sum) => sum > 0).length;
  if (rows < 2 || columns < 2) return absent('few-categories');
  let statistic = 0;
  let leastExpected = Number.POSITIVE_INFINITY;
  for (const [i, rowSum] of rowSums.entries()) {
    for (const [j, columnSum] of columnSums.entries()) {
      if (rowSum === 0 || columnSum === 0) continue;
      const expected = (rowSum * columnSum) / n;
      leastExpected = Math.min(leastExpected, expected);
      statistic += ((table.data[i * table.columns + j] as number) - expected) ** 2 / expected;
    }
  }
  return { value: { pValue: chiSquareTail(statistic, (rows - 1) * (columns - 1)), leastExpected } };
}

/** Above this many tables the enumeration is left to the chi-square test. */
const MOST_TABLES = 5e6;
/** Tables this much likelier than the observed one still count as as extreme (R's tolerance). */
const TIE = 1e-7;

/** Fisher's exact test of a 2 × K table (Freeman & Halton 1951), two-sided as R's `fisher.test`: the p-value. */
export function fisherExact(table: Matrix): Estimate {
  if (table.rows !== 2) throw new StatsInputError(`a 2 × K table is needed, this has ${table.rows} rows`);
  const { rowSums, columnSums, n } = margins(table);
  const first = rowSums[0] as number;
  if (first === 0 || first === n) return absent('group-of-two-empty');
  const tables = columnSums.slice(1).reduce((product, sum) => product * (Math.min(sum, first) + 1), 1);
  if (tables > MOST_TABLES) return absent('too-many-tables');
  const observed = columnSums.reduce((sum, total, j) => sum + logChoose(total, table.data[j] as number), 0);
  const limit = observed + Math.log1p(TIE);
  const after = columnSums.map((_, j) => columnSums.slice(j + 1).reduce((sum, total) => sum + total, 0));
  const whole = logChoose(n, first);
  // Sums the probability of all tables with these margins that are no likelier than the observed one.
  const sumFrom = (column: number, left: number, logWeight: number): number => {
    if (column === columnSums.length) return logWeight <= limit ? Math.exp(logWeight - whole) : 0;
    const total = columnSums[column] as number;
    let sum = 0;
    for (let count = Math.max(0, left - (after[column] as number)); count <= Math.min(total, left); count++) {
      sum += sumFrom(column + 1, left - count, logWeight + logChoose(total, count));
    }
    return sum;
  };
  return { value: Math.min(1, sumFrom(0, first, 0)), n };
}

function margins(table: Matrix): { rowSums: number[]; columnSums: number[]; n: number } {
  const rowSums = new Array<number>(table.rows).fill(0);
  const columnSums = new Array<number>(table.columns).fill(0);
  for (let i = 0; i < table.data.length; i++) {
    const count = table.data[i] as number;
    checkCount(`count ${i}`, count, 0);
    const row = Math.floor(i / table.columns);
    rowSums[row] = (rowSums[row] as number) + count;
    columnSums[i % table.columns] = (columnSums[i % table.columns] as number) + count;
  }
  return { rowSums, columnSums, n: rowSums.reduce((sum, value) => sum + value, 0) };
}
