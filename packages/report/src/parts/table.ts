import type { Remark } from '@radweave/remarks';
import type { ReportContext } from '../context.ts';
import { type Html, html } from '../html/html.ts';

/** A cell: its text, and a note that is put below the table once. */
export interface Cell {
  text: string;
  /** A remark, or words of the report; none where it is null. */
  note?: Remark | string | null;
  /** Set right, in figures of one width. */
  number?: boolean;
}

/** A table with a caption; the first cell of a row names it. */
export interface TableSpec {
  /** Stays the same from report to report; also the name of the CSV file. */
  name: string;
  title: string;
  caption?: string;
  head: readonly string[];
  rows: readonly (readonly (string | number | Cell)[])[];
}

/** Tables of more columns are printed on pages laid across. */
const WIDE = 9;

/** A name that would widen its column: longer without a space than any word. */
const LONG = /\S{17}|\p{Script=Han}{8}/u;

/** Letters for notes: a … z, aa, ab, …. */
function letter(index: number): string {
  const rest = Math.floor(index / 26);
  return (rest === 0 ? '' : letter(rest - 1)) + String.fromCharCode(97 + (index % 26));
}

/** Lays out a table in a box that scrolls by itself, with its notes and a button that saves it as CSV. */
export function table(context: ReportContext, spec: TableSpec): Html {
  const { words } = context;
  const number = context.nextTable();
  const notes: string[] = [];
  const cell = (value: string | number | Cell, column: number): Html => {
    const { text, note = null, number: isNumber } = asCell(value);
    const mark =
      note === null
        ? null
        : html`<sup>${markOf(typeof note === 'string' ? note : words.remark(note), notes)}</sup>`;
    if (column === 0) return html`<th scope="row"${lookOf(text)}>${text}${mark}</th>`;
    if (isNumber !== true) return html`<td${lookOf(text)}>${text}${mark}</td>`;
    // Where there is little room, the interval goes below the number.
    const [, shown = text, interval] = /^(.*?) (\(.*)$/.exec(text) ?? [];
    const rest = interval === undefined ? mark : html` <span>${interval}${mark}</span>`;
    return html`<td class="number">${shown}${rest}</td>`;
  };
  const rows = spec.rows.map((row) => html`<tr>${row.map(cell)}</tr>`);
  const title = words.titled(words.table(number), spec.title);
  const wide = spec.head.length > WIDE ? ' wide' : '';
  return html`<div class="table${wide}" id="table-${number}">
<div class="scroll" tabindex="0" role="region" aria-label="${title}"><table>
<caption><span><strong>${title}${words.stop.trim()}</strong> ${spec.caption ?? null}</span></caption>
<thead><tr>${spec.head.map((name, column) => headCell(name, spec.rows, column))}</tr></thead>
<tbody>${rows}</tbody></table></div>
${notes.length === 0 ? null : html`<ol class="notes">${notes.map((note) => html`<li>${note}</li>`)}</ol>`}
<p class="tools"><button type="button" data-csv="${spec.name}">${words.downloadCsv}</button></p>
</div>`;
}

/** A column's name stands above its numbers. */
function headCell(name: string, rows: TableSpec['rows'], column: number): Html {
  const cells = rows.map((row) => asCell(row[column] ?? '')).filter(({ text }) => text !== '');
  const isNumber = column > 0 && cells.length > 0 && cells.every((cell) => cell.number === true);
  return html`<th scope="col"${lookOf(name, isNumber)}>${name}</th>`;
}

function lookOf(name: string, isNumber = false): Html | null {
  const look = [...(isNumber ? ['number'] : []), ...(LONG.test(name) ? ['long'] : [])];
  return look.length === 0 ? null : html` class="${look.join(' ')}"`;
}

function asCell(value: string | number | Cell): Cell {
  if (typeof value === 'string') return { text: value };
  return typeof value === 'number' ? { text: String(value), number: true } : value;
}

function markOf(note: string, notes: string[]): string {
  if (!notes.includes(note)) notes.push(note);
  return letter(notes.indexOf(note));
}
