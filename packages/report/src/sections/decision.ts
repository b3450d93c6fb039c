import type { EvaluationCurves, Split } from '@radweave/artifacts';
import { type BenefitLine, decisionChart } from '../charts/decision.ts';
import type { ReportContext } from '../context.ts';
import { type Html, html } from '../html/html.ts';
import { EVALUATED, modelGroups, nothingOf, POOLED, rowOf } from '../models.ts';
import { figure, grid } from '../parts/figure.ts';

/** Decision curves of all patients of validation and of the external test. */
export async function decisionSection(context: ReportContext): Promise<Html> {
  const { words, data } = context;
  const models = modelGroups(data.evaluation)[0]?.models ?? [];
  const drawn: Html[] = [];
  const missing: Html[] = [];
  for (const split of EVALUATED) {
    // Of patients of one label, treating all or none is right whatever the model says.
    const curves = models
      .filter(hasBothLabels(context, split))
      .flatMap((model) =>
        data.evaluation.curves.filter(
          (one) =>
            one.model === model &&
            one.split === split &&
            one.hospital === POOLED &&
            one.net_benefit.length > 0,
        ),
      );
    const [first] = curves;
    if (first === undefined || data.evaluation.label_names.length > 2) {
      missing.push(nothingOf(context, split));
      continue;
    }
    drawn.push(
      await figure(context, {
        name: `decision-${split}`,
        title: words.decision.title(words.splits[split]),
        how: words.decision.how,
        alt: words.decision.alt(curves.map(({ model }) => words.modelName(model))),
        picture: decisionChart(linesOf(context, curves, first), words.chart),
      }),
    );
  }
  return drawn.length === 0
    ? html`<p class="missing">${words.decision.none}</p>`
    : html`${grid(drawn)}${missing}`;
}

function hasBothLabels({ data }: ReportContext, split: Split): (model: string) => boolean {
  return (model) => {
    const { n = 0, n_positive } = rowOf(data.evaluation, model, split) ?? {};
    return typeof n_positive === 'number' && n_positive > 0 && n_positive < n;
  };
}

function linesOf(
  { words }: ReportContext,
  curves: readonly EvaluationCurves[],
  first: EvaluationCurves,
): BenefitLine[] {
  const models = curves.map(({ model, net_benefit }) => ({
    name: words.modelName(model),
    points: net_benefit.map(({ threshold, model: benefit }) => ({ threshold, benefit })),
  }));
  const all = first.net_benefit.map(({ threshold, treat_all }) => ({ threshold, benefit: treat_all }));
  const none = first.net_benefit.map(({ threshold }) => ({ threshold, benefit: 0 }));
  return [
    ...models,
    { name: words.chart.treatAll, points: all },
    { name: words.chart.treatNone, points: none },
  ];
}
