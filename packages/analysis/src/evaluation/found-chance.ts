import { type EvaluationRow, type HeterogeneityRow, leadingAuc, type Split } from '@radweave/artifacts';
import { isOneNumber, type Remark, remark } from '@radweave/remarks';
import { type AgainstChance, againstChance, type ChanceVerdict } from '@radweave/stats';
import { type PredictedModel, patientsIn } from './group.ts';
import { labelCounts } from './label-counts.ts';

export interface ChanceInputs {
  models: readonly PredictedModel[];
  rows: readonly EvaluationRow[];
  heterogeneity: readonly HeterogeneityRow[];
  labelNames: readonly string[];
  level: number;
  seed: number;
}

/** A model's AUC in one place, and what it says of chance. */
interface Verdict extends ChanceVerdict {
  model: string;
  hospital: string;
  area: EvaluationRow['auc'];
  /** Of several classes. */
  isMacro: boolean;
}

/** Verdicts on an AUC that is not shown to be better than chance. */
const NOTHING_SHOWN: readonly AgainstChance[] = ['not better', 'worse', 'too few'];

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
  const unproven = of(several, 'not better', 'too few').filter(({ model }) => better.has(model));
  const worse = of(several, 'worse');
  const isTurned = ({ model }: Verdict): boolean => worse.some((one) => one.model === model);
  // Where the pooled patients show it, single hospitals need not; but one may hide what another shows.
  const hidden = of(several, 'better').filter((one) => !better.has(one.model) || isTurned(one));
  const opposed = pooled.filter((one) => isTurned(one) && hidden.some(({ model }) => model === one.model));
  return [
    ...foundPooled(pooled, inputs),
    ...listed(unproven, (models) => remark('found-single-not-better', { models })),
    ...listed(hidden, (models) => remark('found-single-better', { models })),
    ...listed(worse, (models) => remark('found-single-worse', { models })),
    ...listed(opposed, (models) => remark('found-opposed', { models })),
    ...foundHeterogeneity(inputs),
    ...foundOnValidation(inputs),
  ];
}

function foundPooled(pooled: readonly Verdict[], inputs: ChanceInputs): Remark[] {
  const { heterogeneity, labelNames, level } = inputs;
  const better = of(pooled, 'better');
  // Patients of several hospitals together can be told apart by what hospitals differ in.
  const rowsOf = ({ model }: Verdict) => heterogeneity.filter((row) => row.model === model);
  const between = better.filter((one) => rowsOf(one).length > 0 && rowsOf(one).every(isUntold));
  const rest = better.filter((one) => !between.includes(one));
  const apart = rest.filter((one) => rowsOf(one).length > 0 && !rowsOf(one).some(isAboveChance));
  const proven = rest.filter((one) => !apart.includes(one));
  const worse = of(pooled, 'worse');
  const limit = Number((1 - level).toFixed(6));
  const unknown = of(pooled, 'unknown');
  return [
    ...listed(
      proven.filter((one) => !isSeparated(one)),
      (models) => remark('found-better', { level, models }),
    ),
    ...listed(proven.filter(isSeparated), (models) => remark('found-better-exact', { limit, models })),
    ...listed(between, (models) => remark('found-only-between', { models })),
    ...(apart.length === 0
      ? []
      : [
          remark('found-not-within', {
            level,
            models: apart.flatMap((one) => rowsOf(one).flatMap(within(labelNames))),
          }),
        ]),
    ...(better.length === 0 && unknown.length === 0
      ? listed(of(pooled, ...NOTHING_SHOWN), (models) => remark('found-none-better', { level, models }))
      : listed(of(pooled, 'not better', 'too few'), (models) => remark('found-not-better', { models }))),
    ...listed(
      worse.filter((one) => !isSeparated(one)),
      (models) => remark('found-worse', { level, models }),
    ),
    ...listed(worse.filter(isSeparated), (models) => remark('found-worse-exact', { limit, models })),
    ...(unknown.length === 0 ? [] : [foundUntold(unknown, inputs)]),
  ];
}

function foundUntold(unknown: readonly Verdict[], { models, labelNames }: ChanceInputs): Remark {
  const own = models.filter(({ name }) => unknown.some(({ model }) => model === name));
  const [only, ...others] = new Set(own.flatMap(({ patients }) => patients.test.map(({ label }) => label)));
  if (only === undefined || others.length > 0) return remark('found-untold');
  return remark('found-only-label', { label: labelNames[only] ?? String(only) });
}

