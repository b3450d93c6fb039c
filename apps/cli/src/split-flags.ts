import { resolve } from 'node:path';
import {
  type Config,
  findSplitSummary,
  isObjectAddress,
  isSamePlace,
  type Override,
  settingText,
  splitFiles,
  toldPlace,
} from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';
import { commandFlags } from './command-flags.ts';

/** The settings of a call. */
export interface Settings {
  /** Those of the configuration file, or the defaults. */
  base: Config;
  /** With what the user typed. */
  config: Config;
  /** Keys that the user typed. */
  given: readonly string[];
}

/**
 * The flags with which `radweave preprocess` makes the split of a study again as it was made, by its record; null where it has
 * none. With others it would draw another split, or drop the table of patients.
 */
export function flagsOfSplit({ base, config, given }: Settings): { flag: string; values: string[] }[] | null {
  const { splits_dir, root_dir, table } = config.data;
  const summary = findSplitSummary(splitFiles(splits_dir).summary);
  if (summary?.made_with === undefined) return null;
  const { 'data.table': madeTable, ...settings } = summary.made_with;
  const place = (key: string, now: string | null, recorded: string | string[] | undefined): Override[] => {
    const then = recorded === undefined ? null : absolute(String(recorded), splits_dir);
    const isNow = now !== null && (given.includes(key) || then === null || !existsSync(then));
    const used = isNow ? now : then;
    return used === null ? [] : [[key, isObjectAddress(used) ? used : (toldPlace(used) ?? used)]];
  };
  const overrides: Override[] = [
    ...place('data.root_dir', root_dir, summary.root_dir),
    ...(madeTable === undefined ? [] : place('data.table', table, madeTable)),
    ['data.splits_dir', splits_dir],
    ...Object.entries(settings),
  ];
  const flags = commandFlags('preprocess') ?? [];
  return overrides
    .filter(([key, value]) => value.length > 0 && !isSame(key, settingText(base, key), value))
    .map(([key, value]) => {
      const own = flags.find((one) => one.key === key && (one.value ?? value) === value);
      if (own === undefined || value === 'null') return { flag: 'set', values: [`${key}=${value}`] };
      const words = Array.isArray(value) ? value : [value];
      return { flag: own.flag, values: own.value === undefined ? words : [] };
    });
}

function absolute(place: string, splitsDir: string): string {
  return isObjectAddress(place) ? place : resolve(splitsDir, place);
}

/** Places by where they are. */
function isSame(key: string, one: unknown, other: unknown): boolean {
  if (JSON.stringify(one) === JSON.stringify(other)) return true;
  const areTexts = typeof one === 'string' && typeof other === 'string' && !isObjectAddress(one);
  return areTexts && /_dir$|^data\.table$/.test(key) && isSamePlace(one, other);
}
