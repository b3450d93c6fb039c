import { dirname, join } from 'node:path';
import { groupBy, type ImportedSlice, type Mapping } from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';
import { fileShape } from '@radweave/imaging';
import type { PixelOptions } from '../output/options.ts';
import { AND, BY_VOLUME, bitsText, rangeRule, settingsOf, sizeText } from '../output/settings.ts';
import { DECIDED, isDecided, OUT, type Proposal } from '../series/propose.ts';
import type { GrayRange } from '../values/window.ts';
import type { DoneSeries, Written } from './done.ts';
import type { ImportedPatient } from './patients.ts';
import { folderOf, isWanted } from './places.ts';

type Decisions = Mapping['decisions'];

/** Slices that an earlier import wrote of a series that is left out now. */
export interface LeftOutNow {
  readonly because: string;
  readonly slices: number;
  /** Whether they stay: the series is what it was, and only not asked for this time. */
  readonly stays: boolean;
}

export function leftOutNow(
  done: DoneSeries,
  patients: readonly ImportedPatient[],
  proposals: readonly Proposal[],
  decisions: Decisions,
): LeftOutNow[] {
  const kept = folderOf(patients);
  const here = proposals
    .filter(({ modality }) => modality === OUT)
    .flatMap((proposal) =>
      done.of(proposal).map(({ folder, rows }) => ({
        because:
          proposal.unasked === undefined
            ? proposal.because
            : `${proposal.because}, and its patient, hospital, class or modality is another now`,
        slices: rows.length,
        stays: folder === kept(proposal),
      })),
    );
  const others = done.notHere().filter(isLeftOut(done, proposals, decisions));
  return [...here, ...others.map(({ rows }) => ({ because: DECIDED, slices: rows.length, stays: false }))];
}

/**
 * A decision counts also where the files of the series are not there any more, unless another patient has a series of this ID: it may be
 * about that one.
 */
function isLeftOut(
  done: DoneSeries,
  proposals: readonly Proposal[],
  decisions: Decisions,
): (one: Written) => boolean {
  const others = done.notHere().flatMap(({ rows: [row] }) => row ?? []);
  const shared = sharedSeries(others, proposals);
  return ({ rows: [row] }) => row !== undefined && decisions[row.series] === OUT && !shared.has(row.series);
}

/**
 * IDs of series that several patients have: hospitals may number patients and series alike, or one was corrected.
 *
 * @param others Slices of series that are not among these files.
 */
export function sharedSeries(
  others: readonly ImportedSlice[],
  proposals: readonly Proposal[],
): ReadonlySet<string> {
  const all = [...others, ...proposals.map(({ stack, patient }) => ({ series: stack.id, patient }))];
  const owners = new Map(all.map(({ series, patient }) => [series, patient]));
  return new Set(all.filter((one) => owners.get(one.series) !== one.patient).map(({ series }) => series));
}

/** What is removed of earlier imports: series that are left out now, and what lies elsewhere of those that are written. */
export function goneNow(
  done: DoneSeries,
  patients: readonly ImportedPatient[],
  proposals: readonly Proposal[],
  decisions: Decisions,
): Written[] {
  const folder = folderOf(patients);
  const moved = proposals
    .filter((one) => isWanted(one) || one.modality === OUT)
    .flatMap((proposal) => done.of(proposal).filter((one) => one.folder !== folder(proposal)));
  return [...new Set([...moved, ...done.notHere().filter(isLeftOut(done, proposals, decisions))])];
}

/** A series in whose folder another one lies, or that was another patient's. */
export interface Replacement {
  readonly proposal: Proposal;
  readonly earlier: ImportedSlice;
}

/**
 * Series that would remove the slices of one that is not among these files, or their own under the name of another patient, unless somebody
 * decided that they do.
 */
export function replacements(
  done: DoneSeries,
  patients: readonly ImportedPatient[],
  proposals: readonly Proposal[],
  decisions: Decisions,
): Replacement[] {
  const isOut = isLeftOut(done, proposals, decisions);
  const inFolder = new Map(done.notHere().map((one) => [one.folder, one]));
  const folder = folderOf(patients);
  return proposals.filter(isWanted).flatMap((proposal) => {
    if (isDecided(proposal)) return [];
    const moved = done.of(proposal).find(({ rows: [row] }) => row?.patient !== proposal.patient);
    const other = moved ?? inFolder.get(folder(proposal) ?? '');
    const [earlier] = other?.rows ?? [];
    return other === undefined || earlier === undefined || isOut(other) ? [] : [{ proposal, earlier }];
  });
}

/** Slices of series that are not among these files, and stay. */
export function stayingOf(
  done: DoneSeries,
  patients: readonly ImportedPatient[],
  proposals: readonly Proposal[],
  decisions: Decisions,
): ImportedSlice[] {
  const gone = new Set(goneNow(done, patients, proposals, decisions));
  const replaced = new Set(proposals.filter(isWanted).map(folderOf(patients)));
  return done
    .notHere()
    .filter((one) => !gone.has(one) && !replaced.has(one.folder))
    .flatMap(({ rows }) => rows);
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

/** @param stays {@link stayingOf}. */
export function otherSettings(
  stays: readonly ImportedSlice[],
  proposals: readonly Proposal[],
  { output, pixels }: { readonly output: string; readonly pixels: PixelOptions },
): { other: OtherSettings[]; untold: UntoldSettings[] } {
  const wanted = proposals.filter(isWanted);
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
