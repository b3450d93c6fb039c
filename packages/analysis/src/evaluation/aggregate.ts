import type { AggregationRow, Config, FrozenRecord } from '@radweave/artifacts';
import { type Remark, remark, several } from '@radweave/remarks';
import {
  AGGREGATIONS,
  type Aggregation,
  aggregateSlices,
  auc,
  columnOf,
  type Frozen,
  freezeAggregation,
  macroAuc,
  matrixFrom,
} from '@radweave/stats';
import { forEachSplit } from '@radweave/study/cohort/each-split';
import { aggregationName } from '@radweave/study/decisions/aggregation-name';
import { asRecord, checkedFrozen, refusingExternal } from '@radweave/study/decisions/frozen-record';
import { type Candidate, fitRows, type IsHome, probabilityMatrix, type ScoredPatient } from './candidate.ts';
import type { NetworkSlices, SlicedPatient } from './network-models.ts';

/** A network whose slices have become patients, and how. */
export interface AggregatedNetwork {
  candidate: Candidate;
  frozen: FrozenRecord | null;
  table: AggregationRow[];
}

/**
 * Turns slices into patients: by the configured aggregation, by the one of highest validation AUC (`auto`), or by one
 * frozen before. The table compares all of them either way; nothing in it but the validation AUC chooses.
 */
export function aggregateNetwork(
  network: NetworkSlices,
  { aggregation, top_k }: Config['evaluation'],
  isHome: IsHome,
  before: FrozenRecord | null,
): AggregatedNetwork {
  const all = AGGREGATIONS.map((one) => (one.method === 'top_k' ? { ...one, k: top_k } : one));
  const wanted = aggregation === 'auto' ? all : all.filter(({ method }) => method === aggregation);
  const { frozen, reason } = decide(network, wanted, isHome, before);
  const chosen = frozen?.value.chosen ?? wanted[0] ?? { method: 'mean' };
  const candidate = asCandidate(network, chosen);
  const how =
    before !== null
      ? remark('aggregation-frozen')
      : remark(aggregation === 'auto' ? 'aggregation-chosen' : 'aggregation-set');
  const table = all.map((one): AggregationRow => {
    const isChosen = aggregationName(one) === aggregationName(chosen);
    return {
      model: network.name,
      aggregation: aggregationName(one),
      chosen: isChosen,
      val_auc: patientAuc(network.patients.val, one, network.classes),
      test_auc: patientAuc(network.patients.test, one, network.classes),
      note: isChosen ? several([how, reason]) : null,
    };
  });
  return { candidate, frozen: frozen === null ? null : asRecord(frozen), table };
}

function decide(
  network: NetworkSlices,
  wanted: readonly Aggregation[],
  isHome: IsHome,
  before: FrozenRecord | null,
): { frozen: Frozen<'aggregation'> | null; reason: Remark | null } {
  if (before !== null) return { frozen: checkedFrozen(before, 'aggregation'), reason: null };
  const rows = fitRows(network.patients.val, 'val', isHome).map((row) => ({
    ...row,
    slices: matrixFrom(row.slices),
  }));
  const fitted = refusingExternal(() => freezeAggregation(rows, wanted));
  if (fitted.value !== null) return { frozen: fitted.value, reason: null };
  return { frozen: null, reason: remark('no-validation-auc', { reason: fitted.reason }) };
}

function asCandidate(network: NetworkSlices, aggregation: Aggregation): Candidate {
  return {
    name: network.name,
    kind: 'network',
    modalities: [network.modality],
    patients: forEachSplit((split) =>
      network.patients[split].map((one) => aggregated(one, aggregation, network.classes)),
    ),
    inSample: { train: 'yes', val: 'no', test: 'no' },
    notes: {
      train: [remark('network-trained-here')],
      val: [remark('epoch-chosen-here')],
      test: [],
    },
  };
}

function aggregated(
  { slices, ...one }: SlicedPatient,
  aggregation: Aggregation,
  classes: number,
): ScoredPatient {
  return { ...one, probabilities: Array.from(aggregateSlices(matrixFrom(slices, classes), aggregation)) };
}

function patientAuc(
  people: readonly SlicedPatient[],
  aggregation: Aggregation,
  classes: number,
): number | null {
  if (people.length === 0) return null;
  const probabilities = probabilityMatrix(
    people.map((one) => aggregated(one, aggregation, classes)),
    classes,
  );
  const labels = people.map(({ label }) => label);
  return classes === 2
    ? auc(labels, columnOf(probabilities, 1)).value
    : macroAuc(labels, probabilities).macro.value;
}
