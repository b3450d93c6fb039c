import { sep } from 'node:path';
import { groupBy, labelName } from '@radweave/artifacts';
import type { SliceFacts } from '@radweave/imaging';
import { type Remark, remark } from '@radweave/remarks';
import { isShareKept } from '@radweave/stats';
import type { AssignedMember } from './assign.ts';
import { countsOf, importsOf } from './foreign.ts';
import type { FoundCohort, FoundSlice } from './found.ts';
import type { CohortMember, LackingPatient } from './patients.ts';

/** How many names a warning shows. */
const SHOWN = 5;

/**
 * What lies under the root but is not used, with the likely reason: folders whose names have no place in the layout, images
 * of other formats or outside the layout, masks. And what is used although its name says that it may be a mask.
 */
export function unusedFiles(found: FoundCohort, twoValued: readonly FoundSlice[]): Remark[] {
  const classes = found.labels?.join(', ') ?? 'grade0, grade1, …';
  const folders = found.unread
    .filter(({ folder, holds }) => folder !== null || holds.length > 0)
    .map(({ hospital, folder, holds }) =>
      folder === null
        ? remark('data-hospital-unread', { hospital, classes, ...few(holds) })
        : remark('data-folder-unread', { hospital, folder, classes, n: holds.length }),
    );
  const foreign = [...found.foreign].map(([hospital, { counts, folder }]) => {
    const unread = remark('data-not-png', { hospital, kinds: countsOf(counts), folder });
    const commands = importsOf(counts.keys()).map((kind) => `radweave import ${kind}`);
    return commands.length === 0
      ? unread
      : remark('several', { parts: [unread, remark('data-import', { commands })] });
  });
  const misplaced = [...groupBy(found.misplaced, (path) => path.split(sep)[0]).values()];
  return [
    ...folders,
    ...misplaced.map((paths) => remark('data-misplaced', { n: paths.length, ...few(paths) })),
    ...foreign,
    ...byPlace(found.masks, 'data-masks-named'),
    ...byPlace(twoValued, 'data-masks-two-values'),
    ...byPlace(found.doubtful, 'data-masks-doubtful'),
  ];
}

type PlaceCode = 'data-masks-named' | 'data-masks-two-values' | 'data-masks-doubtful' | 'data-repeated';

function byPlace(slices: readonly FoundSlice[], code: PlaceCode): Remark[] {
  const groups = groupBy(slices, ({ hospital, modality }) => JSON.stringify([hospital, modality]));
  return [...groups.values()].map((own) => {
    const { hospital = '', modality = '' } = own[0] ?? {};
    return remark(code, { hospital, modality, n: own.length, ...few(own.map(({ file }) => file)) });
  });
}

/** Hospitals whose names differ in case, spaces and punctuation alone: they may be one. */
export function alikeHospitals(hospitals: readonly string[]): Remark[] {
  const plain = (name: string): string =>
    name
      .normalize('NFKC')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, '');
  return [...groupBy(hospitals, plain).values()]
    .filter((names) => names.length > 1)
    .map((names) => remark('data-hospitals-alike', { names }));
}

