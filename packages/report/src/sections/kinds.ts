import { type CohortPatient, kindsOf } from '@radweave/artifacts';
import type { ReportContext } from '../context.ts';
import type { Html } from '../html/html.ts';
import { table } from '../parts/table.ts';

/** Who has which modalities, by set, hospital and class; null where everybody has all of them. */
export function kindsTable(context: ReportContext): Html | null {
  const { words, data } = context;
  const { cohort, modalities, evaluation } = data;
  const ownOf = ({ slices }: CohortPatient): string[] =>
    modalities.filter((modality) => (slices[modality] ?? 0) > 0);
  const kinds = kindsOf(cohort.map(ownOf), modalities);
  if (kinds.length === 1) return null;
  const nameOf = (kind: readonly string[]): string =>
    kind.length === modalities.length ? words.flow.allModalities : words.flow.only(words.list(kind));
  const groupOf = ({ split, hospital, label }: CohortPatient): string =>
    JSON.stringify([split, hospital, label]);
  const groups = [...new Set(cohort.map(groupOf))];
  return table(context, {
    name: 'kinds',
    title: words.flow.kinds,
    caption: words.flow.kindsCaption(words.list(modalities)),
    head: [words.column.hospital, words.column.split, words.chart.label, ...kinds.map(nameOf)],
    rows: groups.map((group) => {
      const own = cohort.filter((one) => groupOf(one) === group);
      const [{ hospital, split, label }] = own as [CohortPatient];
      const counts = kinds.map((kind) => own.filter((one) => ownOf(one).join() === kind.join()).length);
      return [hospital, words.splits[split], evaluation.label_names[label] ?? String(label), ...counts];
    }),
  });
}
