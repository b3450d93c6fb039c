import { dirname } from 'node:path';
import { groupBy, type ImportedSlice } from '@radweave/artifacts';
import type { PixelOptions } from '../output/options.ts';
import { AND, BY_VOLUME, rangeRule, settingsOf } from '../output/settings.ts';
import { OUT, type Proposal } from '../series/propose.ts';
import type { GrayRange } from '../values/window.ts';
import { DoneSeries } from './done.ts';
import type { ImportedPatient } from './patients.ts';
import { folderOf, isWanted } from './write-series.ts';

/** Slices that an earlier import wrote of a series that is left out now. */
export interface LeftOutNow {
  readonly proposal: Proposal;
  readonly slices: number;
  /** Whether they stay: the series is what it was, and only not asked for this time. */
  readonly stays: boolean;
}

export function leftOutNow(
  patients: readonly ImportedPatient[],
  proposals: readonly Proposal[],
  { output, records }: { readonly output: string; readonly records: string },
): LeftOutNow[] {
  const done = new DoneSeries(records, output);
  const kept = folderOf(patients);
  return proposals
    .filter(({ modality }) => modality === OUT)
    .flatMap((proposal) =>
      done.of(proposal).map(({ folder, rows }) => ({
        proposal,
        slices: rows.length,
        stays: folder === kept(proposal),
      })),
    );
}

/** Series of an earlier import, not among these files, that other settings made than those of their modality now. */
export interface OtherSettings {
  readonly modality: string;
  readonly patients: number;
  readonly earlier: string;
  readonly now: string;
}

export function otherSettings(
  patients: readonly ImportedPatient[],
  proposals: readonly Proposal[],
  {
    output,
    records,
    pixels,
  }: { readonly output: string; readonly records: string; readonly pixels: PixelOptions },
): OtherSettings[] {
  const wanted = proposals.filter(isWanted);
  const [series, folders] = [
    new Set(proposals.map(({ stack }) => stack.id)),
    new Set(wanted.map(folderOf(patients))),
  ];
  const stays = new DoneSeries(records, output)
    .all()
    .filter((row) => !series.has(row.series) && !folders.has(dirname(row.file)));
  return [...groupBy(wanted, ({ modality }) => modality)].flatMap(([modality, own]) => {
    const now = own.map(({ stack }) => comparable(settingsOf(stack, pixels), rangeRule(stack, pixels).range));
    const before = groupBy(
      stays.filter((row) => row.modality === modality),
      (row) => JSON.stringify(settingsOfRow(row)),
    );
    return [...before].flatMap(([settings, rows]) => {
      const differ = (JSON.parse(settings) as string[]).flatMap((earlier, i) => {
        const others = now.flatMap((one) => one[i] ?? []).filter((other) => areComparable(earlier, other));
        return others.length === 0 || others.includes(earlier) ? [] : [[earlier, others[0] ?? '']];
      });
      if (differ.length === 0) return [];
      const [earlier = '', other = ''] = [0, 1].map((i) => differ.map((pair) => pair[i]).join(', '));
      const n = new Set(rows.map(({ patient }) => patient)).size;
      return [{ modality, patients: n, earlier, now: other }];
    });
  });
}

/** Gray values that no flag changes: those of pictures of 8 bits, and of colour. Others may stand beside them. */
function areComparable(...settings: readonly string[]): boolean {
  return settings.every((one) => !/^(?:as stored|brightness)/.test(one));
}

/** As {@link comparable}. Older versions wrote the first setting alone. */
function settingsOfRow({ how, low, high }: ImportedSlice): string[] {
  return comparable(how.split(AND), how.includes(BY_VOLUME) ? null : { low: low ?? 0, high: high ?? 0 });
}

/** The settings of a series, the first with the range of values where the volume does not give it. */
function comparable([how = '', ...rest]: readonly string[], range: GrayRange | null): string[] {
  if (range === null) return [how, ...rest];
  // As `import.csv` has them; where a SUV is from is no other gray value.
  const [low, high] = [range.low, range.high].map((value) => Math.round(value * 1e4) / 1e4);
  return [`${how.replace(/^SUV.*/, 'SUV')} ${low} to ${high}`, ...rest];
}
