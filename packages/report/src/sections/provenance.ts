import { groupBy } from '@radweave/artifacts';
import type { ReportContext } from '../context.ts';
import { type Html, html } from '../html/html.ts';
import { table } from '../parts/table.ts';

/** The settings of each training run and part of the study, as YAML; equal ones once. */
export function configurationSection({ data, words }: ReportContext): Html {
  const { ofRun, ofPart } = words.configuration;
  const parts = [...groupBy(data.configurations, ({ yaml }) => yaml)].map(([yaml, alike]) => {
    const whose = words.list(alike.map(({ of }) => (typeof of === 'string' ? ofPart[of] : ofRun(of.run))));
    const label = words.pair(words.sections.configuration, whose);
    return html`<h3>${whose}</h3>
<pre tabindex="0" role="region" aria-label="${label}">${yaml}</pre>`;
  });
  return html`${parts}`;
}

export function environmentSection(context: ReportContext): Html {
  const { words, data } = context;
  return table(context, {
    name: 'environment',
    title: words.environment.title,
    head: [words.column.name, words.column.value],
    rows: data.environment.map(([name, value]) => [words.remark(name), words.remark(value)]),
  });
}

export function filesSection(context: ReportContext): Html {
  const { words, data } = context;
  return table(context, {
    name: 'files',
    title: words.files.title,
    caption: words.files.caption,
    head: [words.column.file, words.column.hash],
    rows: data.files.map(({ path, sha256 }) => [path, sha256]),
  });
}
