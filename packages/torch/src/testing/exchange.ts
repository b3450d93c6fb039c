import type { DType } from '../dtype.ts';
import type { Case, Variant } from './case.ts';
import { decode, type Outcome, prepare, SEED, type Value } from './evaluate.ts';

/** A case in one variant. */
export type Request = readonly [Case, Variant];

interface RawValue {
  name: string;
  dtype: DType;
  shape: number[];
  strides: number[];
  bytes: string;
}

/** What Python answers. */
export interface RawAnswer {
  /** torch's version. */
  version: string;
  outcomes: (RawValue[] | string)[];
}

/** The requests as reference.py reads them. */
export function requestsAsJson(requests: readonly Request[], device = 'cpu'): string {
  const input = requests.map(([test, variant]) => ({
    seed: SEED,
    device,
    python: test.python,
    module: test.body.kind === 'module',
    eval: test.options.eval ?? false,
    autocast: variant === 'autocast',
    half: variant === 'bfloat16',
    inputs: prepare(test.inputs, variant).map((i) => ({
      ...i,
      bytes: Buffer.from(i.bytes).toString('base64'),
    })),
  }));
  return JSON.stringify(input);
}

/** The outcomes, in the order of the requests. */
export function outcomesOf({ outcomes }: RawAnswer): Outcome[] {
  return outcomes.map((o) => (typeof o === 'string' ? o : o.map(readValue)));
}

function readValue({ bytes, ...raw }: RawValue): Value {
  return { ...raw, values: decode(Buffer.from(bytes, 'base64'), raw.dtype) };
}
