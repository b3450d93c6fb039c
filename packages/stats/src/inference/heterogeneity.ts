import { checkOpenUnit, type Numbers } from '../core/checks.ts';
import { absent, type Estimate, type Outcome } from '../core/estimate.ts';
import { auc } from '../discrimination/auc.ts';
import { chiSquareTail } from '../special/gamma.ts';
import { intervalZ } from '../special/normal.ts';
import { delongCovariance } from './delong.ts';

export interface ScoredGroup {
  /** 0 or 1. */
  readonly labels: Numbers;
  readonly scores: Numbers;
}

/** Whether groups have different AUCs. */
export interface Heterogeneity {
  /** Cochran's Q: χ² distributed with k − 1 degrees of freedom where all k groups have one AUC. */
  readonly q: number;
  readonly degreesOfFreedom: number;
  readonly pValue: number;
  /** Share of the spread that chance does not explain, 0–1. */
  readonly i2: number;
}

/** The AUC within groups, and how it differs between them. */
export interface AucOfGroups {
  /** Mean of the groups' AUCs, weighted by their pairs of a positive and a negative patient. */
  readonly within: Estimate;
  readonly heterogeneity: Outcome<Heterogeneity>;
  /** Places of the groups with a DeLong variance; the others are in neither number. */
  readonly used: readonly number[];
  /** Places of those among them whose variance is 0: an AUC of 0 or 1, or one score for everybody. */
  readonly unvarying: readonly number[];
}

/** AUC and DeLong variance of a group. */
interface Area {
  readonly value: number;
  readonly variance: number;
  readonly pairs: number;
  readonly n: number;
}

/**
 * The AUC in which only patients of the same group are compared, so that differences between groups cannot make or hide
 * it, with DeLong's variances of the independent groups (Janes & Pepe 2009, Biometrika 96:371); and Cochran's test of
 * heterogeneity with inverse variances (Cochran 1954, Biometrics 10:101), with I² (Higgins & Thompson 2002, Stat Med
 * 21:1539). A group whose classes are separated completely has no variance: it is part of the mean, whose
 * interval is then too narrow, not of the test.
 */
export function aucOfGroups(groups: readonly ScoredGroup[], level = 0.95): AucOfGroups {
  checkOpenUnit('level', level);
  const areas: Area[] = [];
  const used: number[] = [];
  for (const [i, group] of groups.entries()) {
    const area = areaOf(group);
    if (area === null) continue;
    areas.push(area);
    used.push(i);
  }
  const unvarying = used.filter((_, i) => areas[i]?.variance === 0);
  return { within: withinOf(areas, level), heterogeneity: heterogeneityOf(areas), used, unvarying };
}

function areaOf({ labels, scores }: ScoredGroup): Area | null {
  const variance = delongCovariance(labels, [scores]).value?.[0]?.[0];
  if (variance === undefined) return null;
  const n = labels.length;
  const area = auc(labels, scores);
  if (area.value === null) return null;
  let positives = 0;
  for (let i = 0; i < n; i++) positives += labels[i] as number;
  return { value: area.value, variance, pairs: positives * (n - positives), n };
}

function withinOf(areas: readonly Area[], level: number): Estimate {
  if (areas.length === 0) return absent('no-group-with-both');
  const pairs = sum(areas, (one) => one.pairs);
  const value = sum(areas, (one) => one.value * (one.pairs / pairs));
  const half = intervalZ(level) * Math.sqrt(sum(areas, (one) => one.variance * (one.pairs / pairs) ** 2));
  return {
    value,
    n: sum(areas, ({ n }) => n),
    lower: Math.max(0, value - half),
    upper: Math.min(1, value + half),
    level,
  };
}

function heterogeneityOf(areas: readonly Area[]): Outcome<Heterogeneity> {
  const varying = areas.filter(({ variance }) => variance > 0);
  if (varying.length < 2) return absent('no-varying-groups');
  const weights = sum(varying, ({ variance }) => 1 / variance);
  const centre = sum(varying, ({ value, variance }) => value / variance) / weights;
  const q = sum(varying, ({ value, variance }) => (value - centre) ** 2 / variance);
  const degreesOfFreedom = varying.length - 1;
  const i2 = q > 0 ? Math.max(0, (q - degreesOfFreedom) / q) : 0;
  return { value: { q, degreesOfFreedom, pValue: chiSquareTail(q, degreesOfFreedom), i2 } };
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
