import type { FrozenRecord } from '@radweave/artifacts';
import type { Words } from './words/words.ts';

const RULES: Readonly<Record<string, string>> = { youden: 'Youden', fixed_sensitivity: 'sensitivity' };

/** What a frozen decision says, in short: `youden: 0.412`, `top_k 3`, `slope 1.1, intercept −0.2`. */
export function frozenText({ kind, value }: FrozenRecord): string {
  if (kind === 'aggregation') return aggregationText(field(value, 'chosen'));
  if (kind === 'threshold') {
    const threshold = field(value, 'threshold');
    const target = field(value, 'target');
    const name = String(field(value, 'rule'));
    const rule = (RULES[name] ?? name) + (typeof target === 'number' ? ` ≥ ${target}` : '');
    return typeof threshold === 'number' ? `${rule}: ${threshold.toFixed(4)}` : rule;
  }
  if (kind === 'isotonic') return kind;
  const numbers = Object.entries(value ?? {}).flatMap(([name, one]) =>
    typeof one === 'number' ? [`${name} ${one.toFixed(4)}`] : [],
  );
  return [kind, numbers.join(', ')].filter((part) => part !== '').join(': ');
}

/** Whether patients decided it: an aggregation without an alternative and a fixed threshold were set beforehand. */
export function isChosen({ kind, value }: FrozenRecord): boolean {
  if (kind === 'threshold') return field(value, 'rule') !== 'fixed';
  const candidates = field(value, 'candidates');
  return kind !== 'aggregation' || !Array.isArray(candidates) || candidates.length > 1;
}

/** Which patients decided it: `JM, validation, n = 12`. */
export function fittedOnText(words: Words, { fitted_on }: FrozenRecord): string {
  const splits = fitted_on.splits.map((split) => {
    return split === 'train' || split === 'val' || split === 'test' ? words.splits[split] : split;
  });
  return words.items([...fitted_on.hospitals, splits.join(' + '), `n = ${fitted_on.n}`]);
}

function aggregationText(chosen: unknown): string {
  const k = field(chosen, 'k');
  return String(field(chosen, 'method') ?? '') + (typeof k === 'number' ? ` ${k}` : '');
}

/** A field of a value whose form only its owner checks. */
function field(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.entries(value).find(([key]) => key === name)?.[1];
}
