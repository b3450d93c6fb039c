import {
  type Config,
  inShell,
  SPLITS,
  type Split,
  slicePredictionsPath,
  UsageError,
} from '@radweave/artifacts';
import { counted, offer } from '@radweave/remarks';
import { forEachSplit } from '@radweave/study/cohort/each-split';
import { presentIdentity } from '@radweave/study/cohort/split-identity';
import { findRuns, newestFitting, type RunChoice, RunFolder } from '@radweave/study/runs/run-folder';
import { eachPrediction, otherPredictions } from '@radweave/study/runs/run-predictions';
import type { CohortFacts } from './cohort-facts.ts';
import { missingNetwork, missingPredictions, type Unevaluated } from './unevaluated.ts';

export interface SlicedPatient {
  patient: string;
  hospital: string;
  label: number;
  /** Slices × classes. */
  slices: number[][];
}

/** A trained network and what it said of every slice. */
export interface NetworkSlices {
  name: string;
  modality: string;
  run: string;
  checkpoint: string;
  epochs: number;
  classes: number;
  patients: Record<Split, SlicedPatient[]>;
  files: string[];
}

export interface NetworkWish {
  config: Config;
  modalities: readonly string[];
  /** Run by modality; the newest finished one on the present split where none is named. */
  runs: Readonly<Record<string, string>>;
}

/**
 * Reads the slice predictions of each modality's run.
 *
 * @returns the networks, and why a modality has none.
 * @throws UsageError when a run that is named is not there.
 */
export function readNetworks(
  wish: NetworkWish,
  facts: CohortFacts,
): { networks: NetworkSlices[]; missing: Unevaluated[] } {
  const networks: NetworkSlices[] = [];
  const missing: Unevaluated[] = [];
  for (const modality of wish.modalities) {
    const { run, other } = chooseRun(wish, modality);
    const lack =
      run === undefined
        ? missingNetwork(wish.config, modality, other)
        : missingPredictions(wish.config, run, modality);
    if (lack !== null) missing.push(lack);
    else if (run !== undefined) networks.push(readNetwork(run, modality, facts));
  }
  return { networks, missing };
}

function chooseRun({ config, runs }: NetworkWish, modality: string): RunChoice {
  const outputDir = config.experiment.output_dir;
  const named = runs[modality];
  if (named === undefined) {
    const trained = findRuns(outputDir, 'best', { modality }).filter(
      (run) => run.read().status === 'finished',
    );
    return newestFitting(trained, presentIdentity(config.data, modality));
  }
  const run = new RunFolder(outputDir, named);
  if (run.exists() && run.read().modality === modality) return { run, other: undefined };
  throw new UsageError('E_NO_RUN', `there is no run '${named}' of modality ${modality}`, {
    where: run.checkpoints,
    hint: offer(
      named,
      findRuns(outputDir, 'best', { modality }).map(({ name }) => name),
    ),
  });
}

function readNetwork(run: RunFolder, modality: string, facts: CohortFacts): NetworkSlices {
  let classes = 2;
  const { predictions_sha256, slices_identity, epochs } = run.read();
  const patients = forEachSplit((split) => {
    const path = slicePredictionsPath(run.logs, split);
    const people = readPatients(run, split);
    if (predictions_sha256 === undefined) requireAll(run, people, facts.slicesOf(split, modality), path);
    classes = people[0]?.slices[0]?.length ?? classes;
    const hint = `Train again: radweave train --modality ${inShell(modality)}; or name a run on the present split with --run`;
    const slices = { [modality]: slices_identity };
    facts.check({ patients: people, split, file: path, modalities: [modality], slices, hint });
    return people;
  });
  const files = SPLITS.map((split) => slicePredictionsPath(run.logs, split));
  const name = `network ${modality}`;
  return { name, modality, run: run.name, checkpoint: run.best, epochs, classes, patients, files };
}

/** Where no hash was recorded: as many slices of every patient as there are. @throws DataError. */
function requireAll(
  run: RunFolder,
  people: readonly SlicedPatient[],
  slicesOf: ReadonlyMap<string, number>,
  path: string,
): void {
  const found = new Map(people.map(({ patient, slices }) => [patient, slices.length]));
  for (const [patient, n] of slicesOf) {
    const has = found.get(patient) ?? 0;
    if (has >= n) continue;
    throw otherPredictions(
      run,
      `patient ${patient} has predictions of ${has} of ${counted(n, 'slice')}`,
      path,
    );
  }
}

function readPatients(run: RunFolder, split: Split): SlicedPatient[] {
  const people = new Map<string, SlicedPatient>();
  eachPrediction(run, split, ({ patient, hospital, label, probabilities }) => {
    const own = people.get(patient) ?? { patient, hospital, label, slices: [] };
    own.slices.push([...probabilities]);
    people.set(patient, own);
  });
  return [...people.values()];
}
