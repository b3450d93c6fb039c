import {
  inShell,
  isByChance,
  readSearch,
  type SearchRecord,
  searchedText,
  tiedWithBest,
  tuneFiles,
} from '@radweave/artifacts';
import type { OpenPlan } from '@radweave/pipeline';
import { and, counted } from '@radweave/remarks';
import { forThisStudy } from '../command-line.ts';
import { number } from '../numbers.ts';
import { table } from '../table.ts';
import { paragraph } from '../terminal-width.ts';

/** So many of the best are shown; the file has all. */
const SHOWN = 20;

/** What a search found, as people read it. */
export function searchEnding({ config }: Pick<OpenPlan, 'config'>): string {
  const files = tuneFiles(config.experiment.output_dir);
  return forThisStudy(searchText(readSearch(files.record), files.table, files.best));
}

/** @param tablePath where all trials stand. @param bestPath the configuration of the best. */
export function searchText(search: SearchRecord, tablePath: string, bestPath: string): string {
  const { trials, keys, modality, patients, folds } = search;
  const head = ['trial', 'AUC', 'epochs', ...keys.map(({ key }) => key.replace(/^\w+\./, ''))];
  const rows = trials
    .slice(0, SHOWN)
    .map(({ trial, score, epochs, settings }) => [
      trial,
      number(score),
      epochs,
      ...keys.map(({ key }) => searchedText(settings[key])),
    ]);
  const more = trials.length > SHOWN ? [`… and ${trials.length - SHOWN} more`] : [];
  const from = paragraph(
    `AUC per patient, mean of ${counted(folds, 'fold')} of ${counted(patients, 'training patient')}; no other patient was read.`,
  );
  const best = trials.find(({ trial }) => trial === search.best);
  const end =
    best === undefined
      ? paragraph('No trial has a score: look at the notes in the table, and search smaller learning rates.')
      : [
          paragraph(
            `${chosenText(search)} It was chosen by this AUC, which is therefore optimistic: do not report it.`,
          ),
          ...chanceOf(best).map((text) => paragraph(text)),
          `Its settings: ${bestPath}`,
          `Now run radweave train --modality ${inShell(modality)} --config ${inShell(bestPath)}`,
        ].join('\n');
  return [table(head, rows), ...more, from, end, `All trials: ${tablePath}`, ''].join('\n');
}

/** Of trials with one AUC none is the best. */
function chosenText(search: SearchRecord): string {
  const tied = tiedWithBest(search);
  const trials = counted(search.trials.length, 'trial');
  if (tied.length === 0) return `Trial ${search.best} is the best of ${trials}.`;
  const numbers = and([...tied, search.best ?? 0].sort((a, b) => a - b));
  return `Trials ${numbers} have the same AUC, the best of ${trials}; trial ${search.best} was taken.`;
}

/** The best of trials that learned nothing is not a good one. */
function chanceOf({ score, folds }: SearchRecord['trials'][number]): string[] {
  const few = folds.filter(isByChance).length;
  if (isByChance(score)) {
    return [
      'This AUC is not above chance (0.5): these settings are the best only by name. Look at images and labels, or search other settings, before you train with them.',
    ];
  }
  if (few === 0) return [];
  return [`In ${few} of ${counted(folds.length, 'fold')} its AUC is not above chance (0.5).`];
}
