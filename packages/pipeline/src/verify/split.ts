import { basename, join } from 'node:path';
import {
  type CohortPatient,
  type Config,
  localPlace,
  parseSlicePath,
  readCohort,
  readSplit,
  readSplitSummary,
  readText,
  SPLIT_FILES,
  SPLITS,
  type SplitSummary,
  splitFiles,
  splitHash,
  splitPath,
  writeSplitSummary,
} from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';
import { and, counted } from '@radweave/remarks';
import { assignSplits } from '@radweave/study/cohort/assign';
import type { StageContext } from '@radweave/study/context/events';
import { findCohort } from '../work/find-cohort.ts';
import { type PreprocessOptions, preprocess } from '../work/preprocess.ts';
import { attempt } from './attempt.ts';
import { compareFiles } from './compare-files.ts';
import { compareJson } from './compare-json.ts';
import type { Findings } from './findings.ts';
import { compareSettings, type RepeatedStep } from './recorded.ts';

const NO_HASHES = 'pixels: the split is of an earlier version, which recorded no hashes of them';

/**
 * Divides the patients again: from the raw images where they are, else from `cohort.csv`.
 *
 * @param written The files that a division leaves.
 */
export async function verifySplit(
  findings: Findings,
  { config, steps, step, unseen }: RepeatedStep,
  temporary: string,
  written: (options: PreprocessOptions) => readonly string[],
  context: StageContext,
): Promise<void> {
  const { splits_dir, root_dir } = config.data;
  const { summary: summaryFile, cohort: cohortFile, log } = splitFiles(splits_dir);
  const missing = [summaryFile, cohortFile].filter((path) => !existsSync(path));
  if (missing.length > 0) {
    findings.unverified.push(`splits: ${and(missing)} are not there (own split files?)`);
    return;
  }
  await attempt(findings, 'splits', async () => {
    const summary = readSplitSummary(summaryFile);
    const { patients } = readCohort(cohortFile);
    compareHash(findings, summary, patients);
    const { home_hospital, train_ratio, modalities, kinds, seed, given_split } = summary;
    // Where a table gave the sets, nothing was drawn.
    const drawn = given_split === true ? {} : { home_hospital, train_ratio };
    const allowed = kinds === undefined ? {} : { missing: 'allow' };
    compareSettings(findings, { steps, step }, 'splits/summary.json', [
      ...Object.entries({ ...drawn, ...allowed, modalities }).map(
        ([name, value]) => [name, `data.${name}`, value] as const,
      ),
      ['seed', 'experiment.seed', seed],
    ]);
    compareLog(findings, summary, log);
    if (root_dir !== null && existsSync(localPlace(root_dir))) {
      await attempt(findings, 'splits', async () => {
        const own = await fromImages(config, summary, temporary, context);
        compareSplits(findings, splits_dir, written({ config: own }));
      });
      if (summary.slices === undefined) findings.unverified.push(NO_HASHES);
      return;
    }
    findings.unverified.push(
      `raw images: they are not there (${unseen ?? root_dir}); which patients and slices they hold was not looked at`,
    );
    if (summary.given_split !== true) {
      await attempt(findings, 'splits/cohort.csv', () => fromCohort(findings, summary, patients));
    }
    await attempt(findings, 'splits', () => compareSlices(findings, config.data, summary, patients));
  });
}

function compareHash(
  findings: Findings,
  { split_hash }: SplitSummary,
  patients: readonly CohortPatient[],
): void {
  const now = splitHash(patients);
  if (now !== split_hash)
    findings.differ('splits/summary.json', '', 'split_hash', split_hash, `${now} of cohort.csv`);
  findings.compared.push('splits/summary.json: its split_hash with the content of cohort.csv');
}

/** The log has a line for every call of `preprocess`; the last is that of this split. */
function compareLog(findings: Findings, summary: SplitSummary, path: string): void {
  if (!existsSync(path)) return;
  const last = lastLine(path);
  if (typeof last !== 'object' || last === null) return;
  const logged = Object.fromEntries(Object.entries(last).filter(([name]) => name in summary));
  compareJson(findings, 'splits/summary.json (saved) and preprocess.log (now)', summary, logged);
  findings.compared.push('splits/summary.json: with the last line of preprocess.log');
}

