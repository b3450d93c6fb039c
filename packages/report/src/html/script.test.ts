import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { SCRIPT } from './script.ts';

/** The text of the CSV that the button of a table saves. */
function savedTable(rows: readonly (readonly string[])[]): string {
  const saved: string[] = [];
  let click: ((event: unknown) => void) | undefined;
  const ignore = (): void => undefined;
  class Blob {
    constructor(parts: readonly string[]) {
      saved.push(parts.join(''));
    }
  }
  const document = {
    addEventListener: (_: string, listener: (event: unknown) => void) => {
      click = listener;
    },
    createElement: () => ({ click: ignore, remove: ignore }),
    body: { append: ignore },
  };
  const URL = { createObjectURL: () => '', revokeObjectURL: ignore };
  runInNewContext(SCRIPT, { document, Blob, URL, setTimeout: ignore });
  const cell = (textContent: string): object => ({
    cloneNode: () => ({ textContent, querySelectorAll: () => [] }),
  });
  const table = { rows: rows.map((cells) => ({ cells: cells.map(cell) })) };
  const button = { dataset: { csv: 'x' }, closest: () => ({ querySelector: () => table }) };
  click?.({ target: { closest: () => button } });
  return saved.join('');
}

test('the saved table quotes cells, guards formulas and leaves numbers as they are', () => {
  const formulas = ['=1+1', '@SUM(A1)', '-2+3', '+49 x'];
  const others = ['0.94 (0.90–0.99)', '-0.05 (-0.10–0.02)', '-', 'a, "b"'];
  expect(savedTable([formulas, others])).toBe(
    `'=1+1,'@SUM(A1),'-2+3,'+49 x\n0.94 (0.90–0.99),-0.05 (-0.10–0.02),-,"a, ""b"""\n`,
  );
});
