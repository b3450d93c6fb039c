/** What is said of data and results: codes with parameters, and their words in each language. */
export { and, are, counted, few } from './en/grammar.ts';
export { EN } from './english.ts';
export type { Language } from './language.ts';
export { fusedModel, shownModel } from './model-names.ts';
export { editDistance, knownAs, meant, nearest, offer } from './nearest.ts';
export { digitsApart, isOneNumber, percent, pValue } from './numbers.ts';
export type { Code, Fault, Params, Part, Remark } from './remark.ts';
export {
  asWritten,
  distinct,
  namingModels,
  ofTest,
  readRemark,
  remark,
  say,
  several,
  withLabelNames,
  withModelNames,
} from './say.ts';
export type { Term } from './terms.ts';
export { type TestKind, type TestWords, testKind } from './test-set.ts';
export { ZH } from './zh/index.ts';
