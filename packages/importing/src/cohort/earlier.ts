import { dirname } from 'node:path';
import { groupBy, type ImportedSlice } from '@radweave/artifacts';
import type { PixelOptions } from '../output/options.ts';
import { rangeRule } from '../output/render.ts';
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

/** Series of an earlier import, not among these files, whose gray values follow another rule than those of their modality now. */
export interface OtherGrays {
  readonly modality: string;
  readonly patients: number;
  readonly earlier: string;
  readonly now: string;
}

export function otherGrays(
  patients: readonly ImportedPatient[],
  proposals: readonly Proposal[],
  {
    output,
    records,
    pixels,
  }: { readonly output: string; readonly records: string; readonly pixels: PixelOptions },
): OtherGrays[] {
  const wanted = proposals.filter(isWanted);
  const [series, folders] = [
    new Set(proposals.map(({ stack }) => stack.id)),
    new Set(wanted.map(folderOf(patients))),
  ];
  const stays = new DoneSeries(records, output)
    .all()
    .filter((row) => !series.has(row.series) && !folders.has(dirname(row.file)));
  const rules = wanted.map(({ modality, stack }) => ({
    modality,
    rule: ruleText(rangeRule(stack, pixels)),
  }));
  return [
    ...groupBy(rules, ({ modality, rule }) => JSON.stringify([modality, kindOf(rule)])).values(),
  ].flatMap((own) => {
    const [{ modality, rule: now } = { modality: '', rule: '' }] = own;
    const known = new Set(own.map(({ rule }) => rule));
    const differs = (row: ImportedSlice): boolean => {
      const rule = ruleOfRow(row);
      return row.modality === modality && kindOf(rule) === kindOf(now) && !known.has(rule);
    };
    return [...groupBy(stays.filter(differs), ruleOfRow)].map(([earlier, rows]) => ({
      modality,
      patients: new Set(rows.map(({ patient }) => patient)).size,
      earlier,
      now,
    }));
  });
}

const BY_VOLUME = ' of the volume';

/** What can be compared: windows of CT with one another, and rules that a flag gives other images; pictures of 8 bits have neither. */
function kindOf(rule: string): string {
  if (rule.startsWith('window')) return 'window';
  return rule.startsWith('SUV') || rule.endsWith(BY_VOLUME) ? 'other' : rule;
}

function ruleOfRow({ how, low, high }: ImportedSlice): string {
  return ruleText({ how, range: how.endsWith(BY_VOLUME) ? null : { low: low ?? 0, high: high ?? 0 } });
}

function ruleText({ how, range }: { how: string; range: GrayRange | null }): string {
  if (range === null) return how;
  // As `import.csv` has them; where a SUV is from is no other gray value.
  const [low, high] = [range.low, range.high].map((value) => Math.round(value * 1e4) / 1e4);
  return `${how.replace(/^SUV.*/, 'SUV')} ${low} to ${high}`;
}