const hasWidth = ({ area: { lower, upper } }: Verdict): boolean =>
  lower !== undefined && upper !== undefined && !isOneNumber(lower, upper);

/** Completely: such an AUC, 0 or 1, has no interval, and an exact p decides. */
const isSeparated = (one: Verdict): boolean =>
  !hasWidth(one) && (one.area.value === 0 || one.area.value === 1);

const isUntold = ({ within_auc }: HeterogeneityRow): boolean => within_auc.value === null;

const isAboveChance = ({ within_auc: { lower } }: HeterogeneityRow): boolean =>
  lower !== undefined && lower > 0.5;

/** Puts the AUC within hospitals into words. */
const within =
  (labelNames: readonly string[]) =>
  ({ model, positive_label, within_auc: { value, lower, upper } }: HeterogeneityRow): Remark[] => {
    if (value === null || lower === undefined || upper === undefined) return [];
    return [
      remark('of-within', { model, label: classOf(positive_label, labelNames), auc: value, lower, upper }),
    ];
  };

/** Nothing of two labels, of which the AUC is the same. */
function classOf(positiveLabel: string, labelNames: readonly string[]): string {
  return labelNames.length === 2 ? '' : (labelNames[Number(positiveLabel)] ?? positiveLabel);
}

/** Of validation there is something to say only where not even it shows anything, of any model. */
function foundOnValidation(inputs: ChanceInputs): Remark[] {
  const verdicts = verdictsOf(inputs, 'val').filter(({ hospital }) => hospital === 'all');
  if (verdicts.length === 0 || of(verdicts, ...NOTHING_SHOWN).length < verdicts.length) return [];
  if (of(verdicts, 'too few').length < verdicts.length) return [remark('found-validation-chance')];
  const labels = labelCounts(inputs.models, 'val', inputs.labelNames, () => true);
  return [remark('found-validation-few', { labels })];
}

function foundHeterogeneity({ heterogeneity, labelNames }: ChanceInputs): Remark[] {
  const different = heterogeneity.flatMap(({ model, positive_label, p, i2 }) => {
    if (p === null || p >= HETEROGENEOUS) return [];
    return [remark('of-spread', { model, label: classOf(positive_label, labelNames), p, i2: i2 ?? 0 })];
  });
  if (different.length === 0) return [];
  return [remark('found-spread', { limit: HETEROGENEOUS, models: different })];
}

function verdictsOf({ models, rows, labelNames, ...options }: ChanceInputs, split: Split): Verdict[] {
  const classes = labelNames.length;
  const isMacro = classes > 2;
  return rows
    .filter((row) => row.split === split && row.positive_label === (isMacro ? 'macro' : '1'))
    .map((row) => {
      const { model, hospital } = row;
      const area = leadingAuc(row);
      const patients = models.find(({ name }) => name === model)?.patients[split] ?? [];
      const verdict = againstChance(area, patientsIn(patients, hospital), classes, options);
      return { model, hospital, area, isMacro, ...verdict };
    });
}

function of(verdicts: readonly Verdict[], ...wanted: readonly AgainstChance[]): Verdict[] {
  return verdicts.filter(({ says }) => wanted.includes(says));
}

function listed(verdicts: readonly Verdict[], found: (models: Remark[]) => Remark): Remark[] {
  if (verdicts.length === 0) return [];
  const models = verdicts.map((one) => {
    const { model, hospital: place, isMacro, exact, rank, says } = one;
    const { value, lower, upper } = one.area;
    const [auc, hospital] = [value ?? Number.NaN, place === 'all' ? '' : place];
    const about = { model, hospital, isMacro, auc };
    // Where all patients have one probability there is neither an interval nor an exact p.
    const told =
      lower !== undefined && upper !== undefined && hasWidth(one)
        ? remark('of-auc', { ...about, lower, upper })
        : isSeparated(one)
          ? remark('of-auc-exact', { ...about, p: exact })
          : remark(lower === undefined ? 'of-auc-alone' : 'of-auc-same', about);
    if (says === 'too few') return remark('of-too-few', { auc: told });
    return says === 'not better' && rank !== null ? remark('of-unsupported', { auc: told, p: rank }) : told;
  });
  return [found(models)];
}
