import type { SiteAuditRow, Split } from '@radweave/artifacts';
import { type Remark, remark, several, shownModel } from '@radweave/remarks';
import {
  auditSite,
  type FitRow,
  type FoldCombat,
  type Matrix,
  type Outcome,
  type SiteAudit,
} from '@radweave/stats';
import { concatenate, type FusedSplit } from '../fusion/fused-split.ts';

export interface AuditInput {
  /** As extracted: audits after harmonisation harmonise again inside their folds. */
  splits: Readonly<Record<Split, FusedSplit>>;
  harmonised: readonly string[];
  modalities: readonly string[];
  /** Modalities whose training features come from a network trained on the same patients. */
  inSample: readonly string[];
  seed: number;
  /** Confidence level of the intervals. */
  level: number;
  /** Of the hospitals, for the p-values. */
  permutations: number;
}

/** One audit, to be run when there is time for it. */
export interface AuditTask {
  name: string;
  run: () => SiteAuditRow;
}

const SCOPES: Readonly<Record<SiteAuditRow['scope'], readonly Split[]>> = {
  all: ['train', 'val', 'test'],
  'val and test': ['val', 'test'],
};

/** The audits of every model, before and after: on all patients, and on those no network was trained on. */
export function siteAuditTasks(input: AuditInput): AuditTask[] {
  const { modalities, harmonised } = input;
  const models = [
    { name: 'fused', own: modalities },
    ...(modalities.length > 1 ? modalities.map((name) => ({ name, own: [name] })) : []),
  ];
  const states = harmonised.length > 0 ? (['extracted', 'harmonised'] as const) : (['extracted'] as const);
  return models.flatMap(({ name, own }) =>
    (['all', 'val and test'] as const).flatMap((scope) =>
      states.map((features) => ({
        name: `site audit of ${shownModel(name, modalities)}`,
        run: () => auditRow(input, name, own, scope, features),
      })),
    ),
  );
}

function auditRow(
  input: AuditInput,
  model: string,
  own: readonly string[],
  scope: SiteAuditRow['scope'],
  features: 'extracted' | 'harmonised',
): SiteAuditRow {
  const tables = SCOPES[scope].map((split) => input.splits[split]);
  const patients = tables.flatMap((table) => table.patients.filter(({ hospital }) => hospital !== ''));
  const audit = auditSite(
    stacked(tables, own),
    patients.map(({ hospital }) => hospital),
    patients.map(({ patient_id }) => patient_id),
    {
      seed: input.seed,
      level: input.level,
      permutations: input.permutations,
      ...(features === 'harmonised' ? { combat: combatOf(input, own) } : {}),
    },
  );
  const inSample = input.inSample.filter((modality) => own.includes(modality));
  const notes = [
    ...(features === 'harmonised' ? [remark('site-harmonised-anew')] : []),
    ...(scope === 'all' && inSample.length > 0 ? [remark('site-in-sample', { modalities: inSample })] : []),
  ];
  const transductive = features === 'harmonised' ? 'yes' : 'no';
  return { model, scope, features, transductive, ...numbersOf(audit, notes) };
}

function combatOf({ splits: { train }, harmonised }: AuditInput, own: readonly string[]): FoldCombat {
  return {
    reference: train.patients.map(
      ({ patient_id, hospital }): FitRow => ({ patient: patient_id, hospital, split: 'train', role: 'home' }),
    ),
    referenceFeatures: concatenate(train.pooled, own, train.patients.length),
    blocks: own.map((modality) => train.pooled[modality]?.dims ?? 0),
    hospitals: harmonised,
  };
}

/** The patients of several tables below one another, without those whose hospital is not known. */
function stacked(tables: readonly FusedSplit[], own: readonly string[]): Matrix {
  const parts = tables.map((table) => concatenate(table.pooled, own, table.patients.length));
  const columns = parts[0]?.columns ?? 0;
  const rows = tables.flatMap((table, t) =>
    table.patients.flatMap(({ hospital }, i) =>
      hospital === '' ? [] : [parts[t]?.data.subarray(i * columns, (i + 1) * columns) ?? []],
    ),
  );
  const data = new Float64Array(rows.length * columns);
  rows.forEach((row, i) => {
    data.set(row, i * columns);
  });
  return { rows: rows.length, columns, data };
}

type Numbers = Omit<SiteAuditRow, 'model' | 'scope' | 'features' | 'transductive'>;

function numbersOf(audit: Outcome<SiteAudit>, notes: readonly Remark[]): Numbers {
  if (audit.value === null) {
    return {
      hospitals: '',
      n: null,
      folds: null,
      auc: null,
      auc_p: null,
      accuracy: null,
      accuracy_lower: null,
      accuracy_upper: null,
      accuracy_p: null,
      chance: null,
      permutations: null,
      note: audit.reason,
    };
  }
  const { hospitals, excluded, n, folds, auc, accuracy, chance, aucP, accuracyP, permutations } = audit.value;
  const why = [auc, accuracy].flatMap((one) => (one.value === null ? [one.reason] : []));
  const few = excluded.length === 0 ? [] : [remark('site-few-patients', { hospitals: excluded })];
  const interval = accuracy.value === null ? null : accuracy;
  return {
    hospitals: hospitals.join(' '),
    n,
    folds,
    auc: auc.value,
    auc_p: auc.value === null ? null : aucP,
    accuracy: accuracy.value,
    accuracy_lower: interval?.lower ?? null,
    accuracy_upper: interval?.upper ?? null,
    accuracy_p: accuracyP,
    chance,
    permutations,
    note: several([...why, ...few, ...notes]),
  };
}
