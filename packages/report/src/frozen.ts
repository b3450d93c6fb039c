import { type FrozenRecord, thresholdText } from '@radweave/artifacts';
import { asWritten, type Remark, remark } from '@radweave/remarks';

/**
 * What a frozen decision says, in short.
 *
 * @param probabilities from which a threshold must look different.
 */
export function frozenRemark(record: FrozenRecord, probabilities: readonly number[]): Remark {
  const { kind, value } = record;
  const number = (name: string): number => Number(field(value, name));
  if (kind === 'aggregation') {
    return remark('frozen-aggregation', { aggregation: chosenAggregation(record) ?? '' });
  }
  if (kind === 'threshold') {
    const threshold = thresholdText(number('threshold'), probabilities);
    const rule = field(value, 'rule');
    if (rule === 'youden') return remark('frozen-youden', { threshold });
    if (rule === 'fixed') return remark('frozen-fixed', { threshold });
    return remark('frozen-sensitivity', { target: number('target'), threshold });
  }
  if (kind === 'platt') {
    return remark('frozen-platt', { slope: number('slope'), intercept: number('intercept') });
  }
  if (kind === 'temperature') return remark('frozen-temperature', { temperature: number('temperature') });
  return kind === 'isotonic' ? remark('frozen-isotonic') : asWritten(kind);
}

/** Whether patients decided it: an aggregation without an alternative and a fixed threshold were set beforehand. */
export function isChosen({ kind, value }: FrozenRecord): boolean {
  if (kind === 'threshold') return field(value, 'rule') !== 'fixed';
  const candidates = field(value, 'candidates');
  return kind !== 'aggregation' || !Array.isArray(candidates) || candidates.length > 1;
}

/** How slices become a patient, as it was frozen: `mean`, `top_k 3`; null where nothing was. */
export function chosenAggregation(record: FrozenRecord | null): string | null {
  if (record === null) return null;
  const chosen = field(record.value, 'chosen');
  const k = field(chosen, 'k');
  return String(field(chosen, 'method') ?? '') + (typeof k === 'number' ? ` ${k}` : '');
}

/** A field of a value whose form only its owner checks. */
function field(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.entries(value).find(([key]) => key === name)?.[1];
}
