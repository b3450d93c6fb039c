import { createHash } from 'node:crypto';

export interface FittedOn {
  readonly splits: readonly string[];
  readonly hospitals: readonly string[];
  readonly n: number;
  /** SHA-256 of the sorted patient IDs as canonical JSON. */
  readonly patients_sha256: string;
}

/** How the slices' probabilities become the patient's. */
export type Aggregation =
  | { readonly method: 'mean' }
  | { readonly method: 'max' }
  | { readonly method: 'median' }
  | { readonly method: 'top_k'; readonly k: number };

/** A candidate and its AUC on validation; null with the reason. */
export interface AggregationCandidate {
  readonly aggregation: Aggregation;
  readonly auc: number | null;
  readonly reason: string | null;
}

/** What each kind of decision holds: plain JSON. */
export interface FrozenValues {
  readonly threshold: {
    readonly rule: 'youden' | 'fixed_sensitivity' | 'fixed';
    readonly threshold: number;
    /** The least sensitivity asked for; null for other rules. */
    readonly target: number | null;
    readonly sensitivity: number | null;
    readonly specificity: number | null;
  };
  readonly scaler: { readonly mean: readonly number[]; readonly scale: readonly number[] };
  /** p = σ(slope · logit(p₀) + intercept). */
  readonly platt: { readonly slope: number; readonly intercept: number };
  /** Knots of a non-decreasing piecewise linear function, constant outside. */
  readonly isotonic: { readonly x: readonly number[]; readonly y: readonly number[] };
  readonly temperature: { readonly temperature: number };
  readonly aggregation: {
    readonly chosen: Aggregation;
    readonly candidates: readonly AggregationCandidate[];
  };
  readonly combat_reference: {
    readonly mean: readonly number[];
    readonly sd: readonly number[];
    readonly n: number;
  };
}

export type FrozenKind = keyof FrozenValues;

/**
 * A decision fitted once on home rows: immutable, hashed, and its own JSON form. There is no way to refit one.
 */
export interface Frozen<K extends FrozenKind> {
  readonly kind: K;
  readonly value: FrozenValues[K];
  readonly fitted_on: FittedOn;
  /** SHA-256 of the canonical JSON of kind, value and fitted_on. */
  readonly hash: string;
}

/** A frozen decision whose hash, kind or form is wrong: it was edited or is another file. */
export class FrozenDecisionError extends Error {
  override readonly name: string = 'FrozenDecisionError';
}

/** Freezes a fitted value, deeply, with its hash. */
export function freeze<K extends FrozenKind>(kind: K, value: FrozenValues[K], fittedOn: FittedOn): Frozen<K> {
  const body = { kind, value, fitted_on: fittedOn };
  return deepFreeze({ ...body, hash: sha256(body) });
}

/**
 * Reads a frozen decision back from parsed JSON and checks its hash.
 *
 * @throws FrozenDecisionError when it is of another kind or its content does not match its hash.
 */
export function parseFrozen<K extends FrozenKind>(json: unknown, kind: K): Frozen<K> {
  if (typeof json !== 'object' || json === null) {
    throw new FrozenDecisionError(
      `a frozen ${kind} is a JSON object, not ${json === null ? 'null' : typeof json}`,
    );
  }
  const found = json as Partial<Frozen<K>>;
  if (found.kind !== kind) {
    throw new FrozenDecisionError(
      `a frozen ${kind} was expected, this is ${JSON.stringify(found.kind ?? null)}`,
    );
  }
  const { value, fitted_on: fittedOn, hash } = found;
  if (value === undefined || fittedOn === undefined || typeof hash !== 'string') {
    throw new FrozenDecisionError(`this frozen ${kind} lacks value, fitted_on or hash`);
  }
  const expected = sha256({ kind, value, fitted_on: fittedOn });
  if (hash !== expected) {
    throw new FrozenDecisionError(
      `this frozen ${kind} was changed after it was fitted: its hash is ${hash}, its content gives ${expected}. Fit it again`,
    );
  }
  return deepFreeze(structuredClone({ kind, value, fitted_on: fittedOn, hash }));
}

/** SHA-256 (hex) of the canonical JSON of a value. */
export function sha256(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex');
}

/** JSON without spaces, keys sorted by UTF-16 code units (as RFC 8785); NaN and Infinity are refused. */
export function canonicalJson(value: unknown): string {
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw new FrozenDecisionError(`${value} cannot be written as JSON`);
  }
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`).join(',')}}`;
  }
  if (value === undefined) throw new FrozenDecisionError('undefined cannot be written as JSON');
  return JSON.stringify(value);
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const item of Object.values(value)) deepFreeze(item);
  }
  return value;
}
