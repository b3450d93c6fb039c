import type { TestWords } from './test-set.ts';

/** What the words are given for a parameter of each kind; what is translated has been. */
interface Given {
  flag: boolean;
  number: number;
  /** A class: its name, where it is known, else its number. */
  label: number | string;
  /** The same in every language: a name, a path, a command. */
  text: string;
  texts: readonly string[];
  split: string;
  splits: readonly string[];
  /** A model's name, in which `fused`, `stacked` and `network` are translated. */
  model: string;
  /** `mean`, `top_k (3)`. */
  aggregation: string;
  term: string;
  test: TestWords;
  /** What is wrong with a file: English has the message of the error, other languages what its code means. */
  fault: string;
  remark: string;
  remarks: readonly string[];
}

export type Kind = keyof Given;

type Spec = Readonly<Record<string, Kind>>;

/** A sentence of what it is given. */
type Sentence<S extends Spec> = (given: { readonly [P in keyof S]: Given[S[P]] }) => string;

/** The parameters of a code, and its sentence in English. */
export interface Entry<S extends Spec> {
  readonly kinds: S;
  readonly english: Sentence<S>;
}

/** A code with parameters; one without is its English sentence alone. */
export function of<const S extends Spec>(kinds: S, english: Sentence<S>): Entry<S> {
  return { kinds, english };
}

/** A family of codes in another language: a sentence that lacks is a type error. */
export type Sentences<Family> = {
  readonly [C in keyof Family]: Family[C] extends Entry<infer S> ? Sentence<S> : string;
};
