import { trainingPanels } from '../charts/training.ts';
import type { ReportContext } from '../context.ts';
import type { TrainingRun } from '../data.ts';
import { figure, grid } from '../html/figure.ts';
import { type Html, html } from '../html/html.ts';

/** Loss and AUC by epoch of every run that fed the results. */
export async function trainingSection(context: ReportContext): Promise<Html> {
  const { data, words } = context;
  const drawn: Html[] = [];
  for (const run of data.runs) drawn.push(...(await runFigures(context, run)));
  return drawn.length === 0 ? html`<p class="missing">${words.training.none}</p>` : grid(drawn);
}

async function runFigures(context: ReportContext, run: TrainingRun): Promise<Html[]> {
  const { words } = context;
  const panels = trainingPanels(run.history, run.bestEpoch ?? undefined, words.chart);
  const drawn: Html[] = [];
  for (const what of ['loss', 'auc'] as const) {
    const name = words.chart[what];
    drawn.push(
      await figure(context, {
        name: `training-${run.modality}-${what}`,
        title: words.training.title(run.modality, name),
        caption: words.training.caption(run.name, run.model, run.bestEpoch),
        alt: words.training.alt(run.modality, name, run.history.length),
        picture: panels[what],
      }),
    );
  }
  return drawn;
}
