import type { BrightnessWords } from '../charts/brightness.ts';
import type { CalibrationWords } from '../charts/calibration.ts';
import type { ConfusionWords } from '../charts/confusion.ts';
import type { DecisionWords } from '../charts/decision.ts';
import type { RocWords } from '../charts/roc.ts';
import type { TrainingWords } from '../charts/training.ts';

export type { Language } from '@radweave/artifacts';

export interface ChartWords
  extends TrainingWords,
    RocWords,
    ConfusionWords,
    CalibrationWords,
    DecisionWords,
    BrightnessWords {
  label: string;
  hospital: string;
  treatAll: string;
  treatNone: string;
}

/** The parts of a report, in their order. */
export const SECTIONS = [
  'summary',
  'flow',
  'characteristics',
  'data',
  'tuning',
  'training',
  'roc',
  'hospitals',
  'results',
  'comparisons',
  'confusion',
  'calibration',
  'decision',
  'maps',
  'explanations',
  'site',
  'leakage',
  'methods',
  'configuration',
  'environment',
  'files',
  'checklist',
  'references',
] as const;

export type SectionId = (typeof SECTIONS)[number];

/** An item of a checklist, and what of it no section of a report holds. */
export interface ItemWords {
  text: string;
  left?: string;
}

/** What the network meets while it learns and not when it is evaluated. */
export interface CurvesSeen {
  augmented: boolean;
  /** Null for a network without batch norm. */
  batchNorm: { frozen: boolean } | null;
}
