import type { FrozenRecord } from '@radweave/artifacts';

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

function aggregationText(chosen: unknown): string {
  const k = field(chosen, 'k');
  return String(field(chosen, 'method') ?? '') + (typeof k === 'number' ? ` ${k}` : '');
}

/** A field of a value whose form only its owner checks. */
function field(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.entries(value).find(([key]) => key === name)?.[1];
}
