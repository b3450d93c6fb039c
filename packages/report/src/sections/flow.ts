import type { CohortPatient } from '@radweave/artifacts';
import { type Flow, flowChart } from '../charts/flow.ts';
import type { ReportContext } from '../context.ts';
import { type Html, html } from '../html/html.ts';
import { figure } from '../parts/figure.ts';
import { table } from '../parts/table.ts';
import { kindsTable } from './kinds.ts';

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
