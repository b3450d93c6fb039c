import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { crc32 } from '@radweave/checksum';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { readHeader, readTable } from '../csv.ts';
import { count, required, text } from '../csv-columns.ts';
import { readCohortTable } from '../splits/cohort-table.ts';
import { readSheet } from './sheet.ts';

/** A zip archive of these parts. */
function zipOf(parts: Readonly<Record<string, string>>): Buffer {
  const locals: Buffer[] = [];
  const entries: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of Object.entries(parts)) {
    const raw = Buffer.from(content);
    const packed = deflateRawSync(raw);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(8, 8);
    local.writeUInt16LE(name.length, 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(8, 10);
    entry.writeUInt32LE(crc32(raw), 16);
    entry.writeUInt32LE(packed.length, 20);
    entry.writeUInt32LE(raw.length, 24);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE(offset, 42);
    locals.push(local, Buffer.from(name), packed);
    entries.push(entry, Buffer.from(name));
    offset += 30 + name.length + packed.length;
  }
  const directory = Buffer.concat(entries);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(entries.length / 2, 8);
  end.writeUInt16LE(entries.length / 2, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, directory, end]);
}

const sheet = (rows: string): string => `<worksheet><sheetData>${rows}</sheetData></worksheet>`;
const cellsOf = (bytes: Buffer): string[][] => readSheet(bytes, 't.xlsx').map(({ cells }) => [...cells]);

test('strings, numbers, days and gaps come as the sheet shows them', () => {
  const parts = {
    'xl/workbook.xml':
      '<workbook><sheets><sheet name="old" state="hidden" r:id="rId1"/><sheet name="now" r:id="rId2"/></sheets></workbook>',
    'xl/_rels/workbook.xml.rels':
      '<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Target="worksheets/sheet2.xml"/></Relationships>',
    'xl/sharedStrings.xml':
      '<sst><si><t>患者</t><rPh><t>huanzhe</t></rPh></si><si><r><t xml:space="preserve">a </t></r><r><t>&lt;b&gt; &amp;&#x4e2d;</t></r></si></sst>',
    'xl/styles.xml':
      '<styleSheet><numFmts><numFmt numFmtId="164" formatCode="[Red]0.0&quot;d&quot;"/><numFmt numFmtId="165" formatCode="yyyy/m/d"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="165"/></cellXfs></styleSheet>',
    'xl/worksheets/sheet1.xml': sheet('<row r="1"><c r="A1"><v>wrong</v></c></row>'),
    'xl/worksheets/sheet2.xml': sheet(
      '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="C1" t="s"><v>1</v></c></row>' +
        '<row r="3"><c r="A3"><v>0.10000000000000001</v></c><c r="B3" s="1"><v>43890</v></c><c r="C3" s="2"><v>7</v></c><c r="D3" s="3"><v>43890.5</v></c></row>' +
        '<row r="4"><c r="A4" t="inlineStr"><is><t>007</t></is></c><c r="B4" t="b"><v>1</v></c><c r="C4" t="str"><f>A1&amp;"x"</f><v>sum</v></c><c r="D4"/></row>',
    ),
  };
  expect(readSheet(zipOf(parts), 't.xlsx')).toEqual([
    { cells: ['患者', '', 'a <b> &中', ''], line: 1, isHidden: false },
    { cells: ['0.1', '2020-02-29', '7', '2020-02-29 12:00:00'], line: 3, isHidden: false },
    { cells: ['007', 'TRUE', 'sum', ''], line: 4, isHidden: false },
  ]);
});

test.each([
  ['', '2020-02-29'],
  ['<workbookPr date1904="1"/>', '2024-03-01'],
  ['<workbookPr date1904="0"/>', '2020-02-29'],
])('days are counted as the workbook says: %s', (settings, day) => {
  const parts = {
    'xl/workbook.xml': `<workbook>${settings}</workbook>`,
    'xl/styles.xml': '<styleSheet><cellXfs><xf numFmtId="14"/></cellXfs></styleSheet>',
    'xl/worksheets/sheet1.xml': sheet('<row><c s="0"><v>43890</v></c></row>'),
  };
  expect(cellsOf(zipOf(parts))).toEqual([[day]]);
});

test.each([
  ['<c><f>A1</f><v>7</v></c>', '', '7'],
  ['<c><f t="shared" si="0"/><v>7</v></c>', '', '7'],
  ['<c t="str"><f>""</f><v></v></c>', '', ''],
  ['<c><f>A1</f></c>', '', null],
  ['<c><f>A1</f><v></v></c>', '', null],
  ['<c><f>A1</f><v/></c>', '', null],
  // Of a program that leaves computing to whoever opens the workbook next.
  ['<c><f>A1</f><v>0</v></c>', '<calcPr calcId="124519" fullCalcOnLoad="1"/>', null],
  ['<c><v>0</v></c>', '<calcPr calcId="124519" fullCalcOnLoad="1"/>', '0'],
])('a formula is read by the value that is stored: %s %s', (cell, settings, value) => {
  const parts = {
    'xl/workbook.xml': `<workbook><sheets><sheet name="S" r:id="rId1"/></sheets>${settings}</workbook>`,
    'xl/worksheets/sheet1.xml': sheet(`<row>${cell}</row>`),
  };
  const read = (): string[][] => cellsOf(zipOf(parts));
  if (value !== null) expect(read()).toEqual([[value]]);
  else expect(read).toThrow("1 cell of the sheet 'S' has a formula and no computed value: A1");
});

