import { extname } from 'node:path';
import { DataError, hashFile, readNpy, readText } from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';
import { counted } from '@radweave/remarks';
import { compareJson } from './compare-json.ts';
import { compareTables, type Normalise } from './compare-tables.ts';
import type { Findings } from './findings.ts';
import { compareNumbers } from './numbers.ts';

/** A file of the run and the same file made again. */
export interface Pair {
  /** Name in the report. */
  file: string;
  saved: string;
  now: string;
  normalise?: Normalise;
  /** Whether an earlier version saved it: cells that it left empty are not compared. */
  isOlder?: boolean;
  /** Columns, or paths within JSON, of what an earlier version computed otherwise: they are not compared. */
  otherwise?: RegExp | undefined;
}

/** Written since a later version only. */
const LATER = ['evaluation/heterogeneity.csv'];

/** Compares a file by content, and where the bytes differ, says where. */
export function compareFiles(findings: Findings, pair: Pair): void {
  const { file, saved, now } = pair;
  if (!existsSync(saved)) {
    if (LATER.includes(file)) findings.unverified.push(`${file}: earlier versions did not write it`);
    else findings.missing.push(`${file}: the run no longer has this file`);
    return;
  }
  if (!existsSync(now)) {
    findings.differ(file, '', '', 'the file is there', 'this file is not written again');
    return;
  }
  if (hashFile(saved) === hashFile(now)) {
    findings.compared.push(`${file}: made again, identical`);
    return;
  }
  const before = findings.differences.length;
  const rounding = contents(findings, pair);
  const found = findings.differences.length - before;
  const how = rounding === 0 ? 'equal' : `equal except for rounding in ${counted(rounding, 'number')}`;
  findings.compared.push(`${file}: made again, ${found === 0 ? how : counted(found, 'difference')}`);
}

function contents(findings: Findings, { file, saved, now, ...options }: Pair): number {
  try {
    if (extname(saved) === '.csv') return compareTables(findings, file, saved, now, options);
    if (extname(saved) === '.npy') return compareArrays(findings, file, saved, now);
    return compareJson(
      findings,
      file,
      JSON.parse(readText(saved)),
      JSON.parse(readText(now)),
      options.otherwise,
    );
  } catch (error) {
    if (!(error instanceof DataError || error instanceof SyntaxError)) throw error;
    findings.differ(file, '', '', `cannot be read: ${error.message}`, 'can be read');
    return 0;
  }
}

/**
 * Compares two `.npy` tables element by element.
 *
 * @returns how many numbers differ by rounding alone.
 * @throws DataError when a file is not an array.
 */
function compareArrays(findings: Findings, file: string, savedPath: string, nowPath: string): number {
  const saved = readNpy(savedPath);
  const now = readNpy(nowPath);
  if (saved.shape.join() !== now.shape.join()) {
    findings.differ(file, '', 'shape', saved.shape, now.shape);
    return 0;
  }
  const columns = saved.shape.at(-1) ?? 1;
  let rounding = 0;
  saved.data.forEach((value, i) => {
    const other = now.data[i] ?? Number.NaN;
    const likeness = compareNumbers(Number(value), Number(other));
    if (likeness === 'rounding') rounding++;
    if (likeness === 'different') {
      findings.differ(
        file,
        `row ${Math.floor(i / columns)}`,
        String(i % columns),
        Number(value),
        Number(other),
      );
    }
  });
  return rounding;
}
