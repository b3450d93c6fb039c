import type { Decision } from '@radweave/analysis/evaluation/network-decision';
import { openPngPainter } from '@radweave/analysis/paint/png';
import {
  digitsFromThreshold,
  type ExplainedPatient,
  type Explanations,
  type Split,
  toldFile,
} from '@radweave/artifacts';
import { engineVersions } from '@radweave/network/compute/versions';
import type { MapSource } from '@radweave/network/explain/maps';
import { checkByRandomisation, checkedSlices } from '@radweave/network/explain/randomisation-check';
import { remark } from '@radweave/remarks';
import type { SliceTable } from '@radweave/study/cohort/slice-table';
import { type StageContext, warn } from '@radweave/study/context/events';
import { aggregationName } from '@radweave/study/decisions/aggregation-name';
import { explainPatient, type PatientToExplain } from './patient.ts';
import { coarseMaps } from './remarks.ts';

export interface ExplanationJob {
  modality: string;
  split: Split;
  /** Which slices the set has, as far as is known. */
  slices: string | undefined;
  table: SliceTable;
  labelNames: string[];
  decision: Decision;
  wanted: readonly PatientToExplain[];
  /** The most slices in a montage. */
  most: number;
  seed: number;
}

/**
 * Writes a montage of each patient into `folder` and checks the maps.
 *
 * @param own Those of the wanted patients that are drawn here; the check is of all.
 * @returns what `explanations.json` says.
 */
export async function explainPatients(
  job: ExplanationJob,
  own: readonly PatientToExplain[],
  source: MapSource,
  folder: string,
  context: StageContext,
): Promise<Explanations> {
  const { modality, split, table, labelNames, decision, wanted, most, seed } = job;
  const { network, method, layer } = source;
  const painter = await openPngPainter();
  const positive = wanted.map(({ chosen }) => chosen.probabilities[1] ?? 0);
  const digits = digitsFromThreshold(decision.threshold, positive);
  const settings = { folder, table, labelNames, most, digits, painter: 'reason' in painter ? null : painter };
  const patients: ExplainedPatient[] = [];
  const notes = split === 'train' ? [remark('explained-training')] : [];
  let grid: [number, number] = [1, 1];
  let labelled = true;
  for (const one of own) {
    const found = await explainPatient(source, one, settings, context);
    patients.push(found.entry);
    grid = found.grid;
    labelled &&= found.labelled;
    context.emit({ kind: 'progress', task: 'drawing maps', done: patients.length, total: own.length });
  }
  if (!labelled) notes.push(remark('montages-without-text'));
  notes.push(...coarseMaps(grid, source));
  for (const { text } of notes) warn(context, `Explanations of ${modality}: ${text}.`);
  const slices = wanted.flatMap(({ positions, explained }) =>
    positions.map((position) => ({ position, explained })),
  );
  return {
    format: 2,
    method,
    modality,
    split,
    slices_identity: job.slices,
    model: network.name,
    checkpoint: toldFile(network.checkpoint),
    checkpoint_sha256: network.sha256,
    layer,
    grid,
    image_size: network.imageSize,
    label_names: labelNames,
    normalisation: 'patient',
    decision: { ...decision, aggregation: aggregationName(decision.aggregation) },
    patients,
    randomisation: await checkByRandomisation(source, checkedSlices(slices), seed, context),
    notes,
    versions: engineVersions(network.compute.device),
  };
}
