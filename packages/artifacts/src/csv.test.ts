import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pythonJson, referenceTest, tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { eachRow, formatTable, readHeader, readTable, writeTable } from './csv.ts';
import { type Columns, count, numberOrEmpty, required, text } from './csv-columns.ts';

interface Row {
  readonly id: string;
  readonly n: number;
  readonly score: number | null;
  readonly note: string;
}

const columns: Columns<Row> = { id: required, n: count, score: numberOrEmpty, note: text };

const rows: Row[] = [
  { id: '007', n: 3, score: 0.1 + 0.2, note: 'a, "b"' },
  { id: '患者 1', n: 0, score: null, note: 'two\nlines' },
  { id: '1e5', n: 12, score: 1e-7, note: '' },
];

function write(content: string | Buffer): string {
  const path = join(tempDir(), 't.csv');
  writeFileSync(path, content);
  return path;
}

test('a table comes back as it was written, with LF and no BOM', () => {
  const path = join(tempDir(), 't.csv');
  writeTable(path, columns, rows);
  expect(readTable(path, columns)).toEqual(rows);
  const bytes = readFileSync(path);
  expect(bytes.includes('\r')).toBe(false);
  expect(bytes.toString().startsWith('id,n,score,note\n')).toBe(true);
});

test('a table of many pieces is the same text as one formatted at once', () => {
  const path = join(tempDir(), 't.csv');
  const many = Array.from({ length: 5000 }, (_, i) => ({
    id: `患者 ${i}`,
    n: i,
    score: i / 7,
    note: 'a, "b"',
  }));
  writeTable(path, columns, many);
  expect(readFileSync(path, 'utf8')).toBe(formatTable(columns, many));
  expect(readTable(path, columns)).toEqual(many);
  expect(readHeader(path)).toEqual(['id', 'n', 'score', 'note']);
});

referenceTest('pandas reads the same values, and we read what pandas writes', ['pandas'], () => {
  const folder = tempDir();
  writeTable(join(folder, 't.csv'), columns, rows);
  const source = `
import pandas as pd, json, sys
d = pd.read_csv(sys.argv[1] + '/t.csv', dtype={'id': str, 'note': str}, keep_default_na=True, float_precision='round_trip')
d.to_csv(sys.argv[1] + '/p.csv', index=False, encoding='utf-8-sig', lineterminator='\\r\\n')
print(json.dumps([d['id'].tolist(), d['n'].tolist(), d['score'].isna().tolist(), repr(d['score'][0]), d['note'][0]]))`;
  const seen = pythonJson<unknown[]>(source, { args: [folder] });
  expect(seen).toEqual([
    ['007', '患者 1', '1e5'],
    [3, 0, 12],
    [false, true, false],
    '0.30000000000000004',
    'a, "b"',
  ]);
  expect(readFileSync(join(folder, 'p.csv')).subarray(0, 3)).toEqual(Buffer.from([0xef, 0xbb, 0xbf]));
  expect(readTable(join(folder, 'p.csv'), columns)).toEqual(rows);
});

test('every wrong cell and row is listed with its line', () => {
  const path = write('id,n,score,note\n7,x,,\n,1,nan,\n8,1\n');
  expect(() => readTable(path, columns)).toThrow(
    /4 errors[\s\S]*n is 'x', expected a whole number ≥ 0 \(.*line 2\)[\s\S]*id is ''[\s\S]*score is 'nan'[\s\S]*expected 4 fields, found 2 \(.*line 4\)/,
  );
});

test('row by row: as at once, wrong rows are never handed out, and end in the same error', () => {
  const seen = (content: string): unknown[] => {
    const used: unknown[] = [];
    try {
      eachRow(write(content), columns, (row) => used.push(row));
    } catch (error) {
      used.push(String(error));
    }
    return used;
  };
  const good = 'id,n,score,note\n7,1,,\n8,2,0.5,"a\nb"\n';
  expect(seen(good)).toEqual(readTable(write(good), columns));
  expect(seen(`${good}9,x,,\n10,3,,\n`)).toEqual([
    ...seen(good),
    expect.objectContaining({ id: '10' }),
    expect.stringMatching(/n is 'x', expected a whole number ≥ 0 \(.*line 5\)/),
  ]);
  expect(seen('id,n\n7,1\n')).toEqual([expect.stringMatching(/columns must be id,n,score,note/)]);
  const failing = (): void => {
    throw new RangeError('no place for it');
  };
  expect(() => eachRow(write(good), columns, failing)).toThrow(RangeError);
});

test('another header, a missing file and broken quotes are clear errors', () => {
  expect(() => readTable(write('id;n;score;note\n'), columns)).toThrow(
    /columns must be id,n,score,note, found id;n;score;note/,
  );
  expect(() => readTable(write(''), columns)).toThrow(/found none/);
  expect(() => readTable('/nowhere/t.csv', columns)).toThrow(/does not exist \(\/nowhere\/t\.csv\)/);
  expect(() => readTable(write('id,n,score,note\n"7,1,,\n'), columns)).toThrow(/not valid CSV/);
});

test.each([
  [
    'GBK / GB18030',
    Buffer.from([...Buffer.from('id,n,score,note\n'), 0xbb, 0xbc, 0xd5, 0xdf, ...Buffer.from(',1,,\n')]),
  ],
  ['Windows-1252 (Latin-1)', Buffer.from('id,n,score,note\nMüller,1,,José\n', 'latin1')],
  ['UTF-16 LE', Buffer.from('\ufeffid,n,score,note\n', 'utf16le')],
  ['UTF-16 BE', Buffer.from('\ufeffid,n,score,note\n', 'utf16le').swap16()],
])('a file in %s is refused by name', (encoding, content) => {
  expect(() => readTable(write(content), columns)).toThrow(`it looks like ${encoding}`);
});
