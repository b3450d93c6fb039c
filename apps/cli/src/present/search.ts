import { readSearch, type SearchRecord, tuneFiles } from '@radweave/artifacts';
import type { OpenPlan } from '@radweave/pipeline';
import { counted } from '@radweave/remarks';
import { forThisStudy } from '../command-line.ts';
import { number } from '../numbers.ts';
import { table } from '../table.ts';

/** So many of the best are shown; the file has all. */
const SHOWN = 20;

/** What a search found, as people read it. */
export function searchEnding({ config }: Pick<OpenPlan, 'config'>): string {
  const files = tuneFiles(config.experiment.output_dir);
  return forThisStudy(searchText(readSearch(files.record), files.table, files.best));
}

/** @param tablePath where all trials stand. @param best the configuration of the best. */
export function searchText(search: SearchRecord, tablePath: string, best: string): string {
  const { trials, keys, modality, patients, folds } = search;
  const head = ['trial', 'AUC', 'epochs', ...keys.map(({ key }) => key.replace(/^\w+\./, ''))];
  const rows = trials
    .slice(0, SHOWN)
    .map(({ trial, score, epochs, settings }) => [
      trial,
      number(score),
      epochs,
      ...keys.map(({ key }) => shown(settings[key])),
    ]);
  const more = trials.length > SHOWN ? [`… and ${trials.length - SHOWN} more`] : [];
  const from = `AUC per patient, mean of ${counted(folds, 'fold')} of ${counted(patients, 'training patient')}; no other patient was read.`;
  const end =
    search.best === null
      ? 'No trial has a score: look at the notes in the table, and search smaller learning rates.'
      : [
          `Trial ${search.best} is the best of ${counted(trials.length, 'trial')}. It was chosen by this AUC, which is therefore optimistic: do not report it.`,
          `Its settings: ${best}`,
          `Now run radweave train --modality ${modality} --config ${best}`,
        ].join('\n');
  return [table(head, rows), ...more, from, end, `All trials: ${tablePath}`, ''].join('\n');
}

/** A setting as people read it. */
function shown(value: SearchRecord['trials'][number]['settings'][string] | undefined): string {
  if (typeof value === 'number') return String(Number(value.toPrecision(3)));
  return Array.isArray(value) ? value.join(', ') : String(value);
}
