import type { ReportContext } from '../context.ts';
import type { Html } from '../html/html.ts';
import type { SectionId } from '../words/words.ts';
import { calibrationSection } from './calibration.ts';
import { characteristicsSection } from './characteristics.ts';
import { checklistSection } from './checklist.ts';
import { comparisonsSection } from './comparisons.ts';
import { confusionSection } from './confusion.ts';
import { dataSection } from './data.ts';
import { decisionSection } from './decision.ts';
import { explanationsSection } from './explanations.ts';
import { flowSection } from './flow.ts';
import { hospitalsSection } from './hospitals.ts';
import { leakageSection } from './leakage.ts';
import { mapsSection } from './maps.ts';
import { methodsSection } from './methods.ts';
import { configurationSection, environmentSection, filesSection } from './provenance.ts';
import { referencesSection } from './references.ts';
import { resultsSection } from './results.ts';
import { rocSection } from './roc.ts';
import { siteSection } from './site.ts';
import { summarySection } from './summary.ts';
import { trainingSection } from './training.ts';
import { tuningSection } from './tuning.ts';

export const SECTION_WRITERS: Readonly<Record<SectionId, (context: ReportContext) => Html | Promise<Html>>> =
  {
    summary: summarySection,
    flow: flowSection,
    characteristics: characteristicsSection,
    data: dataSection,
    tuning: tuningSection,
    training: trainingSection,
    roc: rocSection,
    hospitals: hospitalsSection,
    results: resultsSection,
    comparisons: comparisonsSection,
    confusion: confusionSection,
    calibration: calibrationSection,
    decision: decisionSection,
    maps: mapsSection,
    explanations: explanationsSection,
    site: siteSection,
    leakage: leakageSection,
    methods: methodsSection,
    configuration: configurationSection,
    environment: environmentSection,
    files: filesSection,
    checklist: checklistSection,
    references: referencesSection,
  };
