import { searchedText } from '@radweave/artifacts';
import { and, counted } from '@radweave/remarks';
import { lastPart, type Search, type UsedSearch } from './search.ts';

/** How settings were searched: for the methods and for the section of the search. */
export const SEARCH_EN = {
  how: {
    random: ({ modality, trials, rungs: [epochs = 0] }: Search) =>
      `For ${modality}, ${counted(trials.length, 'trial')} of settings drawn at random ${trials.length === 1 ? 'was' : 'were each'} trained for at most ${counted(epochs, 'epoch')}.`,
    asha: ({ modality, trials, rungs }: Search) =>
      `For ${modality}, ${counted(trials.length, 'trial')} of settings drawn at random ${trials.length === 1 ? 'was' : 'were'} compared by asynchronous successive halving (Li et al. 2020), after ${and(rungs)} ${rungs.length === 1 && rungs[0] === 1 ? 'epoch' : 'epochs'}; the best continued.`,
  },
  space: ({ keys }: Search) => `The search was over ${and(keys.map(rangeText))}.`,
  whom: ({ patients, folds }: Search) =>
    `All were trained and scored on ${counted(folds, 'fold')} of ${counted(patients, 'training patient')}; the search read no other patient.`,
  ofOthers:
    'These were the training patients of another division of the patients: patients of validation or of a test set may be among them, and results of the chosen settings on such patients are too good.',
};

/** @returns nothing of a range that an earlier version did not record. */
function rangeText({ key, log, space }: Search['keys'][number]): string {
  if (space === undefined) return lastPart(key);
  const range = Array.isArray(space)
    ? space.map(searchedText).join(', ')
    : `${space.low} to ${space.high}${log ? ', by the logarithm' : ''}`;
  return `${lastPart(key)} (${range})`;
}

/** What the methods say of searches whose best settings networks have. */
export function searchesInEnglish(searches: readonly UsedSearch[]): string {
  return searches
    .map(({ search, isUsed, isOfOthers }) => {
      const { how, space, whom, ofOthers } = SEARCH_EN;
      const said = isUsed
        ? 'the settings of the one with the highest AUC per patient were used.'
        : 'the one with the highest AUC per patient had the settings of the network.';
      const chosen = `Of the trials that were trained longest, ${said}`;
      const others = isOfOthers ? [ofOthers] : [];
      return [how[search.strategy](search), space(search), whom(search), ...others, chosen].join(' ');
    })
    .join(' ');
}
