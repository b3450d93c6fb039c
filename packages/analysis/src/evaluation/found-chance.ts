import type { EvaluationRow, HeterogeneityRow, Split } from '@radweave/artifacts';
import { type AgainstChance, againstChance, separationP } from '@radweave/stats';
import { type JudgedModel, patientsIn } from './group.ts';

/** What sentences about chance are made of. */
export interface Judgements {
  models: readonly JudgedModel[];
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
  /** `AUC`, or `macro AUC` with several classes. */
  what: string;
  says: AgainstChance;
  /** Probability that guessing separates these patients completely. */
  exact: number;
}

/** Q has little power with a few hospitals, so 0.1 is customary (Higgins et al. 2003, BMJ 327:557). */
const HETEROGENEOUS = 0.1;

/** Whether anything was learned that holds outside the home hospital. */
export function foundAgainstChance(judgements: Judgements): string[] {
  const { models } = judgements;
  const external = verdictsOf(judgements, 'test');
  const pooled = external.filter(({ hospital }) => hospital === 'all');
  if (models.every(({ patients }) => patients.test.length === 0)) {
    return [
      'there is no external hospital: nothing is known of patients of other hospitals',
      ...foundOnValidation(judgements),
    ];
  }
  const single = external.filter(({ hospital }) => hospital !== 'all');
  // Of one hospital the pooled patients say everything.
  const several = new Set(single.map(({ hospital }) => hospital)).size > 1 ? single : [];
  const better = new Set(of(pooled, 'better').map(({ model }) => model));
  const unproven = of(several, 'not better').filter(({ model }) => better.has(model));
  return [
    ...foundPooled(pooled, percent(judgements.level)),
    ...listed('not better than chance in single hospitals', unproven),
    ...listed('worse than chance in single hospitals', of(several, 'worse')),
    ...foundHeterogeneity(judgements),
    ...foundOnValidation(judgements),
  ];
}

function foundPooled(pooled: readonly Verdict[], level: string): string[] {
  const better = of(pooled, 'better');
  const rest = pooled.filter(({ says }) => says === 'not better' || says === 'worse');
  return [
    ...listed(
      `better than chance outside the home hospital (the ${level} interval of the AUC lies above 0.5)`,
      better,
    ),
    ...listed(
      better.length === 0
        ? `no model is better than chance outside the home hospital (no ${level} interval of an AUC lies above 0.5)`
        : 'not better than chance outside the home hospital',
      rest,
    ),
    ...listed(
      `worse than chance outside the home hospital (the ${level} interval of the AUC lies below 0.5)`,
      of(pooled, 'worse'),
    ),
    ...(of(pooled, 'unknown').length === 0
      ? []
      : ['external patients are too few, or of one label only, to tell an AUC from chance']),
  ];
}

/** Of validation there is something to say only where not even it shows anything. */
function foundOnValidation(judgements: Judgements): string[] {
  const verdicts = verdictsOf(judgements, 'val').filter(({ hospital }) => hospital === 'all');
  const known = verdicts.filter(({ says }) => says !== 'unknown');
  if (known.length === 0 || of(known, 'better').length > 0) return [];
  return ['no model is better than chance even on the validation patients, on whom the epochs were chosen'];
}

function foundHeterogeneity({ heterogeneity, labelNames }: Judgements): string[] {
  const different = heterogeneity.flatMap(({ model, positive_label, p, i2 }) => {
    if (p === null || p >= HETEROGENEOUS) return [];
    const label = labelNames.length === 2 ? '' : ` (${labelNames[Number(positive_label)] ?? positive_label})`;
    return [`${model}${label}, p ${small(p)}, I² ${(100 * (i2 ?? 0)).toFixed(0)} %`];
  });
  if (different.length === 0) return [];
  return [
    `the AUC seems to differ between the external hospitals, so the pooled AUC may describe none of them (Cochran's Q, p below ${HETEROGENEOUS}): ${different.join('; ')}`,
  ];
}

function verdictsOf({ models, rows, labelNames, level }: Judgements, split: Split): Verdict[] {
  const leading = labelNames.length === 2 ? '1' : 'macro';
  return rows
    .filter((row) => row.split === split && row.positive_label === leading)
    .map(({ model, hospital, auc, auc_bootstrap }) => {
      const area = labelNames.length === 2 ? auc : auc_bootstrap;
      const patients = models.find(({ name }) => name === model)?.patients[split] ?? [];
      const here = patientsIn(patients, hospital);
      const counts = labelNames.map((_, label) => here.filter((one) => one.label === label).length);
      const what = leading === 'macro' ? 'macro AUC' : 'AUC';
      return {
        model,
        hospital,
        area,
        what,
        says: againstChance(area, counts, level),
        exact: separationP(counts),
      };
    });
}

function of(verdicts: readonly Verdict[], wanted: AgainstChance): Verdict[] {
  return verdicts.filter(({ says }) => says === wanted);
}

function listed(head: string, verdicts: readonly Verdict[]): string[] {
  if (verdicts.length === 0) return [];
  const items = verdicts.map(({ model, hospital, what, area: { value, lower, upper }, exact }) => {
    // Complete separation has no interval, but an exact p.
    const limits = lower === upper ? ` (exact p ${small(exact)})` : ` (${two(lower)}–${two(upper)})`;
    return `${model}${hospital === 'all' ? '' : ` in ${hospital}`}, ${what} ${two(value)}${limits}`;
  });
  return [`${head}: ${items.join('; ')}`];
}

function two(value: number | null | undefined): string {
  return (value ?? Number.NaN).toFixed(2);
}

function small(p: number): string {
  return p < 0.001 ? '<0.001' : p.toFixed(3);
}

function percent(level: number): string {
  return `${Number((100 * level).toFixed(1))} %`;
}
