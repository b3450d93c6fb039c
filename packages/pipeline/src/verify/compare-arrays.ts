import { readNpy } from '@radweave/artifacts';
import type { Findings } from './findings.ts';
import { compareNumbers } from './numbers.ts';

/**
 * Compares two `.npy` tables element by element.
 *
 * @returns how many numbers differ by rounding alone.
 * @throws DataError when a file is not an array.
 */
export function compareArrays(findings: Findings, file: string, savedPath: string, nowPath: string): number {
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
