import {
  folderName,
  groupBy,
  type ImportedSlice,
  type ListedPatient,
  type Pseudonym,
} from '@radweave/artifacts';
import { tallied } from '@radweave/importing/cohort/account';
import type { LeftOutNow, UntoldSettings } from '@radweave/importing/cohort/earlier';
import { type ImportedPatient, keyOf } from '@radweave/importing/cohort/patients';
import type { WrittenAgain } from '@radweave/importing/cohort/write-series';
import type { Image } from '@radweave/importing/series/image';
import { counted } from '@radweave/remarks';
import { type StageContext, say, warn } from '@radweave/study/context/events';

/** Slices that records of an older version tell less of. */
export function sayUntold(all: readonly UntoldSettings[], context: StageContext): void {
  for (const { modality, patients } of all)
    warn(
      context,
      `${modality}: the records of ${counted(patients, 'patient')} of an earlier import are those of an older version and do not say --fit, --mask_slices, --mask_crop and --plane, so nobody can tell whether they are the same as now. Import all files again where you do not know it.`,
    );
}

/** Folders whose slices an import that was stopped had put there, and that are in no table. */
export function sayUnfinished(folders: readonly string[], context: StageContext): void {
  const [first = ''] = folders;
  if (folders.length === 0) return;
  warn(
    context,
    `Removed: ${counted(folders.length, 'folder')} that an earlier import was writing when it was stopped (${folders.length === 1 ? '' : 'such as '}${first}); ${folders.length === 1 ? 'its series is' : 'their series are'} written again where this import is to write ${folders.length === 1 ? 'it' : 'them'}.`,
  );
}

/** Series of earlier imports that are written again, though nobody asks for other slices. */
export function sayAgain({ changed, untold }: WrittenAgain, context: StageContext): void {
  const [first] = changed;
  const [is, its] = changed.length === 1 ? ['is', 'its'] : ['are', 'their'];
  if (first !== undefined)
    warn(
      context,
      `Changed: ${changed.length} series ${is} written again, as ${its} files or masks are others than at the last import (${changed.length === 1 ? '' : 'such as '}${first.stack.id} of ${first.patient}). Results that were made of the earlier slices are not those of the files any more.`,
    );
  if (untold.length > 0)
    say(
      context,
      `${untold.length} series ${untold.length === 1 ? 'is' : 'are'} written again: the records of an older version do not say the content of the files.`,
    );
}

/** What becomes of slices of earlier imports whose series are left out now. */
export function sayLeftOutNow(all: readonly LeftOutNow[], dryRun: boolean, context: StageContext): void {
  const sizeOf = (some: readonly LeftOutNow[]): string =>
    sizeText(
      some.length,
      some.reduce((sum, { slices }) => sum + slices, 0),
    );
  const [kept, removed] = [all.filter(({ stays }) => stays), all.filter(({ stays }) => !stays)];
  if (kept.length > 0) say(context, `Not among --modalities, and left as they are: ${sizeOf(kept)}.`);
  if (removed.length === 0) return;
  const reasons = Object.entries(tallied(removed.map(({ because }) => because))).map(
    ([reason, n]) => `${n} × ${reason}`,
  );
  warn(
    context,
    `Left out now, so what is there ${dryRun ? 'would be' : 'is'} removed: ${sizeOf(removed)}, ${reasons.join('; ')}.`,
  );
}

function sizeText(series: number, slices: number): string {
  return `${series} series of an earlier import (${counted(slices, 'slice')})`;
}

/** Who is in the data root, and who is imported now. */
interface Staying {
  /** The only hospital that is imported; null for all. */
  readonly hospital: string | null;
  readonly unlisted: readonly Image[];
  readonly labels: ReadonlyMap<string, string | null>;
  /** IDs of series of several patients. */
  readonly shared: ReadonlySet<string>;
}

/** Slices of earlier imports whose series are not among these files. */
export function sayStaying(
  stays: readonly ImportedSlice[],
  { hospital, unlisted, labels, shared }: Staying,
  context: StageContext,
): void {
  if (stays.length > 0) say(context, `Not among these files, and left as it is: ${whatOf(stays)}.`);
  const files = new Set(unlisted.map(({ instance }) => instance));
  // Rows of other hospitals do not count now, and their files lie in the same export.
  const only = hospital === null ? null : folderName('hospital', hospital);
  const left = stays.filter((row) => files.has(row.instance) && row.hospital === (only ?? row.hospital));
  if (left.length > 0)
    warn(
      context,
      `Not in the table any more, and still in the data root: ${whatOf(left)}; ${remedyFor(left, shared)}.`,
    );
  const other = stays.filter(({ patient, label }) => (labels.get(patient) ?? label) !== label);
  const [first] = other;
  if (first !== undefined)
    warn(
      context,
      `Of another label in the data root than now, and not among these files: ${whatOf(other)}, such as ${first.patient}, ${first.modality} as ${first.label}, now ${labels.get(first.patient)}. Import these files too; ${remedyFor(other, shared)}.`,
    );
}

function whatOf(rows: readonly ImportedSlice[]): string {
  const patients = new Set(rows.map(({ patient }) => patient)).size;
  const series = groupBy(rows, (row) => `${row.patient} ${row.series}`).size;
  return `${sizeText(series, rows.length)}, of ${counted(patients, 'patient')}`;
}

/** How many series a warning names. */
const NAMED = 10;

/** @param shared A decision removes none of these. */
function remedyFor(rows: readonly ImportedSlice[], shared: ReadonlySet<string>): string {
  const ids = [...new Set(rows.map(({ series }) => series))];
  const own = ids.filter((one) => !shared.has(one));
  return [
    ...(own.length === 0
      ? []
      : [`to remove such series, leave them out by decisions of mapping.yaml (${decisionsFor(own)})`]),
    ...(own.length === ids.length
      ? []
      : [
          'no decision removes those whose ID is that of a series of another patient too: without them, import all other files into a new --output with --records of its own',
        ]),
  ].join('; ');
}

function decisionsFor(series: readonly string[]): string {
  const more =
    series.length > NAMED ? `, and ${series.length - NAMED} more, by the column series of import.csv` : '';
  return `${series
    .slice(0, NAMED)
    .map((one) => `"${one}": "-"`)
    .join(', ')}${more}`;
}

/** The label that each patient has now, by pseudonym, of those too whose files are not here. */
export function labelsNow(
  patients: readonly ImportedPatient[],
  listed: readonly ListedPatient[],
  pseudonyms: readonly Pseudonym[],
): Map<string, string | null> {
  const names = new Map(pseudonyms.map((one) => [keyOf(one.hospital, one.original), one.pseudonym]));
  return new Map([
    ...listed.map((one) => [names.get(keyOf(one.hospital, one.patient)) ?? '', one.label] as const),
    ...patients.map(({ pseudonym, label }) => [pseudonym, label] as const),
  ]);
}
