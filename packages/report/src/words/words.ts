import type { ExplainedCategory, Split } from '@radweave/artifacts';
import type { Remark } from '@radweave/remarks';
import type { BrightnessWords } from '../charts/brightness.ts';
import type { CalibrationWords } from '../charts/calibration.ts';
import type { ConfusionWords } from '../charts/confusion.ts';
import type { DecisionWords } from '../charts/decision.ts';
import type { RocWords } from '../charts/roc.ts';
import type { TrainingWords } from '../charts/training.ts';
import type { Facts } from '../methods/facts.ts';

export type { Language } from '@radweave/artifacts';

/** Texts inside charts. */
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

/** What the network meets while it learns and not when it is judged. */
export interface CurvesSeen {
  augmented: boolean;
  /** `batches`: how many it had seen at the kept epoch, null where that is not known. Null for a network without batch norm. */
  batchNorm: { frozen: boolean; batches: number | null } | null;
}

/** Every fixed text of a report in one language. */
export interface Words {
  /** For the `lang` attribute. */
  tag: string;
  chart: ChartWords;
  title: string;
  madeOn: (date: string) => string;
  contents: string;
  sections: Record<SectionId, string>;
  figure: (number: number) => string;
  table: (number: number) => string;
  /** `Figure 1` and what it shows, without the full stop. */
  titled: (label: string, title: string) => string;
  downloadSvg: string;
  downloadCsv: string;
  splits: Record<Split, string>;
  /** `all` patients of a split, as a hospital's name. */
  allHospitals: string;
  /** Models are named `fused`, `A`, `network A`. */
  modelName: (name: string) => string;
  primary: (model: string) => string;
  home: (hospital: string) => string;
  nOf: (n: number, positives: number | null) => string;
  interval: (level: number) => string;
  remark: (remark: Remark) => string;
  /** How slices become a patient: `mean`, `top_k (3)`. */
  aggregation: (name: string) => string;
  /** A name before a text: `name: text` with the language's own colon. */
  pair: (name: string, text: string) => string;
  /** Tells a modality's two models apart: the classifier of its features, and the network itself. */
  namesNote: (classifier: string, network: string, modality: string) => string;
  /** Parts of a sentence, by semicolons. */
  parts: (texts: readonly string[]) => string;
  /** Ends a sentence that another follows. */
  stop: string;
  sentences: (texts: readonly string[]) => string;
  /** Short things in a row: `A, P`. */
  items: (texts: readonly string[]) => string;
  /** Names of one kind, such as hospitals. */
  list: (names: readonly string[]) => string;
  /** An addition in brackets, with the space before it where there is one. */
  added: (text: string) => string;
  noModelsOf: (split: string) => string;
  /** Which command makes a part that is not there, and what else is known. */
  notMade: (command: string, reason: string) => string;
  column: Record<
    | 'model'
    | 'split'
    | 'hospital'
    | 'label'
    | 'n'
    | 'positives'
    | 'auc'
    | 'bootstrap'
    | 'averagePrecision'
    | 'prevalence'
    | 'accuracy'
    | 'balancedAccuracy'
    | 'sensitivity'
    | 'specificity'
    | 'ppv'
    | 'npv'
    | 'f1'
    | 'brier'
    | 'slope'
    | 'intercept'
    | 'ece'
    | 'threshold'
    | 'inSample'
    | 'characteristic'
    | 'p'
    | 'comparison'
    | 'difference'
    | 'delong'
    | 'holm'
    | 'mcnemar'
    | 'nri'
    | 'idi'
    | 'aggregation'
    | 'chosen'
    | 'valAuc'
    | 'testAuc'
    | 'check'
    | 'outcome'
    | 'detail'
    | 'item'
    | 'where'
    | 'name'
    | 'value'
    | 'file'
    | 'hash'
    | 'features'
    | 'harmonised'
    | 'chance'
    | 'reason',
    string
  >;
  yes: string;
  no: string;
  unknown: string;
  summary: {
    /** Of a study all of whose patients are made up: null; else the hospitals whose patients are. */
    synthetic: (hospitals: readonly string[] | null) => string;
    found: string;
    /** Of an evaluation that was made before findings were. */
    olderEvaluation: string;
    /**
     * `rule`: the threshold, whether patients chose it, and which ones if that was in an earlier evaluation; null where
     * there is none, with several labels.
     */
    lead: (model: string, rule: { text: string; chosen: boolean; takenOver: string | null } | null) => string;
    caution: string;
  };
  flow: {
    title: string;
    alt: (found: number, used: number) => string;
    found: (n: number) => string;
    /** Of the split files, where nothing more is known. */
    given: (n: number) => string;
    givenCaption: string;
    excluded: (n: number) => string;
    included: (n: number, hospitals: number) => string;
    home: (hospital: string, n: number) => string;
    external: (hospitals: number, n: number) => string;
    noExternal: string;
    set: (split: Split, n: number, positives: string) => string;
    hospital: (name: string, n: number, positives: string) => string;
    positives: (parts: readonly [label: string, n: number][]) => string;
    reasons: (code: string) => string;
    exclusions: string;
    caption: string;
  };
  /** What is odd about the data. */
  data: {
    /** The split files are the researchers' own. */
    given: string;
    /** The split is of an earlier version. */
    unknown: string;
    none: string;
    /** Before a list. */
    found: string;
    title: (modality: string) => string;
    caption: string;
    alt: (modality: string, hospitals: string) => string;
  };
  characteristics: {
    title: string;
    caption: string;
    patients: string;
    label: (name: string) => string;
    slices: (modality: string) => string;
    pHospitals: string;
    difference: (first: string, second: string) => string;
    fisher: string;
    chiSquare: (leastExpected: number) => string;
    kruskal: string;
  };
  training: {
    title: (modality: string, what: string) => string;
    caption: (run: string, model: string, best: number | null, seen: CurvesSeen) => string;
    alt: (modality: string, what: string, epochs: number) => string;
    none: string;
  };
  roc: {
    title: (split: string) => string;
    networks: string;
    caption: (level: number, replicates: number) => string;
    circle: (model: string, threshold: string) => string;
    alt: (split: string, lines: readonly string[]) => string;
    rest: (label: string) => string;
  };
  hospitals: {
    title: string;
    caption: (manyLabels: boolean) => string;
    axis: string;
    heterogeneity: string;
    heterogeneityCaption: string;
    pooled: string;
    within: string;
    alt: (rows: readonly string[]) => string;
  };
  results: {
    title: (split: string) => string;
    caption: (hasThreshold: boolean) => string;
    aggregation: string;
    aggregationCaption: string;
    frozen: string;
    frozenCaption: (hasFusion: boolean, hasThreshold: boolean) => string;
    what: Record<'aggregation' | 'threshold' | 'calibrator', string>;
    fittedOn: string;
    setBeforehand: string;
  };
  comparisons: {
    title: string;
    caption: string;
    none: string;
    versus: (first: string, second: string) => string;
  };
  confusion: {
    title: (model: string, split: string, hospital: string) => string;
    alt: (rows: readonly string[]) => string;
    row: (truth: string, predicted: string, n: number) => string;
    caption: string;
  };
  calibration: {
    title: (split: string) => string;
    caption: string;
    alt: (points: number) => string;
    none: string;
  };
  decision: {
    title: (split: string) => string;
    caption: string;
    alt: (models: readonly string[]) => string;
    none: string;
  };
  maps: {
    title: (method: string, features: string, by: 'label' | 'hospital') => string;
    fused: string;
    ofModality: (modality: string) => string;
    /** `components`: in how many principal components neighbours were sought; null: in all features. */
    caption: (method: string, parameter: number, n: number, components: number | null) => string;
    /** Of a map that would be too full. */
    sampled: (drawn: number, n: number) => string;
    looks: Record<Split, string>;
    alt: (n: number, by: 'label' | 'hospital') => string;
  };
  explanations: {
    title: (modality: string, group: 'right' | 'wrong' | 'asked') => string;
    /** `aggregation`: how the slices' probabilities became the patient's. */
    caption: (layer: string, aggregation: string) => string;
    /** What `confident` means; the label and threshold with two labels, null with more. */
    confident: (by: { label: string; threshold: string } | null) => string;
    /** Of a network whose AUC on these patients does not exceed chance. */
    chance: (network: string, split: string, auc: string, worse: boolean) => string;
    chanceUnknown: (network: string, split: string, reason: string) => string;
    chanceInFigure: string;
    patient: (patient: string, hospital: string) => string;
    verdict: (truth: string, predicted: string, explained: string, probability: string) => string;
    explained: (label: string) => string;
    /** The largest value of a patient's maps, as a share of the largest of all patients shown. */
    strength: (share: string) => string;
    /** Of a patient none of whose maps has a value above 0. */
    empty: (layer: string) => string;
    /** Of some of a patient's maps. */
    emptySlices: (slices: number) => string;
    category: Record<ExplainedCategory, string>;
    alt: (who: string, verdict: string) => string;
    noImage: (file: string) => string;
    none: string;
    sanity: (modality: string) => string;
    sanityCaption: (slices: number, outcome: string) => string;
    /** `correlation`: rank correlation with all listed parts random; null where no map varies. */
    sanityOutcome: (correlation: number | null, limit: number) => string;
    /** Of a step before the last that leaves the maps alike. */
    sanityAlike: (parts: string, correlation: number) => string;
    randomised: string;
  };
  site: {
    title: string;
    caption: string;
    transductive: string;
    scope: Record<'all' | 'val and test', string>;
  };
  leakage: {
    title: string;
    caption: string;
    check: (name: string) => string;
    outcome: Record<'passed' | 'warning' | 'leak' | 'partly checked' | 'not checked', string>;
  };
  methods: { paragraphs: (facts: Facts) => string[]; note: string };
  configuration: { ofRun: (run: string) => string; ofReport: string };
  environment: { title: string };
  files: { title: string; caption: string };
  checklist: {
    note: string;
    claimTitle: string;
    tripodTitle: string;
    filled: string;
    author: string;
    /** What the author adds to the sections named. */
    adds: (left: string) => string;
    /** Items in their order. */
    claim: readonly ItemWords[];
    tripod: readonly ItemWords[];
  };
}