/** Null when the line was cut off: the log is a help, not a result. */
function lastLine(path: string): unknown {
  try {
    return JSON.parse(readText(path).trimEnd().split('\n').at(-1) ?? 'null');
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** @returns The configuration of the new division. */
async function fromImages(
  config: Config,
  { modalities, kinds, labels, home_hospital, train_ratio, seed, slices }: SplitSummary,
  temporary: string,
  context: StageContext,
): Promise<Config> {
  const own = structuredClone(config);
  Object.assign(own.data, {
    modalities,
    missing: kinds === undefined ? 'drop' : 'allow',
    labels: labels ?? null,
    home_hospital,
    train_ratio,
    splits_dir: temporary,
  });
  own.experiment.seed = seed;
  own.preprocess.log_dir = null;
  const again = await preprocess({ config: own }, findCohort({ config: own }, context), context);
  if (slices === undefined) {
    writeSplitSummary(splitFiles(temporary).summary, { ...again.summary, slices });
  }
  return own;
}

function compareSplits(findings: Findings, folder: string, written: readonly string[]): void {
  for (const now of written) {
    const saved = join(folder, basename(now));
    // Earlier versions did not measure it; that pixels changed is told by their hashes.
    if (basename(now) === SPLIT_FILES.brightness) continue;
    compareFiles(findings, { file: `splits/${basename(now)}`, saved, now, normalise: placeOnly });
  }
}

/** The part of an image's path that says whose slice it is; the rest differs from machine to machine. */
function placeOnly(column: string, cell: string): string {
  return column === 'image_path'
    ? (parseSlicePath(cell)?.tail ?? cell.split(/[\\/]/).slice(-5)).join('/')
    : cell;
}

function fromCohort(findings: Findings, summary: SplitSummary, patients: readonly CohortPatient[]): void {
  const { home_hospital, train_ratio, seed, labels = null } = summary;
  const members = patients.map((one) => ({ ...one, slices: new Map() }));
  const hospitals = [...new Set(patients.map(({ hospital }) => hospital))];
  const again = assignSplits(members, home_hospital, train_ratio, seed, { hospitals, labels });
  const now = new Map(again.map(({ patient, split }) => [patient, split]));
  patients.forEach(({ patient, split }, index) => {
    if (now.get(patient) === split) return;
    findings.differ(
      'splits/cohort.csv',
      `line ${index + 2} (patient ${patient})`,
      'split',
      split,
      now.get(patient),
    );
  });
  findings.compared.push(
    `splits/cohort.csv: ${counted(patients.length, 'patient')} divided again with seed ${seed}`,
  );
}

/** Every split file holds the slices that `cohort.csv` counts. */
function compareSlices(
  findings: Findings,
  data: Config['data'],
  { modalities }: SplitSummary,
  patients: readonly CohortPatient[],
): void {
  for (const split of SPLITS) {
    for (const modality of modalities) {
      const path = splitPath(data.splits_dir, split, modality);
      const file = `splits/${split}_${modality}.csv`;
      if (!existsSync(path)) {
        findings.missing.push(`${file}: the run no longer has this file`);
        continue;
      }
      const rows = readSplit(path);
      // Where patients may lack a modality, its files do not list them.
      const expected = patients.filter((one) => one.split === split && one.slices[modality] !== 0);
      const names = new Set([...expected, ...rows].map(({ patient }) => patient));
      for (const patient of names) {
        const own = rows.filter((row) => row.patient === patient);
        const known = expected.find((one) => one.patient === patient);
        const counts = `${counted(known?.slices[modality] ?? 0, 'slice')} of label ${known?.label ?? '—'} in cohort.csv`;
        const here = `${counted(own.length, 'slice')} of label ${own[0]?.label ?? '—'}`;
        if (counts !== `${here} in cohort.csv`)
          findings.differ(file, `patient ${patient}`, 'label', here, counts);
      }
      findings.compared.push(`${file}: with cohort.csv`);
    }
  }
}
