import { isDeepStrictEqual } from 'node:util';
import { type SearchRecord, splitHash } from '@radweave/artifacts';
import type { ReportData, TrainingSettings } from '../data.ts';

export type Search = SearchRecord;

/** `learning_rate` of `training.learning_rate`. */
export const lastPart = (key: string): string => key.split('.').at(-1) ?? key;

/** A search whose best settings a reported network was trained with. Whoever changed one of them took another. */
export interface UsedSearch {
  search: Search;
  /** Whether it ended before that training; of an earlier version's nothing is known but that the settings are the same. */
  isUsed: boolean;
  isOfOthers: boolean;
}

export function searchesUsed(data: Pick<ReportData, 'searches' | 'runs' | 'cohort'>): UsedSearch[] {
  return data.searches.flatMap((search) => {
    const alike = data.runs.filter(
      ({ modality, settings }) => modality === search.modality && isBest(search, settings),
    );
    const order = alike.map(({ time }) => precedes(search, time));
    if (order.every((isBefore) => isBefore === false)) return [];
    return [{ search, isUsed: order.includes(true), isOfOthers: isOfOthers(search, data) }];
  });
}

/** Whether a search trained on others than the present training patients. An earlier version's does not say. */
export function isOfOthers(
  { modality, trained_on_hash }: Search,
  { cohort }: Pick<ReportData, 'cohort'>,
): boolean {
  const present = cohort.filter(({ split, slices }) => split === 'train' && (slices[modality] ?? 0) > 0);
  return trained_on_hash !== undefined && trained_on_hash !== splitHash(present);
}

function isBest({ keys, trials, best }: Search, settings: TrainingSettings | null): boolean {
  const chosen = trials.find(({ trial }) => trial === best)?.settings;
  if (settings === null || chosen === undefined) return false;
  return keys.every(({ key }) => isDeepStrictEqual(settingOf(settings, key), chosen[key]));
}

/** Null where one of the two does not say when. */
function precedes({ time }: Search, trained: string | null): boolean | null {
  return time === undefined || trained === null ? null : Date.parse(time) < Date.parse(trained);
}

function settingOf(settings: TrainingSettings, key: string): unknown {
  const [section = '', name = ''] = key.split('.');
  return Object(Object(settings)[section])[name];
}
