import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { asWritten } from '@radweave/remarks';
import { pythonJson, referenceTest, tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { eachRow, formatTable, readHeader, readRecords, readTable, writeTable } from './csv.ts';
import {
  type Columns,
  count,
  numberOrEmpty,
  patientId,
  remarkText,
  remarkTextOrEmpty,
  required,
  text,
} from './csv-columns.ts';

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

test('a table of nothing but wrong rows is not read to its end', () => {
  const path = join(tempDir(), 't.csv');
  writeFileSync(path, `id,n,score,note\n${'a\n'.repeat(30_000)}`);
  expect(() => readTable(path, columns)).toThrow(/: 10000 errors\n(.*\n){20} {2}… and 9980 more/);
});

test('another header, a missing file and broken quotes are clear errors', () => {
  expect(() => readTable(write('id,n,note\n'), columns)).toThrow(
    /columns must be id,n,score,note, found id,n,note .* their order, and others beside them, do not matter/,
  );
  expect(() => readTable(write('id,N,n ,score,note\n'), columns)).toThrow('the column n is there 2 times');
  expect(() => readTable(write(''), columns)).toThrow(/found none/);
  expect(() => readTable('/nowhere/t.csv', columns)).toThrow(/does not exist \(\/nowhere\/t\.csv\)/);
  expect(() => readTable(write('id,n,score,note\n"7,1,,\n'), columns)).toThrow(/not valid CSV/);
});

const plain: Row[] = [
  { id: '007', n: 3, score: 0.5, note: 'a' },
  { id: '江门', n: 0, score: null, note: '好, 患者（一）' },
];
const lines = ['id,n,score,note', '007,3,0.5,a', '江门,0,,"好, 患者（一）"'];
const separated = (separator: string): string[] =>
  ['id,n,score,note', '007,3,0.5,a', '江门,0,,@'].map((line) =>
    line.replaceAll(',', separator).replace('@', `"好, 患者（一）"`),
  );

test.each([',', ';', '\t'])(
  'texts that are written as formulas are read as texts, between %j',
  (separator) => {
    const lines = [
      ['"=""ID"""', 'n', 'note'],
      ['"=""007"""', '="1"', '="a ""b"""'],
      ['="0 8"', '2', `"x${separator}=""y""${separator}z"`],
      ['=""', '=A1', '"a=""b"'],
    ];
    const path = write(lines.map((fields) => fields.join(separator)).join('\r\n'));
    const { header, rows: read } = readRecords(path);
    expect(header).toEqual(['ID', 'n', 'note']);
    expect(read.map(({ cells }) => cells)).toEqual([
      ['007', '1', 'a "b"'],
      ['0 8', '2', `x${separator}="y"${separator}z`],
      ['', '=A1', 'a="b'],
    ]);
  },
);

test('a text of millions of characters beside one that is written as a formula is read', () => {
  const path = join(tempDir(), 'long.csv');
  const long = 'x'.repeat(20_000_000);
  writeFileSync(path, `id,note,more\n="007","${long}""${long}","=""${long}"""\n`);
  const [row] = readRecords(path).rows;
  expect(row?.cells.map(({ length }) => length)).toEqual([3, 2 * long.length + 1, long.length]);
});

test.each([',', ';', '\t'])('names of columns may be quoted and hold lines, between %j', (separator) => {
  const header = ['"Patient\nID"', '"Age, years; at diagnosis"', '" "'].join(separator);
  const path = write(`${header}\r\n${['007', '6,5', 'x'].map((cell) => `"${cell}"`).join(separator)}\r\n`);
  expect(readRecords(path)).toEqual({
    header: ['Patient ID', 'Age, years; at diagnosis', ' '],
    rows: [{ cells: ['007', '6,5', 'x'], line: 3 }],
    hidden: 0,
  });
});

test.each<[string, string[]]>([
  ['as we write it', lines],
  ['semicolons', separated(';')],
  ['tabs', separated('\t')],
  ["Excel's line of the separator", ['sep=;', ...separated(';')]],
  ['capitals and spaces', ['ID, N ,Score,NOTE', ...lines.slice(1)]],
  [
    'columns in another order, and further ones',
    ['note,centre,n,id,score', 'a,x,3,007,0.5', '"好, 患者（一）",,0,江门,'],
  ],
  [
    "pandas' index and whole numbers with a point",
    [',id,n,score,note', '0,007,3.0,0.5,a', '1,江门,0.0,,"好, 患者（一）"'],
  ],
  ['empty rows of a spreadsheet', [...lines, ',,,', ',,,']],
])('a table with %s is read', (_, content) => {
  expect(readTable(write(`${content.join('\r\n')}\r\n`), columns)).toEqual(plain);
});

referenceTest('tables in the encodings of spreadsheets are read, or refused by name', [], () => {
  const folder = tempDir();
  const source = `
import sys
simplified = sys.stdin.read()
texts = {'utf-16': simplified, 'utf-16-le': simplified, 'utf-16-be': simplified, 'gbk': simplified, 'gb18030': simplified,
  'big5': 'id,n,score,note\\n臺北,1,,榮民總醫院的患者資料\\n',
  'cp932': 'id,n,score,note\\n東京,1,,病院の患者リスト\\n',
  'cp1252': 'id,n,score,note\\nMüller,1,,José\\n',
  'cp1251': 'id,n,score,note\\nИванов,1,,Больница\\n'}
for name, text in texts.items():
    open(sys.argv[1] + '/' + name + '.csv', 'wb').write(text.encode(name))
print('null')`;
  pythonJson(source, { input: `${lines.join('\n')}\n`, args: [folder] });
  for (const name of ['utf-16', 'utf-16-le', 'utf-16-be', 'gbk', 'gb18030'])
    expect(readTable(join(folder, `${name}.csv`), columns)).toEqual(plain);
  const refused = { big5: 'Big5', cp932: 'Shift-JIS', cp1252: 'Windows-1252' };
  for (const [name, shown] of Object.entries(refused)) {
    expect(() => readTable(join(folder, `${name}.csv`), columns)).toThrow(
      `not UTF-8; it looks like ${shown}`,
    );
  }
  expect(() => readTable(join(folder, 'cp1251.csv'), columns)).toThrow('its encoding is not known');
});

test('what a spreadsheet would compute is guarded in every text column, and comes back', () => {
  const texts = [
    '=1+1',
    '@SUM(A1)',
    '=HYPERLINK("x")',
    '-2+3',
    '+49 x',
    "'=1",
    '＝1',
    '\t=1',
    '-5',
    '-',
    '+1.5',
    "'a",
    '',
  ];
  const guarded = { id: required, by: patientId, why: remarkText, also: remarkTextOrEmpty, note: text };
  const made = texts.map((value) => {
    const shown = value === '' ? 'x' : value;
    return {
      id: shown,
      by: shown,
      why: asWritten(value),
      also: value === '' ? null : asWritten(value),
      note: value,
    };
  });
  const path = join(tempDir(), 't.csv');
  writeTable(path, guarded, made);
  expect(readTable(path, guarded)).toEqual(made);
  const notes = readTable(path, { note: { ...text, parse: (cell: string) => cell } }).map(({ note }) => note);
  expect(notes).toEqual([
    "'=1+1",
    "'@SUM(A1)",
    `'=HYPERLINK("x")`,
    "'-2+3",
    "'+49 x",
    "''=1",
    "'＝1",
    "'\t=1",
    '-5',
    '-',
    '+1.5',
    "'a",
    '',
  ]);
});
