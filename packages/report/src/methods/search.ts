import { isDeepStrictEqual } from 'node:util';
import type { SearchRecord } from '@radweave/artifacts';
import type { ReportData, TrainingSettings } from '../data.ts';

export type Search = SearchRecord;

/** `learning_rate` of `training.learning_rate`. */
export const lastPart = (key: string): string => key.split('.').at(-1) ?? key;

/** The searches whose best settings a reported network was trained with. Whoever changed one of them took another. */
export function searchesUsed({ searches, runs }: Pick<ReportData, 'searches' | 'runs'>): Search[] {
  return searches.filter(({ modality, keys, trials, best }) => {
    const chosen = trials.find(({ trial }) => trial === best)?.settings;
    const isAlike = (settings: TrainingSettings | null): boolean =>
      settings !== null &&
      chosen !== undefined &&
      keys.every(({ key }) => isDeepStrictEqual(settingOf(settings, key), chosen[key]));
    return runs.some((run) => run.modality === modality && isAlike(run.settings));
  });
}

function settingOf(settings: TrainingSettings, key: string): unknown {
  const [section = '', name = ''] = key.split('.');
  return Object(Object(settings)[section])[name];
}
