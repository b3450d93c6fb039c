import type { CODES } from './en/index.ts';
import type { Entry, Kind } from './entry.ts';
import type { Split, Term } from './terms.ts';
import type { TestKind } from './test-set.ts';

/** What an error says, with its stable code. */
export interface Fault {
  readonly code: string;
  readonly text: string;
}

/** What a parameter of each kind is: numbers are numbers and formatted in the words, names are strings. */
interface Values {
  flag: boolean;
  number: number;
  label: number | string;
  text: string;
  texts: readonly string[];
  split: Split;
  splits: readonly Split[];
  model: string;
  aggregation: string;
  term: Term;
  test: TestKind;
  fault: Fault;
  remark: Part;
  remarks: readonly Part[];
}

export type Code = keyof typeof CODES;

export type Params<C extends Code> =
  (typeof CODES)[C] extends Entry<infer S>
    ? { readonly [P in keyof S as S[P] extends 'test' ? never : P]: Values[S[P] & Kind] } & {
        /** External, where it is left out. */
        readonly [P in keyof S as S[P] extends 'test' ? P : never]?: TestKind;
      }
    : Readonly<Record<never, never>>;

/** A remark in another, whose text holds its own. */
export type Part = { readonly [C in Code]: { readonly code: C; readonly params: Params<C> } }[Code];

/** Something that is said of data or results. Files hold the English text beside it, for whoever opens them. */
export type Remark = Part & { readonly text: string };
