import { trainingPanels } from '../charts/training.ts';
import type { ReportContext } from '../context.ts';
import type { TrainingRun } from '../data.ts';
import { type Html, html } from '../html/html.ts';
import { isAugmented } from '../methods/facts.ts';
import { figure, grid } from '../parts/figure.ts';
import type { CurvesSeen } from '../words/words.ts';

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
        caption: words.training.caption(run.name, run.model, run.bestEpoch, batchesOf(context, run)),
        how: words.training.how(seenBy(run)),
        alt: words.training.alt(run.modality, name, run.history.length),
        picture: panels[what],
      }),
    );
  }
  return drawn;
}

/** What sets training curves apart from those of validation; nothing is said of a checkpoint that another program wrote. */
function seenBy({ settings }: TrainingRun): CurvesSeen {
  if (settings === null) return { augmented: false, batchNorm: null };
  return {
    augmented: isAugmented(settings),
    batchNorm: settings.batchNorm ? { frozen: settings.frozenStages > 0 } : null,
  };
}

/** How many batches moved the averages of its batch norms until the kept epoch; null where it has none, or that is not known. */
function batchesOf(context: ReportContext, { modality, bestEpoch, settings }: TrainingRun): number | null {
  if (settings?.batchNorm !== true) return null;
  const own = context.data.cohort.filter(({ split }) => split === 'train');
  const slices = own.reduce((sum, patient) => sum + (patient.slices[modality] ?? 0), 0);
  return bestEpoch && bestEpoch * Math.ceil(slices / settings.training.batch_size);
}
