import { CLAIM, TRIPOD } from '../checklist/items.ts';
import type { ReportContext } from '../context.ts';
import type { ReportData } from '../data.ts';
import { type Html, html } from '../html/html.ts';
import { type Cell, table } from '../html/table.ts';
import type { SectionId } from '../words/words.ts';

/** CLAIM and TRIPOD+AI: where this report answers an item, and what only the author can. */
export function checklistSection(context: ReportContext): Html {
  const { words } = context;
  const rows = (items: readonly (readonly SectionId[])[], texts: readonly string[]) =>
    items.map((sections, i) => [String(i + 1), texts[i] ?? '', whereOf(context, sections)]);
  const head = [words.column.item, words.column.detail, words.column.where];
  return html`<p class="remark">${words.checklist.note}</p>
${table(context, { name: 'claim', title: words.checklist.claimTitle, head, rows: rows(CLAIM, words.checklist.claim) })}
${table(context, { name: 'tripod-ai', title: words.checklist.tripodTitle, head, rows: rows(TRIPOD, words.checklist.tripod) })}`;
}

function whereOf({ data, words }: ReportContext, sections: readonly SectionId[]): Cell {
  const made = sections.filter((section) => isMade(data, section)).map((section) => words.sections[section]);
  return {
    text: made.length === 0 ? words.checklist.author : words.pair(words.checklist.filled, made.join(', ')),
  };
}

/** Whether a section holds more than the sentence that it was not made. */
function isMade(data: ReportData, section: SectionId): boolean {
  if (section === 'explanations') return 'value' in data.galleries;
  if (section === 'site') return 'value' in data.siteAudit;
  if (section === 'training') return data.runs.length > 0;
  if (section === 'comparisons') return data.evaluation.comparisons.length > 0;
  if (section === 'hospitals') return data.cohort.some(({ split }) => split === 'test');
  return true;
}
