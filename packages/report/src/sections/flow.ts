import { type CohortPatient, inOrderOfLabels, kindsOf } from '@radweave/artifacts';
import { type Flow, flowChart } from '../charts/flow.ts';
import type { ReportContext } from '../context.ts';
import { type Html, html } from '../html/html.ts';
import { figure } from '../parts/figure.ts';
import { table } from '../parts/table.ts';

/** How many patients were found, left out and used, and where they went. */
export async function flowSection(context: ReportContext): Promise<Html> {
  const { data, words } = context;
  const { cohort, division } = data;
  const exclusions = division?.exclusions ?? [];
  const drawn = await figure(context, {
    name: 'flow',
    title: words.flow.title,
    caption: division === null ? `${words.flow.caption} ${words.flow.givenCaption}` : words.flow.caption,
    alt: words.flow.alt(cohort.length + exclusions.length, cohort.length),
    picture: flowChart(flowOf(context)),
  });
  const kinds = kindsTable(context);
  if (exclusions.length === 0) return html`${drawn}${kinds}`;
  const list = table(context, {
    name: 'exclusions',
    title: words.flow.exclusions,
    head: [words.chart.patients, words.column.hospital, words.column.reason, words.column.detail],
    rows: exclusions.map(({ patient, hospital, reason, detail }) => [
      patient,
      hospital,
      words.flow.reasons(reason),
      words.remark(detail),
    ]),
  });
  return html`${drawn}${kinds}${list}`;
}

function flowOf({ data, words }: ReportContext): Flow {
  const { cohort, division, evaluation } = data;
  const exclusions = division?.exclusions ?? [];
  const { flow } = words;
  const reasons = new Map<string, number>();
  for (const { reason } of exclusions) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  const labels = evaluation.label_names;
  const byLabel = (patients: readonly CohortPatient[]): string =>
    flow.positives(labels.map((name, label) => [name, patients.filter((one) => one.label === label).length]));
  const inSet = (split: string): CohortPatient[] => cohort.filter((one) => one.split === split);
  const external = inSet('test');
  const hospitals = [...new Set(external.map(({ hospital }) => hospital))].sort();
  const all = new Set(cohort.map(({ hospital }) => hospital));
  return {
    found: [division === null ? flow.given(cohort.length) : flow.found(cohort.length + exclusions.length)],
    excluded:
      exclusions.length === 0
        ? null
        : [
            flow.excluded(exclusions.length),
            ...[...reasons].map(([code, n]) => words.pair(flow.reasons(code), String(n))),
          ],
    included: [flow.included(cohort.length, all.size)],
    home: [
      flow.home(evaluation.home_hospital, cohort.length - external.length),
      ...(['train', 'val'] as const).map((split) =>
        flow.set(split, inSet(split).length, byLabel(inSet(split))),
      ),
    ],
    external:
      hospitals.length === 0
        ? [flow.noExternal]
        : [
            flow.external(hospitals.length, external.length),
            ...hospitals.map((name) => {
              const patients = external.filter(({ hospital }) => hospital === name);
              return flow.hospital(name, patients.length, byLabel(patients));
            }),
          ],
  };
}

/** Who has which modalities, by set, hospital and class; null where everybody has all of them. */
function kindsTable(context: ReportContext): Html | null {
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
  const groups = [...new Set(inOrderOfLabels(cohort).map(groupOf))];
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
