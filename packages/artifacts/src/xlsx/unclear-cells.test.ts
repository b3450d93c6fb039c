// Workbooks as openpyxl writes them, in which cells do not hold what people see.
import { join } from 'node:path';
import { peersPython, peerTest, python, tempDir } from '@radweave/testkit';
import { expect } from 'vitest';
import { readHeader, readRecords } from '../csv.ts';

/** Makes a workbook by these statements on `sheet`. */
function workbook(statements: string): string {
  const path = join(tempDir(), 't.xlsx');
  const program = `
import sys, openpyxl
book = openpyxl.Workbook()
sheet = book.active
sheet.title = '患者 & co'
for row in [['patient', 'hospital', 'label', None, 'age'], ['1', 'JM', 0, None, 50], ['2', 'JM', 1, None, 60], ['3', 'SY', 0, None, 70]]:
    sheet.append(row)
${statements}
book.save(sys.argv[1])
`;
  python(program, { args: [path], interpreter: peersPython() });
  return path;
}

const refused = (path: string, message: string, hint: string): void => {
  for (const read of [readRecords, readHeader])
    expect(() => read(path)).toThrow(
      expect.objectContaining({
        code: 'E_XLSX',
        exitCode: 3,
        where: path,
        message: expect.stringContaining(message),
        hint: expect.stringContaining(hint),
      }),
    );
};

peerTest('formulas that nobody has computed are refused with their cells', ['openpyxl'], () => {
  const one = workbook("sheet['C3'] = '=1-C2'");
  const hint = 'Open the workbook in Excel or LibreOffice and save it';
  refused(one, "1 cell of the sheet '患者 & co' has a formula and no computed value: C3", hint);
  const many = workbook("for i in range(2, 9): sheet[f'E{i}'] = f'=ROW(E{i})'");
  refused(many, '7 cells of the sheet', hint);
  refused(many, 'have formulas and no computed value: E2, E3, E4, E5, E6, and 2 more', hint);
});

peerTest('merged cells that hide values of a named column are refused with their range', ['openpyxl'], () => {
  const hint = 'Unmerge these cells';
  const below = workbook("sheet.merge_cells('B2:B3'); sheet.merge_cells('E3:E4')");
  refused(below, "the sheet '患者 & co' has merged cells, of which only the first has a value: ", hint);
  refused(below, 'B2:B3, E3:E4 (hospital, age)', hint);
  refused(workbook("sheet.merge_cells('C1:D1')"), ': C1:D1 (label)', hint);
  refused(workbook("sheet.merge_cells('A1:A2')"), ': A1:A2 (patient)', hint);
});

peerTest('merged cells that hide nothing are no matter', ['openpyxl'], () => {
  const path = workbook(
    "sheet['D2'] = 'x'; sheet.merge_cells('D2:D3'); sheet['G2'] = 'note'; sheet.merge_cells('G2:H4'); sheet.merge_cells('A9:E9')",
  );
  expect(readRecords(path).rows.map(({ cells }) => cells.slice(0, 3))).toEqual([
    ['1', 'JM', '0'],
    ['2', 'JM', '1'],
    ['3', 'SY', '0'],
  ]);
});
