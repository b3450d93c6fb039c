import type { EvaluationRow, HeterogeneityRow, Split } from '@radweave/artifacts';
import { type Remark, remark } from '@radweave/remarks';
import { type AgainstChance, againstChance, separationP } from '@radweave/stats';
import { type PredictedModel, patientsIn } from './group.ts';

/** What sentences about chance are made of. */
export interface ChanceInputs {
  models: readonly PredictedModel[];
  rows: readonly EvaluationRow[];
  heterogeneity: readonly HeterogeneityRow[];
  labelNames: readonly string[];
  level: number;
}

/** A model's AUC in one place, and what it says of chance. */
interface Verdict {
  model: string;
  hospital: string;
  area: EvaluationRow['auc'];
  /** Of several classes. */
  isMacro: boolean;
  says: AgainstChance;
  /** Probability that guessing separates these patients completely. */
  exact: number;
  /** Not even complete separation would show anything. */
  isTooFew: boolean;
}

/** Q has little power with a few hospitals, so 0.1 is customary (Higgins et al. 2003, BMJ 327:557). */
const HETEROGENEOUS = 0.1;

/** Whether anything was learned that holds outside the home hospital. */
export function foundAgainstChance(inputs: ChanceInputs): Remark[] {
  const { models } = inputs;
  const external = verdictsOf(inputs, 'test');
  const pooled = external.filter(({ hospital }) => hospital === 'all');
  if (models.every(({ patients }) => patients.test.length === 0)) {
    return [remark('found-no-external'), ...foundOnValidation(inputs)];
  }
  const single = external.filter(({ hospital }) => hospital !== 'all');
  // Of one hospital the pooled patients say everything.
  const several = new Set(single.map(({ hospital }) => hospital)).size > 1 ? single : [];
  const better = new Set(of(pooled, 'better').map(({ model }) => model));
  const unproven = of(several, 'not better').filter(({ model }) => better.has(model));
  return [
    ...foundPooled(pooled, inputs.level),
    ...listed(unproven, (models) => remark('found-single-not-better', { models })),
    ...listed(of(several, 'worse'), (models) => remark('found-single-worse', { models })),
    ...foundHeterogeneity(inputs),
    ...foundOnValidation(inputs),
  ];
}

function foundPooled(pooled: readonly Verdict[], level: number): Remark[] {
  const better = of(pooled, 'better');
  const unknown = of(pooled, 'unknown');
  const rest = pooled.filter(({ says }) => says === 'not better' || says === 'worse');
  return [
    ...listed(better, (models) => remark('found-better', { level, models })),
    ...listed(rest, (models) =>
      better.length === 0 && unknown.length === 0
        ? remark('found-none-better', { level, models })
        : remark('found-not-better', { models }),
    ),
    ...listed(of(pooled, 'worse'), (models) => remark('found-worse', { level, models })),
    ...(unknown.length === 0 ? [] : [remark('found-untold')]),
  ];
}

/** Of validation there is something to say only where not even it shows anything, of any model. */
function foundOnValidation(inputs: ChanceInputs): Remark[] {
  const verdicts = verdictsOf(inputs, 'val').filter(({ hospital }) => hospital === 'all');
  const isChance = verdicts.every(({ says }) => says === 'not better' || says === 'worse');
  return verdicts.length > 0 && isChance ? [remark('found-validation-chance')] : [];
}

function foundHeterogeneity({ heterogeneity, labelNames }: ChanceInputs): Remark[] {
  const different = heterogeneity.flatMap(({ model, positive_label, p, i2 }) => {
    if (p === null || p >= HETEROGENEOUS) return [];
    const label = labelNames.length === 2 ? '' : (labelNames[Number(positive_label)] ?? positive_label);
    return [remark('of-spread', { model, label, p, i2: i2 ?? 0 })];
  });
  if (different.length === 0) return [];
  return [remark('found-spread', { limit: HETEROGENEOUS, models: different })];
}

function verdictsOf({ models, rows, labelNames, level }: ChanceInputs, split: Split): Verdict[] {
  const leading = labelNames.length === 2 ? '1' : 'macro';
  return rows
    .filter((row) => row.split === split && row.positive_label === leading)
    .map(({ model, hospital, auc, auc_bootstrap }) => {
      const area = labelNames.length === 2 ? auc : auc_bootstrap;
      const patients = models.find(({ name }) => name === model)?.patients[split] ?? [];
      const here = patientsIn(patients, hospital);
      const counts = labelNames.map((_, label) => here.filter((one) => one.label === label).length);
      const exact = separationP(counts);
      return {
        model,
        hospital,
        area,
        isMacro: leading === 'macro',
        says: againstChance(area, counts, level),
        exact,
        isTooFew: exact >= 1 - level,
      };
    });
}

function of(verdicts: readonly Verdict[], wanted: AgainstChance): Verdict[] {
  return verdicts.filter(({ says }) => says === wanted);
}

function listed(verdicts: readonly Verdict[], found: (models: Remark[]) => Remark): Remark[] {
  if (verdicts.length === 0) return [];
  const models = verdicts.map(({ model, hospital: place, isMacro, area, exact, isTooFew, says }) => {
    const { value, lower, upper } = area;
    const [auc, hospital] = [value ?? Number.NaN, place === 'all' ? '' : place];
    // Complete separation has no interval, but an exact p.
    const told =
      lower === undefined || upper === undefined || lower === upper
        ? remark('of-auc-exact', { model, hospital, isMacro, auc, p: exact })
        : remark('of-auc', { model, hospital, isMacro, auc, lower, upper });
    return isTooFew && says === 'not better' ? remark('of-too-few', { auc: told }) : told;
  });
  return [found(models)];
}