/** Hospitals whose patients lack modalities and are left out, or kept, for it, with what is there in place of these. */
export function lackingPatients(
  code: 'data-lost' | 'data-kept',
  found: FoundCohort,
  lacking: readonly LackingPatient[],
  modalities: readonly string[],
): Remark[] {
  const groups = groupBy(lacking, ({ hospital, missing }) => JSON.stringify([hospital, missing]));
  return [...groups].map(([key, own]) => {
    const [hospital, missing] = JSON.parse(key) as [string, string[]];
    const names = new Set(own.map(({ patient }) => patient));
    const theirs = found.patients.filter((one) => one.hospital === hospital);
    const folders = theirs
      .filter(({ patient }) => names.has(patient))
      .map((one) => one.folders.map((name) => name.normalize('NFC')));
    const there = [...new Set(folders.flat())].sort();
    const others = there.filter((name) => !modalities.includes(name));
    const all = others.filter((name) => folders.every((own) => own.includes(name)));
    const some = others.filter((name) => !all.includes(name));
    const empty = there.filter((name) => missing.includes(name));
    const labels = [...groupBy(own, ({ label }) => label)].sort(([a], [b]) => a - b);
    const lost = remark(code, {
      hospital,
      n: own.length,
      total: new Set(theirs.map(({ patient }) => patient)).size,
      modalities: missing,
      labels: labels.map(([label, ones]) =>
        remark('data-count', { what: labelName(found.labels, label), n: ones.length }),
      ),
    });
    const instead = [
      ...(all.length > 0 ? [remark('data-folders-there', few(all))] : []),
      ...(some.length > 0 ? [remark('data-folders-some', few(some))] : []),
      ...(empty.length > 0 ? [remark('data-folders-empty', few(empty))] : []),
    ];
    return remark('several', {
      parts: [lost, ...(instead.length > 0 ? instead : [remark('data-folders-none')])],
    });
  });
}

/** Slices that show the same as another of their patient, such as copies of a file; blank ones aside. */
export function repeatedSlices(
  members: readonly CohortMember[],
  facts: ReadonlyMap<string, SliceFacts>,
): Remark[] {
  const repeated = members.flatMap(({ slices }) =>
    [...slices.values()].flatMap((own) => {
      const seen = new Set<string>();
      return own.filter(({ path }) => {
        const { contentHash = '', constant = true } = facts.get(path) ?? {};
        if (constant || !seen.has(contentHash)) {
          seen.add(contentHash);
          return false;
        }
        return true;
      });
    }),
  );
  return byPlace(repeated, 'data-repeated');
}

/** Classes that are named, by the user or by a folder, and have no patient who is used. */
export function emptyClasses({ labels }: FoundCohort, members: readonly CohortMember[]): Remark[] {
  const names = (labels ?? []).filter((_, label) => !members.some((one) => one.label === label));
  return names.length === 0 ? [] : [remark('data-class-empty', { names })];
}

/** Why the external patients show nothing, or cannot tell what tells the labels apart from what tells hospitals apart. */
export function externalOddities(
  external: readonly CohortMember[],
  { hospitals, labels }: Pick<FoundCohort, 'hospitals' | 'labels'>,
  homes: readonly string[],
): Remark[] {
  if (external.length === 0) {
    const others = hospitals.filter((name) => !homes.includes(name));
    if (others.length === 0) return [remark('data-no-external', { home: homes.join(', ') })];
    return [remark('data-no-external-usable', { hospitals: others })];
  }
  const atHome = [...new Set(external.map(({ hospital }) => hospital))].filter((name) =>
    homes.includes(name),
  );
  const internal = atHome.length === 0 ? [] : [remark('data-test-at-home', { hospitals: atHome })];
  const labelsOf = (some: readonly CohortMember[]): number => new Set(some.map(({ label }) => label)).size;
  const each = [...groupBy(external, ({ hospital }) => hospital)];
  const [first] = external;
  if (first !== undefined && labelsOf(external) === 1) {
    return [...internal, remark('data-one-label-test', { label: labelName(labels, first.label) })];
  }
  if (each.some(([, own]) => labelsOf(own) > 1)) return internal;
  return [...internal, remark('data-label-is-hospital', { hospitals: each.map(([hospital]) => hospital) })];
}

/** What share of a hospital's patients is in training, where another was asked for. */
export function unkeptShare(members: readonly AssignedMember[], hospital: string, asked: number): Remark[] {
  const own = members.filter((one) => one.hospital === hospital);
  const train = own.filter(({ split }) => split === 'train').length;
  if (isShareKept(train, own.length, asked)) return [];
  return [remark('data-share', { hospital, asked, train, total: own.length })];
}

/** The first names, and whether there are more. */
export function few(names: readonly string[]): { names: string[]; isMore: boolean } {
  return { names: names.slice(0, SHOWN), isMore: names.length > SHOWN };
}
