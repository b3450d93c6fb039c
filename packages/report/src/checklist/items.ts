import { testKind } from '@radweave/remarks';
import { madeOf, type ReportData } from '../data.ts';
import type { SectionId } from '../words/words.ts';

/** Where a report answers an item. Without sections the author must answer it. */
export interface ChecklistItem {
  sections: readonly SectionId[];
  /** What else must be known for the sections to hold it; else it is the author's. */
  needs?: keyof typeof KNOWN;
}

/** Whether a report knows what an item needs. */
export const KNOWN = {
  /** Who was left out, and how patients were divided. */
  division: ({ division }: ReportData): boolean => division !== null,
  /** What was compared between the hospitals' images. */
  oddities: ({ division }: ReportData): boolean => division !== null && division.oddities !== null,
  /** How networks were trained. */
  settings: ({ runs }: ReportData): boolean => runs.some(({ settings }) => settings !== null),
  /** Models that were combined: of several modalities, or of several folds. */
  combined: ({ fusion }: ReportData): boolean => {
    const { modalities = [], stacked = null } = madeOf(fusion) ?? {};
    return modalities.length > 1 || stacked !== null;
  },
  /** A patient of another hospital. */
  external: ({ cohort, evaluation }: ReportData): boolean =>
    cohort.some(({ split }) => split === 'test') && testKind(evaluation.findings) === 'external',
} as const;

const AUTHOR: ChecklistItem = { sections: [] };
const see = (...sections: SectionId[]): ChecklistItem => ({ sections });

/** The sections that answer each item of CLAIM (Tejani et al. 2024), from item 1. */
export const CLAIM: readonly ChecklistItem[] = [
  ...Array.from({ length: 6 }, () => AUTHOR),
  see('flow'), // 7: data sources
  { sections: ['flow'], needs: 'division' },
  see('methods', 'configuration'),
  { sections: ['data'], needs: 'oddities' }, // 10: subsets
  AUTHOR,
  { sections: ['flow', 'methods'], needs: 'division' }, // 12: missing data
  ...Array.from({ length: 6 }, () => AUTHOR), // 13–18
  { sections: ['methods', 'flow'], needs: 'division' },
  see('methods', 'flow'), // 20: disjoint
  AUTHOR,
  { sections: ['methods', 'configuration'], needs: 'settings' },
  see('environment'),
  { sections: ['methods'], needs: 'settings' }, // 24: initial weights
  { sections: ['methods', 'training', 'configuration'], needs: 'settings' },
  { sections: ['methods'], needs: 'settings' },
  { sections: ['methods'], needs: 'combined' }, // 27: ensembles
  see('methods', 'results'),
  see('methods', 'results'),
  AUTHOR, // 30: sensitivity analysis
  see('explanations'),
  see('results'),
  { sections: ['hospitals', 'results'], needs: 'external' },
  AUTHOR,
  { sections: ['flow'], needs: 'division' }, // 35: numbers
  see('characteristics'),
  see('results'),
  see('results', 'roc'),
  see('confusion', 'explanations'),
  ...Array.from({ length: 5 }, () => AUTHOR), // 40–44
];

/** The sections that answer each item of TRIPOD+AI (Collins et al. 2024), from item 1. */
export const TRIPOD: readonly ChecklistItem[] = [
  ...Array.from({ length: 5 }, () => AUTHOR),
  see('flow'), // 6: participants
  see('methods', 'configuration'),
  AUTHOR,
  see('methods'), // 9: predictors
  AUTHOR,
  { sections: ['flow'], needs: 'division' }, // 11: missing data
  see('methods', 'configuration'),
  { sections: ['methods'], needs: 'settings' }, // 13: class imbalance
  AUTHOR,
  see('methods', 'results'), // 15: output and thresholds
  see('characteristics'),
  ...Array.from({ length: 3 }, () => AUTHOR),
  see('flow', 'characteristics'), // 20
  see('results'),
  see('files'), // 22: specification
  see('results', 'hospitals'),
  ...Array.from({ length: 4 }, () => AUTHOR), // 24–27
];
