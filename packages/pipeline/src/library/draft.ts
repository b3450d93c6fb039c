import { resolve } from 'node:path';
import {
  type Config,
  defaultConfig,
  groupBy,
  isObjectAddress,
  labelNamesOf,
  readCohortTable,
  type TableRow,
  UsageError,
} from '@radweave/artifacts';
import { isFolder } from '@radweave/artifacts/files';
import { cohortBelow } from '@radweave/study/cohort/cohort-below';
import {
  type FoundCohort,
  type FoundPatient,
  type FoundSlice,
  personKey,
} from '@radweave/study/cohort/found';
import { namesOf, walkCohort } from '@radweave/study/cohort/walk';
import { type SliceSize, settingsFor, sizesOf } from './slice-sizes.ts';

/** A configuration for a folder of data, and what was seen there. */
export interface Draft {
  config: Config;
  labels: string[];
  /** Folders of patients and how many patients have each, the most frequent first. */
  modalities: { name: string; patients: number }[];
  /** Hospitals, with how many patients have every suggested modality, by label. */
  hospitals: { name: string; patients: number[] }[];
  /** Sizes of the slices, the most frequent first. */
  sizes: SliceSize[];
  /** In how many points table and folders do not agree; those patients are not among these. */
  issues: number;
}

/** A table that tells of the patients, and what its columns are for where their names do not say it. */
interface DraftTable {
  path: string;
  columns: readonly string[];
}

/**
 * Suggests a configuration for the data under a root, by the names of folders, and a table, alone: as modalities those that at least
 * half of the patients have, as home hospital the one with most patients of which both sets can be made.
 *
 * @throws UsageError when nothing under the root follows the layout; DataError as `readCohortTable`.
 */
export function draftConfig(root: string, told: DraftTable | null): Draft {
  const {
    hospitals: names,
    labels: called,
    patients: places,
    table,
  } = told === null ? walkCohort(root, []) : listedBelow(root, told);
  const patients = onePerPerson(places);
  const modalities = countFolders(patients);
  const usual = modalities.filter((one) => one.patients * 2 >= patients.length);
  const chosen = (usual.length > 0 ? usual : modalities.slice(0, 1)).map(({ name }) => name);
  if (chosen.length === 0) {
    throw new UsageError('E_EMPTY_ROOT', 'the folders of the patients hold no folder of a modality', {
      where: resolve(root),
      hint: 'A slice lies in grade{label}/{patient}/{modality}/',
    });
  }
  const whole = patients.filter(({ folders }) => chosen.every((name) => named(folders).has(name)));
  const labels = Math.max(1, ...patients.map(({ label }) => label)) + 1;
  const hospitals = names.map((name) => {
    const own = whole.filter(({ hospital }) => hospital === name);
    const perLabel = (label: number): number => own.filter((one) => one.label === label).length;
    return { name, patients: Array.from({ length: labels }, (_, label) => perLabel(label)) };
  });
  const config = defaultConfig();
  Object.assign(config.data, {
    root_dir: isObjectAddress(root) ? root : resolve(root),
    modalities: chosen,
    home_hospital: suggestedHome(hospitals),
    ...(told === null ? {} : { table: resolve(told.path), table_columns: [...told.columns] }),
  });
  const sizes = sizesOf(slicesBelow(root, chosen, told));
  Object.assign(config.data, settingsFor(sizes));
  config.model.num_classes = labels;
  const labelNames = labelNamesOf(labels, called);
  if (called !== null) config.data.labels = labelNames;
  return { config, labels: labelNames, modalities, hospitals, sizes, issues: table?.issues.length ?? 0 };
}

function slicesBelow(root: string, modalities: readonly string[], told: DraftTable | null): FoundSlice[] {
  const { home_hospital: home } = defaultConfig().data;
  const table = told === null ? null : { table: readCohortTable(told.path, told.columns), home };
  return cohortBelow(root, modalities, null, table).slices;
}

/** Each patient once, with what all of their folders hold: folds have a folder each. */
function onePerPerson(patients: readonly FoundPatient[]): FoundPatient[] {
  const people = groupBy(patients, ({ hospital, label, patient }) =>
    JSON.stringify([hospital, label, patient]),
  );
  return [...people.values()].flatMap((own) =>
    own.slice(0, 1).map((one) => ({ ...one, folders: own.flatMap(({ folders }) => folders) })),
  );
}

/** Patients of a table; where it names their images, the folders of each are the modalities that there are images of. */
function listedBelow(root: string, { path, columns }: DraftTable): FoundCohort {
  const table = readCohortTable(path, columns);
  const { image, modality } = table.columns;
  const placeOf = (row: TableRow): string => resolve(root, table.cell(row, 'image'));
  const named = (row: TableRow): string[] => {
    if (modality !== undefined) return [table.cell(row, 'modality')];
    return isFolder(placeOf(row)) ? namesOf(placeOf(row)).map((name) => name.normalize('NFC')) : [];
  };
  const modalities = image === undefined ? [] : [...new Set(table.rows.flatMap(named))];
  const found = cohortBelow(root, modalities, null, { table, home: defaultConfig().data.home_hospital });
  if (image === undefined) return found;
  const folders = new Map<string, Set<string>>();
  for (const { hospital, patient, modality: own } of found.slices) {
    const key = personKey(hospital, patient);
    folders.set(key, (folders.get(key) ?? new Set()).add(own));
  }
  const people = new Map(found.patients.map((one) => [personKey(one.hospital, one.patient), one]));
  const patients = [...people].map(([key, one]) => ({ ...one, folders: [...(folders.get(key) ?? [])] }));
  return { ...found, patients };
}

/** Names as Unicode composes them, in which the configuration compares them. */
function named(folders: readonly string[]): Set<string> {
  return new Set(folders.map((name) => name.normalize('NFC')));
}

function countFolders(patients: readonly FoundPatient[]): Draft['modalities'] {
  const counts = new Map<string, number>();
  for (const { folders } of patients) {
    for (const name of named(folders)) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const all = [...counts].map(([name, count]) => ({ name, patients: count }));
  return all.sort((a, b) => b.patients - a.patients || (a.name < b.name ? -1 : 1));
}

/** The hospital with most patients among those whose every label has at least two, one for each set; else with most of all. */
function suggestedHome(hospitals: Draft['hospitals']): string | undefined {
  const total = ({ patients }: Draft['hospitals'][number]): number => patients.reduce((sum, n) => sum + n, 0);
  const canBeDivided = hospitals.filter(({ patients }) => patients.every((count) => count >= 2));
  const candidates = canBeDivided.length > 0 ? canBeDivided : hospitals;
  return [...candidates].sort((a, b) => total(b) - total(a))[0]?.name;
}
