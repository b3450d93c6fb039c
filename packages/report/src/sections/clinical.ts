import { naturalCompare } from '@radweave/artifacts';
import type { ReportContext } from '../context.ts';
import type { ClinicalVariable } from '../data.ts';
import { shareText } from '../format.ts';
import { type Html, html } from '../html/html.ts';
import { type Cell, table } from '../parts/table.ts';
import { type Group, groupsOf, hospitalsOf, medianText } from './groups.ts';

/** The clinical variables that were named, of each set and hospital, without tests between them; null where no table told any. */
export function clinicalTable(context: ReportContext): Html | null {
  const { words, data } = context;
  const { clinical } = data;
  if (clinical === null) return null;
  const { variables, notes, notNamed, severalRows } = clinical;
  const told = notNamed.length === 0 ? '' : words.clinical.notNamed(words.list(notNamed));
  if (variables.length === 0) return html`<p class="remark">${told}</p>`;
  const groups = groupsOf(context);
  const shown = table(context, {
    name: 'clinical',
    title: words.clinical.title(hospitalsOf(data.cohort).length > 1),
    caption: [words.clinical.caption, severalRows ? words.clinical.severalRows : '', told]
      .filter((text) => text !== '')
      .join(' '),
    head: [words.column.characteristic, ...groups.map(({ name }) => name)],
    rows: [
      [words.characteristics.patients, ...groups.map(({ patients }) => patients.length)],
      ...variables.flatMap((variable) => rowsOf(variable, groups, context)),
    ],
  });
  return html`${shown}${notes.map((note) => html`<p class="remark">${words.remark(note)}</p>`)}`;
}

/** A row for a number, or for each category, and one for how many have neither. */
function rowsOf(variable: ClinicalVariable, groups: readonly Group[], { words }: ReportContext): Cell[][] {
  const { name } = variable;
  const row = (head: string, cell: (group: Group) => string): Cell[] => [
    { text: head },
    ...groups.map((group) => ({ text: cell(group), number: true })),
  ];
  const missing = groups.map(
    ({ patients }) => patients.length - ownOf<string | number>(variable.values, patients).length,
  );
  const lacking = missing.some((n) => n > 0)
    ? [row(words.clinical.missing(name), (group) => String(missing[groups.indexOf(group)]))]
    : [];
  if (variable.kind === 'number') {
    const { values } = variable;
    return [
      row(words.clinical.median(name), ({ patients }) => medianText(ownOf(values, patients))),
      ...lacking,
    ];
  }
  const categories = [...new Set(variable.values.values())].sort(naturalCompare);
  return [
    ...categories.map((category) =>
      row(words.pair(name, category), ({ patients }) => {
        const own = ownOf(variable.values, patients);
        return shareText(own.filter((value) => value === category).length, own.length);
      }),
    ),
    ...lacking,
  ];
}

/** The values of those who have one. */
function ownOf<T>(values: ReadonlyMap<string, T>, patients: Group['patients']): T[] {
  return patients.flatMap(({ patient }) => values.get(patient) ?? []);
}
