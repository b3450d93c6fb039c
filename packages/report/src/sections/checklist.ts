import { type ChecklistItem, CLAIM, KNOWN, TRIPOD } from '../checklist/items.ts';
import type { ReportContext } from '../context.ts';
import type { ReportData } from '../data.ts';
import { type Html, html } from '../html/html.ts';
import { type Cell, table } from '../parts/table.ts';
import type { ItemWords, SectionId } from '../words/words.ts';

/** CLAIM and TRIPOD+AI: where this report answers an item, and what only the author can. */
export function checklistSection(context: ReportContext): Html {
  const { words } = context;
  const rows = (items: readonly ChecklistItem[], texts: readonly ItemWords[]) =>
    items.map((item, i) => [String(i + 1), texts[i]?.text ?? '', whereOf(context, item, texts[i]?.left)]);
  const head = [words.column.item, words.column.detail, words.column.where];
  return html`<p class="remark">${words.checklist.note}</p>
${table(context, { name: 'claim', title: words.checklist.claimTitle, head, rows: rows(CLAIM, words.checklist.claim) })}
${table(context, { name: 'tripod-ai', title: words.checklist.tripodTitle, head, rows: rows(TRIPOD, words.checklist.tripod) })}`;
}

function whereOf(
  { data, words }: ReportContext,
  { sections, needs }: ChecklistItem,
  left: string | undefined,
): Cell {
  const isKnown = needs === undefined || KNOWN[needs](data);
  const made = isKnown ? sections.filter((section) => isMade(data, section)) : [];
  if (made.length === 0) return { text: words.checklist.author };
  const names = words.list(made.map((section) => words.sections[section]));
  const found = words.pair(words.checklist.filled, names);
  return { text: left === undefined ? found : `${found}${words.stop}${words.checklist.adds(left)}` };
}

/** Whether a section holds more than the sentence that it was not made. */
function isMade(data: ReportData, section: SectionId): boolean {
  if (section === 'explanations') return 'value' in data.galleries;
  if (section === 'site') return 'value' in data.siteAudit;
  if (section === 'training') return data.runs.length > 0;
  if (section === 'roc')
    return data.evaluation.curves.some(({ split, roc }) => split !== 'train' && roc !== null);
  return true;
}
