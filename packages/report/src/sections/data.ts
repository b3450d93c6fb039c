import type { BrightnessRow } from '@radweave/artifacts';
import { brightnessChart } from '../charts/brightness.ts';
import type { ReportContext } from '../context.ts';
import { type Html, html } from '../html/html.ts';
import { figure, grid } from '../parts/figure.ts';
import { hospitalsOf } from './groups.ts';

/** What is odd about the data, and of several hospitals how bright the slices of each are. */
export async function dataSection(context: ReportContext): Promise<Html> {
  const { words, data } = context;
  if (data.division === null) return html`<p class="missing">${words.data.given}</p>`;
  const { oddities } = data.division;
  if (oddities === null) return html`<p class="missing">${words.data.unknown}</p>`;
  const { warnings } = oddities;
  const told =
    warnings.length === 0
      ? html`<p>${words.data.none(data.modalities.length > 1, hospitalsOf(data.cohort).length > 1)}</p>`
      : html`<p>${words.data.found}</p>
<ul>${warnings.map((text) => html`<li>${words.remark(text)}</li>`)}</ul>`;
  return html`${told}${await histograms(context, oddities.brightness)}`;
}

async function histograms(context: ReportContext, rows: readonly BrightnessRow[]): Promise<Html | null> {
  const { words, data } = context;
  const drawn: Html[] = [];
  for (const modality of data.modalities) {
    const own = rows.filter((row) => row.modality === modality);
    const hospitals = [...new Set(own.map(({ hospital }) => hospital))];
    // There is nothing to compare one hospital with.
    if (hospitals.length < 2) continue;
    drawn.push(
      await figure(context, {
        name: `brightness-${modality}`,
        title: words.data.title(modality),
        caption: words.data.caption,
        alt: words.data.alt(modality, words.list(hospitals)),
        picture: brightnessChart(own, data.evaluation.home_hospital, words.chart),
      }),
    );
  }
  return drawn.length === 0 ? null : grid(drawn);
}
