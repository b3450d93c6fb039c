import { resolve } from 'node:path';
import { type Config, defaultConfig, labelNamesOf, UsageError } from '@radweave/artifacts';
import type { FoundPatient } from '@radweave/study/cohort/found';
import { walkCohort } from '@radweave/study/cohort/walk';

/** A configuration for a folder of data, and what was seen there. */
export interface Draft {
  config: Config;
  /** Names of the labels, in their order. */
  labels: string[];
  /** Folders of patients and how many patients have each, the most frequent first. */
  modalities: { name: string; patients: number }[];
  /** Hospitals, with how many patients have every suggested modality, by label. */
  hospitals: { name: string; patients: number[] }[];
}

/**
 * Suggests a configuration for the data under a root, by the names of folders alone: as modalities those that at least half
 * of the patients have, as home hospital the one with most patients of which both sets can be made.
 *
 * @throws UsageError when nothing under the root follows the layout.
 */
export function draftConfig(root: string): Draft {
  const { hospitals: names, labels: called, patients } = walkCohort(root, []);
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
    root_dir: resolve(root),
    modalities: chosen,
    home_hospital: suggestedHome(hospitals),
  });
  config.model.num_classes = labels;
  const labelNames = labelNamesOf(labels, called);
  if (called !== null) config.data.labels = labelNames;
  return { config, labels: labelNames, modalities, hospitals };
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