test('a sheet may have as many rows as slices', () => {
  const rows = '<row><c><v>1</v></c></row>'.repeat(200_000);
  expect(cellsOf(zipOf({ 'xl/worksheets/sheet1.xml': sheet(rows) }))).toHaveLength(200_000);
});

test('a workbook is a table like any other', () => {
  const path = join(tempDir(), 't.xlsx');
  const row = (...cells: string[]): string =>
    `<row>${cells.map((cell) => `<c t="inlineStr"><is><t>${cell}</t></is></c>`).join('')}</row>`;
  const rows = [
    row('N', 'ID', 'x', 'Score'),
    row('3', '007', '', '0.5'),
    row('', ''),
    row('1', '江门', '=1+1'),
  ];
  writeFileSync(path, zipOf({ 'xl/worksheets/sheet1.xml': sheet(rows.join('')) }));
  expect(readHeader(path)).toEqual(['N', 'ID', 'x', 'Score']);
  expect(readTable(path, { id: required, n: count, score: text })).toEqual([
    { id: '007', n: 3, score: '0.5' },
    { id: '江门', n: 1, score: '' },
  ]);
});

test('rows that a filter hides are read and counted; the first line and empty ones are none', () => {
  const path = join(tempDir(), 't.xlsx');
  const row = (text: string, more = ''): string =>
    `<row${more}><c t="inlineStr"><is><t>${text}</t></is></c></row>`;
  const rows = [
    row('ID', ' hidden="1"'),
    row('P1', ' hidden="0"'),
    row('P2', ' hidden="1"'),
    row('P3', ' hidden="true"'),
    row('', ' hidden="1"'),
  ];
  writeFileSync(path, zipOf({ 'xl/worksheets/sheet1.xml': sheet(rows.join('')) }));
  const { hidden, ...table } = readCohortTable(path, []);
  expect(hidden).toBe(2);
  expect(table.rows.map((one) => table.cell(one, 'patient'))).toEqual(['P1', 'P2', 'P3']);
});

test('a small workbook of endless cells is refused before they fill the memory', () => {
  const sheetOf = (rows: string): Buffer => zipOf({ 'xl/worksheets/sheet1.xml': sheet(rows) });
  const wide = `<row><c r="XFD1"><v>1</v></c></row>${'<row/>'.repeat(5000)}`;
  expect(() => readSheet(sheetOf(wide), 't.xlsx')).toThrow('it has 5001 rows, and one of 16384 columns');
  expect(() => readSheet(sheetOf(`<row>${'<c/>'.repeat(20_000)}</row>`), 't.xlsx')).toThrow(
    'more columns than',
  );
  expect(() => readSheet(sheetOf('<row/>'.repeat(4_000_000)), 't.xlsx')).toThrow(
    /would take more bytes \(240000\d\d\)/,
  );
});

test('what is no whole workbook is refused, and never believed beyond what is there', () => {
  const whole = zipOf({ 'xl/worksheets/sheet1.xml': sheet('<row><c><v>1</v></c></row>') });
  expect(cellsOf(whole)).toEqual([['1']]);
  for (let length = 4; length < whole.length; length += 7) {
    expect(() => readSheet(whole.subarray(0, length), 't.xlsx')).toThrow(
      expect.objectContaining({ code: 'E_XLSX', where: 't.xlsx' }),
    );
  }
  const lying = Buffer.from(whole);
  const entry = lying.indexOf(Buffer.from([0x50, 0x4b, 0x01, 0x02]));
  lying.writeUInt32LE(0x7fffffff, entry + 24);
  expect(() => readSheet(lying, 't.xlsx')).toThrow(/would take more bytes \(2147483647\) than 1678\d{4}/);
  lying.writeUInt32LE(5, entry + 24);
  expect(() => readSheet(lying, 't.xlsx')).toThrow(/cannot be unpacked|is not whole/);
  const old = join(tempDir(), 'old.xlsx');
  writeFileSync(old, Buffer.concat([Buffer.from([0xd0, 0xcf, 0x11, 0xe0]), Buffer.alloc(600)]));
  expect(() => readTable(old, { id: required })).toThrow(/Excel 97 to 2003, or has a password .*CSV UTF-8/);
});
