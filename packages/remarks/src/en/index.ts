import { of } from '../entry.ts';
import { AUDIT } from './audit.ts';
import { DATA } from './data.ts';
import { EVALUATION } from './evaluation.ts';
import { FINDINGS } from './findings.ts';
import { PRECISION } from './precision.ts';
import { REASONS } from './reasons.ts';
import { REPORT } from './report.ts';
import { SITE } from './site.ts';

/** Every code, with its parameters and what it says in English. */
export const CODES = {
  /** Of an earlier version: shown as it is in every language. */
  'as-written': of({ text: 'text' }, ({ text }) => text),
  /** The message of an error. */
  fault: of({ fault: 'fault' }, ({ fault }) => fault),
  several: of({ parts: 'remarks' }, ({ parts }) => parts.join('; ')),
  ...AUDIT,
  ...DATA,
  ...REASONS,
  ...EVALUATION,
  ...FINDINGS,
  ...SITE,
  ...PRECISION,
  ...REPORT,
};
