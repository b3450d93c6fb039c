import { counted } from '@radweave/remarks';
import { WorkbookArchive } from './archive.ts';
import { columnName, placeOf, type SheetRow } from './places.ts';
import { requireComputed, requireUnmerged } from './unclear-cells.ts';
import { attribute, elements, plainText } from './xml.ts';

/** Columns of a sheet, XFD at most. */
const MOST_COLUMNS = 16_384;
/** A table of all slices of a large study has 10 million; each takes memory, though it be empty. */
const MOST_CELLS = 20_000_000;

/** Number formats of Excel that show a day or a time (ECMA-376, 18.8.30). */
const DATE_FORMATS = (id: number): boolean => (id >= 14 && id <= 22) || (id >= 45 && id <= 47);

/**
 * The rows of the first sheet of an Excel workbook (ECMA-376), each cell as text: numbers with all their digits, days as
 * `2020-02-29`, formulas as their last result. Rows are as long as the longest.
 *
 * @throws DataError `E_XLSX` when the bytes are no workbook, or where its cells do not say what people see: merged ones, and
 *   formulas that nobody has computed.
 */
export function readSheet(bytes: Buffer, path: string): SheetRow[] {
  const archive = new WorkbookArchive(bytes, path);
  const strings = Array.from(elements(archive.text('xl/sharedStrings.xml') ?? '', 'si'), ({ inner }) =>
    textIn(inner),
  );
  const dates = { styles: dateStyles(archive.text('xl/styles.xml') ?? ''), of1970: dayOf1970(archive) };
  const { name, part } = firstSheet(archive);
  const sheet = archive.text(part);
  if (sheet === null) throw archive.damaged('it has no sheet');
  const isComputed = isComputedBy(archive);
  const formulas: string[] = [];
  const rows: SheetRow[] = [];
  for (const row of elements(sheet, 'row')) {
    const line = Number(attribute(row.tag, 'r') ?? (rows.at(-1)?.line ?? 0) + 1);
    const cells: string[] = [];
    for (const cell of elements(row.inner, 'c')) {
      const at = placeOf(attribute(cell.tag, 'r') ?? '')?.column ?? cells.length;
      if (at >= MOST_COLUMNS) throw archive.damaged(`row ${line} has more columns than a sheet can have`);
      while (cells.length < at) cells.push('');
      cells[at] = cellText(cell, strings, dates);
      if (lacksValue(cell, isComputed)) formulas.push(`${columnName(at)}${line}`);
    }
    rows.push({ cells, line, isHidden: isTrue(attribute(row.tag, 'hidden')) });
  }
  const width = rows.reduce((most, { cells }) => Math.max(most, cells.length), 0);
  if (rows.length * width > MOST_CELLS)
    throw archive.damaged(`it has ${counted(rows.length, 'row')}, and one of ${counted(width, 'column')}`);
  requireComputed(formulas, { name, path });
  requireUnmerged(sheet, rows, { name, path });
  return rows.map((row) => ({
    ...row,
    cells: [...row.cells, ...Array(width - row.cells.length).fill('')],
  }));
}

/** The sheet that the workbook lists first and does not hide. */
function firstSheet(archive: WorkbookArchive): { name: string; part: string } {
  const sheets = [...elements(archive.text('xl/workbook.xml') ?? '', 'sheet')];
  const first = sheets.find(({ tag }) => (attribute(tag, 'state') ?? 'visible') === 'visible') ?? sheets[0];
  const id = attribute(first?.tag ?? '', 'r:id');
  const links = [...elements(archive.text('xl/_rels/workbook.xml.rels') ?? '', 'Relationship')];
  const target = attribute(links.find(({ tag }) => attribute(tag, 'Id') === id)?.tag ?? '', 'Target');
  const name = attribute(first?.tag ?? '', 'name') ?? '';
  if (target === undefined) return { name, part: 'xl/worksheets/sheet1.xml' };
  return { name, part: target.startsWith('/') ? target.slice(1) : `xl/${target}` };
}

/** Whether a program that computes has saved the workbook: others ask for it when it is opened, and write 0 in the meantime. */
function isComputedBy(archive: WorkbookArchive): boolean {
  const [settings] = elements(archive.text('xl/workbook.xml') ?? '', 'calcPr');
  return !isTrue(attribute(settings?.tag ?? '', 'fullCalcOnLoad'));
}

function isTrue(value: string | undefined): boolean {
  return value === '1' || value === 'true';
}

/** Whether a cell has a formula whose value is not there. That of a text (`str`) may be empty. */
function lacksValue({ tag, inner }: { tag: string; inner: string }, isComputed: boolean): boolean {
  if (!/<(?:[\w-]+:)?f[\s>/]/.test(inner)) return false;
  const [value] = elements(inner, 'v');
  return !isComputed || value === undefined || (value.inner === '' && attribute(tag, 't') !== 'str');
}

function cellText(
  { tag, inner }: { tag: string; inner: string },
  strings: readonly string[],
  { styles, of1970 }: { styles: ReadonlySet<number>; of1970: number },
): string {
  const kind = attribute(tag, 't') ?? 'n';
  if (kind === 'inlineStr') return textIn(inner);
  const [shown] = elements(inner, 'v');
  const value = plainText(shown?.inner ?? '');
  if (kind === 's') return strings[Number(value)] ?? '';
  if (kind === 'b') return value === '1' ? 'TRUE' : 'FALSE';
  if (kind !== 'n' || value === '') return value;
  if (styles.has(Number(attribute(tag, 's') ?? -1))) return dayOf(Number(value), of1970);
  // Excel writes 0.1 as 0.10000000000000001, and long numbers with an exponent.
  return String(Number(Number(value).toPrecision(15)));
}

/** The text of a string, without the phonetic one of East Asian workbooks. */
function textIn(xml: string): string {
  const shown = xml.replace(/<rPh\b[\s\S]*?<\/rPh>/g, '');
  return Array.from(elements(shown, 't'), ({ inner }) => plainText(inner)).join('');
}

/** Styles of cells that hold a day or a time. */
function dateStyles(styles: string): Set<number> {
  const own = new Map(
    Array.from(elements(styles, 'numFmt'), ({ tag }) => [
      Number(attribute(tag, 'numFmtId')),
      // Colours, conditions and quoted text are no part of it.
      (attribute(tag, 'formatCode') ?? '').replace(/\[[^\]]*\]|"[^"]*"|\\./g, ''),
    ]),
  );
  const [table] = elements(styles, 'cellXfs');
  const formats = [...elements(table?.inner ?? '', 'xf')];
  const isDate = (id: number): boolean => DATE_FORMATS(id) || /[ymdhs]/i.test(own.get(id) ?? '');
  return new Set(
    formats.flatMap(({ tag }, style) => (isDate(Number(attribute(tag, 'numFmtId'))) ? [style] : [])),
  );
}

/** The number of 1970-01-01: days are counted from 1899-12-30, or in workbooks of old Macs from 1904-01-01. */
function dayOf1970(archive: WorkbookArchive): number {
  const [settings] = elements(archive.text('xl/workbook.xml') ?? '', 'workbookPr');
  return isTrue(attribute(settings?.tag ?? '', 'date1904')) ? 24_107 : 25_569;
}

/** The number of a day as text in ISO 8601. */
function dayOf(days: number, of1970: number): string {
  const time = new Date(Math.round((days - of1970) * 86_400) * 1000);
  if (Number.isNaN(time.getTime())) return String(days);
  const iso = time.toISOString();
  return iso.endsWith('T00:00:00.000Z') ? iso.slice(0, 10) : iso.slice(0, 19).replace('T', ' ');
}
