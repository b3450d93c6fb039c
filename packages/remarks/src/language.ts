import type { CODES } from './en/index.ts';
import type { Sentences } from './entry.ts';
import type { Fault } from './remark.ts';
import type { Split, Term } from './terms.ts';
import type { TestKind, TestWords } from './test-set.ts';

/** All that a language needs to say remarks. */
export interface Language {
  sentences: Sentences<typeof CODES>;
  splits: Readonly<Record<Split, string>>;
  /** How slices become a patient: `mean`, `max`, `median`, `top_k`, `top_k (3)`. */
  aggregation: (name: string) => string;
  term: (name: Term) => string;
  test: Readonly<Record<TestKind, TestWords>>;
  /** A model's name: `fused`, `stacked`, a modality, or `network` and a modality. */
  model: (name: string) => string;
  fault: (fault: Fault) => string;
}
