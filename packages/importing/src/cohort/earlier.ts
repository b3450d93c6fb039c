import { dirname, join } from 'node:path';
import { groupBy, type ImportedSlice } from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';
import { fileShape } from '@radweave/imaging';
import type { PixelOptions } from '../output/options.ts';
import { AND, BY_VOLUME, bitsText, rangeRule, settingsOf, sizeText } from '../output/settings.ts';
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

/** Patients of an earlier import whose records say too little of their settings to compare them with those of their modality now. */
export interface UntoldSettings {
  readonly modality: string;
  readonly patients: number;
}

export function otherSettings(
  patients: readonly ImportedPatient[],
  proposals: readonly Proposal[],
  {
    output,
    records,
    pixels,
  }: { readonly output: string; readonly records: string; readonly pixels: PixelOptions },
): { other: OtherSettings[]; untold: UntoldSettings[] } {
  const wanted = proposals.filter(isWanted);
  const [series, folders] = [
    new Set(proposals.map(({ stack }) => stack.id)),
    new Set(wanted.map(folderOf(patients))),
  ];
  const stays = new DoneSeries(records, output)
    .all()
    .filter((row) => !series.has(row.series) && !folders.has(dirname(row.file)));
  const byModality = [...groupBy(wanted, ({ modality }) => modality)];
  const untold = byModality.flatMap(([modality]) => {
    const old = stays.filter((row) => row.modality === modality && isOld(row));
    return old.length === 0 ? [] : [{ modality, patients: countPatients(old) }];
  });
  const ofRow = settingsReader(output);
  const other = byModality.flatMap(([modality, own]) => {
    const now = own.map(({ stack }) => comparable(settingsOf(stack, pixels), rangeRule(stack, pixels).range));
    const before = groupBy(
      stays.filter((row) => row.modality === modality),
      (row) => JSON.stringify(ofRow(row)),
    );
    return [...before].flatMap(([settings, rows]) => {
      const differ = (JSON.parse(settings) as string[]).flatMap((earlier, i) => {
        const others = now.flatMap((one) => one[i] ?? []).filter((other) => areComparable(earlier, other));
        return others.length === 0 || others.includes(earlier) ? [] : [[earlier, others[0] ?? '']];
      });
      if (differ.length === 0) return [];
      const [earlier = '', other = ''] = [0, 1].map((i) => differ.map((pair) => pair[i]).join(', '));
      return [{ modality, patients: countPatients(rows), earlier, now: other }];
    });
  });
  return { other, untold };
}

function countPatients(rows: readonly ImportedSlice[]): number {
  return new Set(rows.map(({ patient }) => patient)).size;
}

/** Older versions wrote the first setting alone. */
function isOld({ how }: ImportedSlice): boolean {
  return !how.includes(AND);
}

/** Gray values that no flag changes: those of pictures of 8 bits, and of colour. Others may stand beside them. */
function areComparable(...settings: readonly string[]): boolean {
  return settings.every((one) => !/^(?:as stored|brightness)/.test(one));
}

/** As {@link comparable}; of old records size and bits are those of the first slice of its folder. */
function settingsReader(output: string): (row: ImportedSlice) => string[] {
  const seen = new Map<string, string[]>();
  return (row) => {
    const { how, low, high, file } = row;
    const rest = isOld(row) ? (seen.get(dirname(file)) ?? sizeAndBits(join(output, file))) : [];
    if (isOld(row)) seen.set(dirname(file), rest);
    const range = how.includes(BY_VOLUME) ? null : { low: low ?? 0, high: high ?? 0 };
    return comparable([...how.split(AND), ...rest], range);
  };
}

function sizeAndBits(path: string): string[] {
  if (!existsSync(path)) return [];
  const { width, height, bitDepth } = fileShape(path);
  return [sizeText(width, height), bitsText(bitDepth)];
}

/** The settings of a series, the first with the range of values where the volume does not give it. */
function comparable([how = '', ...rest]: readonly string[], range: GrayRange | null): string[] {
  if (range === null) return [how, ...rest];
  // As `import.csv` has them; where a SUV is from is no other gray value.
  const [low, high] = [range.low, range.high].map((value) => Math.round(value * 1e4) / 1e4);
  return [`${how.replace(/^SUV.*/, 'SUV')} ${low} to ${high}`, ...rest];
}
