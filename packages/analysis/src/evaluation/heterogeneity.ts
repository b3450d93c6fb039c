import type { HeterogeneityRow } from '@radweave/artifacts';
import { remark, several } from '@radweave/remarks';
import { aucOfGroups } from '@radweave/stats';
import { hospitalsOf } from '@radweave/study/cohort/hospitals';
import { record } from './estimate.ts';
import { groupOf, type PredictedModel, patientsIn, type StatOptions, viewsOf } from './group.ts';

/** How alike a model's AUCs are in the external hospitals; nothing where there are fewer than two. */
export function heterogeneityOf(
  model: PredictedModel,
  classes: number,
  { level }: Pick<StatOptions, 'level'>,
): HeterogeneityRow[] {
  const patients = model.patients.test;
  const hospitals = hospitalsOf(patients).filter((name) => name !== 'all');
  if (hospitals.length < 2) return [];
  const groups = hospitals.map((name) =>
    viewsOf(groupOf(model, 'test', name, patientsIn(patients, name), classes)),
  );
  const labels = (groups[0] ?? []).map(({ positiveLabel }) => positiveLabel);
  return labels.map((positive_label, k): HeterogeneityRow => {
    const { within, heterogeneity, used, unvarying } = aucOfGroups(
      groups.flatMap((views) => views[k] ?? []),
      level,
    );
    const left = hospitals.filter((_, i) => !used.includes(i));
    const notes = [
      ...(left.length === 0 ? [] : [remark('few-of-label', { hospitals: left })]),
      ...(unvarying.length === 0
        ? []
        : [remark('no-variance-in', { hospitals: unvarying.flatMap((i) => hospitals[i] ?? []) })]),
      ...(heterogeneity.value === null ? [remark('no-test', { reason: heterogeneity.reason })] : []),
    ];
    const test = heterogeneity.value;
    return {
      model: model.name,
      positive_label,
      hospitals: hospitals.filter((_, i) => used.includes(i)),
      within_auc: record(within),
      q: test?.q ?? null,
      degrees_of_freedom: test?.degreesOfFreedom ?? null,
      p: test?.pValue ?? null,
      i2: test?.i2 ?? null,
      note: several(notes),
    };
  });
}
