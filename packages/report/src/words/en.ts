import type { Split } from '@radweave/artifacts';
import { and, counted, type Language, percent, type Remark, say, type TestWords } from '@radweave/remarks';
import { methodsInEnglish } from '../methods/en.ts';
import { CHART_EN } from './chart-en.ts';
import { CLAIM_EN, TRIPOD_EN } from './checklist-en.ts';
import { CLINICAL_EN } from './clinical-en.ts';
import { columnsInEnglish } from './columns-en.ts';
import { EXPLANATIONS_EN } from './explanations-en.ts';
import { TUNING_EN } from './tuning-en.ts';
import type { CurvesSeen } from './words.ts';

const plural = (n: number, one: string, many: string): string => `${n} ${n === 1 ? one : many}`;
const patients = (n: number): string => plural(n, 'patient', 'patients');

const REASONS: Readonly<Record<string, string>> = {
  missing_modality: 'a modality is missing',
  conflict: 'conflicting labels, hospitals or images',
};

const FUSION_DECISIONS = {
  scaler: ['scaler', 'fitted on training patients'],
  chosen: ['threshold', 'for new patients, chosen on validation patients'],
  set: ['threshold', 'for new patients, set beforehand'],
} as const;

/** The report in English, about a test that is called so. */
export const english = (test: TestWords, language: Language) => ({
  /** For the `lang` attribute. */
  tag: 'en',
  chart: CHART_EN,
  title: 'Radweave report',
  madeOn: (date: string) => `Made on ${date}`,
  contents: 'Contents',
  sections: {
    summary: 'Summary',
    flow: 'Cohort',
    characteristics: 'Characteristics of the patients',
    data: 'The data as found',
    tuning: 'Search of settings',
    training: 'Training',
    roc: 'ROC curves',
    hospitals: 'Hospitals',
    results: 'Results',
    comparisons: 'Comparisons of models',
    confusion: 'Confusion matrices',
    calibration: 'Calibration',
    decision: 'Decision curves',
    maps: 'Feature maps',
    explanations: 'Heat maps',
    site: 'Site effects',
    leakage: 'Leakage audit',
    methods: 'Methods',
    configuration: 'Configuration',
    environment: 'Environment',
    files: 'Files and hashes',
    checklist: 'Reporting checklists',
    references: 'References',
  },
  figure: (number: number) => `Figure ${number}`,
  readAs: (figure: string) => `To be read as ${figure}.`,
  table: (number: number) => `Table ${number}`,
  /** `Figure 1` and what it shows, without the full stop. */
  titled: (label: string, title: string) => `${label}. ${title}`,
  downloadSvg: 'Save as SVG',
  downloadCsv: 'Save as CSV',
  /** In a copy without what tells of patients, where a picture stood. */
  pictureTakenOut: 'The picture that stood here was taken out of this copy: it may show the ID of a patient.',
  splits: { train: 'training', val: 'validation', test: test.set },
  /** `all` patients of a split, as a hospital's name. */
  allHospitals: 'all',
  /** Models are named `fused`, `A`, `network A`. */
  modelName: language.model,
  primary: (model: string) => `Primary model: ${model}`,
  home: (hospital: string) => `Home hospital: ${hospital}`,
  nOf: (n: number, positives: number | null) =>
    positives === null ? `n = ${n}` : `n = ${n}, ${positives} positive`,
  /** A number that is the mean over the labels, each against the rest. */
  macro: (name: string) => `Macro ${name === 'AUC' ? name : name.toLowerCase()}`,
  /** Where a table has intervals in brackets. */
  intervals: (level: number) => `In brackets: ${percent(level, 4)} confidence intervals.`,
  interval: (level: number) => `${percent(level, 4)} CI`,
  remark: (one: Remark) => say(one, language),
  /** How slices become a patient: `mean`, `top_k (3)`. */
  aggregation: language.aggregation,
  /** A name before a text: `name: text` with the language's own colon. */
  pair: (name: string, text: string) => `${name}: ${text}`,
  /** Tells a modality's two models apart: the classifier of its features, which files may call otherwise, and the network itself. */
  namesNote: (classifier: string, network: string | null, modality: string, file: string | null) =>
    `“${classifier}” is the logistic regression on the extracted features of ${modality}${file === null ? ' alone' : `, which the files call ${file}`}${network === null ? '' : `; “${network}” is the network of ${modality} with its own last layer; its slices’ probabilities are combined into one per patient`}.`,
  /** Beside numbers of validation. */
  optimism: (exempt: readonly string[]) =>
    `Validation AUCs of networks, and of classifiers of their features, are optimistic: these patients chose the epoch (see the notes of the summary)${exempt.length === 0 ? '' : `; ${exempt.length === 1 ? 'that' : 'those'} of ${and(exempt.map((name) => `“${name}”`))} ${exempt.length === 1 ? 'is' : 'are'} not`}.`,
  /** Parts of a sentence, by semicolons. */
  parts: (texts: readonly string[]) => texts.join('; '),
  /** Ends a sentence that another follows. */
  stop: '. ',
  sentences: (texts: readonly string[]) => texts.filter((text) => text !== '').join(' '),
  /** Short things in a row: `A, P`. */
  items: (texts: readonly string[]) => texts.join(', '),
  /** Names of one kind, such as hospitals. */
  list: (names: readonly string[]) => names.join(', '),
  /** An addition in brackets, with the space before it where there is one. */
  added: (text: string) => ` (${text})`,
  /** Why a part shows nothing of a set: nobody is in it, or those who are have one label. */
  nothingOf: (split: Split, [label, another]: readonly string[]) => {
    const set = { train: 'training', val: 'validation', test: test.set }[split];
    if (label === undefined)
      return split === 'test' ? 'There is no external hospital.' : `There are no ${set} patients.`;
    return another === undefined
      ? `All ${set} patients have the same label, ${label}, so there is nothing to draw.`
      : `Of the ${set} patients, those predicted do not have two different labels, so there is nothing to draw.`;
  },
  /** Which command makes a part that is not there, and what else is known. */
  notMade: (command: string | null, reason: string) =>
    `Not in this report${reason === '' ? '' : `: ${reason}`}.${command === null ? '' : ` Make it with: ${command}`}`,
  column: columnsInEnglish(test),
  yes: 'yes',
  no: 'no',
  unknown: 'unknown',
  summary: {
    /** Of a study all of whose patients are made up: null; else the hospitals whose patients are. */
    synthetic: (hospitals: readonly string[] | null) =>
      hospitals === null
        ? 'All patients of this study are synthetic: Radweave drew their images itself. Its results say nothing about real patients.'
        : `The patients of ${hospitals.join(', ')} are synthetic: Radweave drew their images itself. Results that include them say nothing about real patients.`,
    found: 'What was found',
    /** Of an evaluation that was made before findings were. */
    olderEvaluation:
      'This evaluation was made by an older version, which did not say whether anything was learned. Make it again with: radweave evaluate',
    /**
     * `rule`: the threshold, whether patients chose it, and which ones if that was in an earlier evaluation; null where
     * there is none, with several labels.
     */
    lead: (
      [model = '', ...beside]: readonly string[],
      rule: { text: string; chosen: boolean; takenOver: string | null } | null,
    ) => {
      const how =
        rule === null
          ? 'Each patient is given the most probable label.'
          : rule.chosen
            ? rule.takenOver === null
              ? `Its threshold was chosen on the validation patients (${rule.text}) and then kept.`
              : `Its threshold (${rule.text}) was taken over from an earlier evaluation, which chose it on: ${rule.takenOver}.`
            : `Its threshold was set, not chosen on patients (${rule.text}).`;
      return `The numbers below are those of the model “${model}”${beside.length === 0 ? '' : `, with the AUC of “${beside.join('”, “')}” beside them`}; each patient counts once. ${how}`;
    },
    caution: 'Notes and cautions',
    byKind: 'Patients who lack a modality',
    byKindCaption: (primary: string) =>
      `The headline is “${primary}”, of the patients who have all modalities. “everyone” adds those who lack some: each patient is predicted by the model of what they have, fitted on training patients. “only …” are those of them who have nothing else.`,
  },
  flow: {
    title: 'Flow of patients',
    alt: (found: number, used: number) => `Flow diagram: ${patients(found)} found, ${used} used.`,
    found: (n: number) => `Patients found: ${n}`,
    /** Of the split files, where nothing more is known. */
    given: (n: number) => `Patients in the split files: ${n}`,
    givenCaption: 'The researchers divided the patients themselves; who was left out before is not recorded.',
    excluded: (n: number) => `Excluded: ${n}`,
    included: (n: number, hospitals: number) =>
      `Included: ${n} from ${plural(hospitals, 'hospital', 'hospitals')}`,
    home: (hospital: string, n: number) => `Home hospital ${hospital}: ${n}`,
    external: (hospitals: number, n: number) =>
      `${test.title}, ${plural(hospitals, 'hospital', 'hospitals')}: ${n}`,
    noExternal: 'No external hospital',
    set: (split: Split, n: number, positives: string) =>
      `${split === 'train' ? 'Training' : 'Validation'}: ${n} (${positives})`,
    hospital: (name: string, n: number, positives: string) => `${name}: ${n} (${positives})`,
    positives: (parts: readonly [label: string, n: number][]) =>
      parts.map(([label, n]) => `${label}: ${n}`).join(', '),
    reasons: (code: string) => REASONS[code] ?? code.replaceAll('_', ' '),
    exclusions: 'Patients left out',
    kinds: 'Patients by the modalities that they have',
    kindsCaption: (all: string) =>
      `All modalities: ${all}. Patients who lack a modality are in the sets of the modalities that they have, and count there; a patient is in the same set for each modality.`,
    allModalities: 'All modalities',
    only: (modalities: string) => `Only ${modalities}`,
    caption: 'The unit is the patient. No patient is in two sets.',
  },
  /** What is odd about the data. */
  data: {
    /** The split files are the researchers' own. */
    given: 'The split files were not made by Radweave, so nothing was compared between the hospitals.',
    /** The split is of an earlier version. */
    unknown:
      'The split was made by an earlier version, which did not compare the hospitals: run preprocess again.',
    none: (manyModalities: boolean, manyHospitals: boolean) =>
      `Nothing odd was found: ${and([
        ...(manyModalities ? ['no patient lacks a modality'] : []),
        'no image looks like a mask',
        ...(manyHospitals ? ['no hospital’s gray values are far from the home hospital’s'] : []),
      ])}.`,
    /** Before a list. */
    found:
      'What is odd about the data. Each point may change the results and should be explained or corrected:',
    title: (modality: string) => `Gray values of ${modality} by hospital`,
    caption:
      'Mean histogram of each hospital’s slices, black on the left. Curves far from the home hospital’s point to inverted, unscaled or differently windowed images.',
    alt: (modality: string, hospitals: string) =>
      `Histograms of the gray values of ${modality}: ${hospitals}.`,
  },
  characteristics: {
    title: (manyHospitals: boolean) => `Patients by ${manyHospitals ? 'hospital and set' : 'set'}`,
    caption:
      'Counts with percentages, and medians with quartiles. A standardised difference above 0.1, whatever its sign, is often taken as a sign of imbalance.',
    patients: 'Patients',
    label: (name: string) => `Label ${name}`,
    slices: (modality: string) => `Slices of ${modality} per patient`,
    pHospitals: 'p (hospitals)',
    difference: (first: string, second: string) => `Std. difference, ${first} – ${second}`,
    fisher: 'Fisher’s exact test between hospitals',
    chiSquare: (least: number) => `χ² test between hospitals, smallest expected count ${least.toFixed(1)}`,
    kruskal: 'Kruskal–Wallis test between hospitals',
  },
  clinical: CLINICAL_EN,
  tuning: TUNING_EN,
  training: {
    title: (modality: string, what: string) => `Training of modality ${modality}: ${what}`,
    caption: (run: string, model: string, best: number | null, batches: number | null) =>
      `Run ${run} (${model}).${best === null ? '' : ` Vertical line: epoch ${best}, whose weights were kept${batches === null ? '' : `, after ${counted(batches, 'batch', 'batches')}`}.`}`,
    how: ({ augmented, batchNorm }: CurvesSeen) =>
      `Training curves are of the network while it learns${augmented ? ', on augmented slices' : ''}${batchNorm === null ? '' : `${augmented ? ' and' : ','} with each batch’s own mean and variance in its batch norms${batchNorm.frozen ? ' that are not frozen (if any)' : ''}`}.${batchNorm === null ? '' : ' Validation curves and tables use running averages of these instead, which each batch moves by a tenth: they lag behind the weights and need some 50 batches to forget their starting values. After few batches the AUC of the training patients can be far lower in the tables than here.'}`,
    alt: (modality: string, what: string, epochs: number) =>
      `Line chart of ${what} over ${counted(epochs, 'epoch')} for modality ${modality}, training and validation.`,
    none: 'No training run has a history. Train with: radweave train --modality …',
  },
  roc: {
    title: (split: string) => `ROC curves, ${split}`,
    how: (level: number, replicates: number, areByHospital: boolean) =>
      `Bands: pointwise ${percent(level, 4)} bootstrap intervals of the sensitivity (${replicates} resamples of patients, drawn within each label${areByHospital ? ' and hospital' : ', whatever the hospital'}).`,
    circle: (model: string, threshold: string) => `Circle: ${model} at its frozen threshold ${threshold}.`,
    alt: (split: string, lines: readonly string[]) => `ROC curves of ${split} patients. ${lines.join('; ')}.`,
    rest: (label: string) => `${label} against the rest`,
  },
  hospitals: {
    title: (manyHospitals: boolean, isMacro: boolean): string =>
      `${isMacro ? 'Macro AUC' : 'AUC'}${manyHospitals ? ' by hospital' : ''}`,
    how: (manyLabels: boolean, level: number) =>
      `${manyLabels ? 'Macro AUC, each label against the rest. Bars: bootstrap' : 'Bars: DeLong'} ${percent(level, 4)} confidence intervals. Dotted line: an AUC of 0.5, chance.`,
    heterogeneity: `Differences between the ${test.hospitals}`,
    heterogeneityCaption: `Pooled: all ${test.patients} are ranked together. Within hospitals: only patients of the same hospital are compared (mean of the hospitals’ AUCs, weighted by their pairs of a positive and a negative patient), so differences between hospitals neither make nor hide the AUC. Cochran’s Q tests whether the AUC is the same in all of them; with few hospitals it has little power. I² is the share of the spread that chance does not explain.`,
    pooled: 'AUC, pooled',
    within: 'AUC, within hospitals',
    alt: (rows: readonly string[]) => `Forest plot of the AUC by hospital and model. ${rows.join('; ')}.`,
  },
  results: {
    title: {
      discrimination: (split: string) => `Discrimination and calibration, ${split} patients`,
      classification: (split: string) => `Classification, ${split} patients`,
    },
    noSkill: 'Per patient. Without any skill the average precision would be about the prevalence.',
    predicted: (hasThreshold: boolean) =>
      `Per patient. The predicted label is ${hasThreshold ? 'that of the frozen threshold' : 'the most probable one'}.`,
    aggregation: 'From slices to patients',
    aggregationCaption: 'Where one was chosen, only validation patients had a part in it.',
    frozen: 'Frozen decisions',
    /** `besides`: how many of each kind the file of the fusion holds. */
    frozenCaption: (besides: readonly [kind: 'scaler' | 'chosen' | 'set', n: number][]) =>
      `Each was fitted on the patients named, or set beforehand, and applied unchanged to all others, who did not influence it.${besides.length === 0 ? '' : ` The table lists those of the evaluation; the leakage audit also counts those in fusion/model.json: ${besides.map(([kind, n]) => `${counted(n, FUSION_DECISIONS[kind][0])} ${FUSION_DECISIONS[kind][1]}`).join('; ')}.`}`,
    what: { aggregation: 'aggregation', threshold: 'threshold', calibrator: 'calibrator' },
    fittedOn: 'Fitted on',
    setBeforehand: 'set beforehand',
  },
  comparisons: {
    title: 'Paired comparisons of models',
    caption:
      'Positive differences of the AUC, NRI and IDI favour the model named first in the row. Holm’s correction of DeLong’s p runs over all comparisons of one set and hospital; p of McNemar’s test (exact) is not corrected. NRI: continuous.',
    none: 'There are not two models to compare.',
    versus: (first: string, second: string) => `${second} − ${first}`,
  },
  confusion: {
    title: (model: string, split: string, hospital: string) => `${model}, ${split}, ${hospital}`,
    alt: (rows: readonly string[]) => `Confusion matrix. ${rows.join('; ')}.`,
    row: (truth: string, predicted: string, n: number) => `true ${truth}, predicted ${predicted}: ${n}`,
    how: 'Number of patients, and their share of those with the same true label.',
  },
  calibration: {
    title: (split: string) => `Calibration, ${split}`,
    how: (level: number) =>
      `Observed share of positives against the mean predicted probability in each bin, with ${percent(level, 4)} confidence intervals. On the dotted line, both agree. ECE: expected calibration error, the mean distance from that line over 10 bins of equal width, weighted by patients; even a perfectly calibrated model has one above 0, the higher the fewer the patients. The intercept is that with the slope fixed at 1 (calibration in the large).`,
    alt: (points: number) => `Calibration plot with ${points} bins.`,
    none: 'There are too few patients for a calibration curve.',
  },
  decision: {
    title: (split: string) => `Decision curves, ${split}`,
    how: 'Net benefit of acting on each model, against treating all or none.',
    alt: (models: readonly string[]) =>
      `Net benefit over threshold probability of ${models.join(', ')}, treating all and treating none.`,
    none: 'There is no decision curve: it needs two labels and patients of both.',
  },
  maps: {
    title: (method: string, features: string, by: 'label' | 'hospital') =>
      `${method} of ${features}, by ${by}`,
    fused: 'the fused features',
    ofModality: (modality: string) => `the features of modality ${modality}`,
    /** `components`: in how many principal components neighbours were sought; null: in all features. */
    how: (method: string, parameter: number, n: number, components: number | null) =>
      `${counted(n, 'patient')} together, without their labels (${method === 'UMAP' ? 'neighbours' : 'perplexity'} ${parameter}${method === 'UMAP' ? '' : ', Barnes–Hut approximation'}${components === null ? '' : `; neighbours by the first ${components} principal components`}).`,
    /** Of a map that would be too full. */
    sampled: (drawn: number, n: number) =>
      `${drawn} of ${counted(n, 'patient')} are drawn, chosen at random, about the same share of each set, hospital and label; the folder embeddings holds the positions of all.`,
    looks: { train: 'Hollow: training', val: 'pale: validation', test: `filled: ${test.set}` },
    alt: (n: number, by: 'label' | 'hospital') =>
      `Scatter plot of ${counted(n, 'patient')} in two dimensions, coloured and shaped by ${by}.`,
  },
  explanations: EXPLANATIONS_EN,
  site: {
    title: 'How well features predict the hospital',
    caption: (level: number) =>
      `Cross-validated prediction of the hospital from features, with one-sided permutation tests and the exact ${percent(level, 4)} interval of the accuracy. An AUC of 0.5 and an accuracy near chance mean little site effect.`,
    transductive: `transductive: the ${test.hospital}’s own unlabelled features were used`,
    scope: { all: 'all', 'val and test': `validation and ${test.set}` },
  },
  leakage: {
    title: 'Leakage audit',
    caption: 'What was looked for, and what was found.',
    check: (name: string) => (name === 'fusion' ? 'classifiers of features' : name),
    outcome: {
      passed: 'passed',
      warning: 'warning',
      leak: 'LEAK',
      'partly checked': 'partly checked, nothing found',
      'not checked': 'not checked',
    },
  },
  methods: {
    paragraphs: methodsInEnglish,
    note: 'Written from what was really run. Check it, and add what the software cannot know.',
  },
  configuration: {
    ofRun: (run: string) => `Training run ${run}`,
    ofPart: {
      split: 'Division of the patients',
      fusion: 'Classifiers of features',
      evaluation: 'Evaluation',
    },
  },
  environment: { title: 'Versions and machine' },
  files: { title: 'Files this report was made from', caption: 'SHA-256 of every input file.' },
  checklist: {
    note: 'The items are in our own words; see the guidelines for theirs. Sections named are where this report helps; the text itself remains the author’s.',
    claimTitle: 'CLAIM (2024)',
    tripodTitle: 'TRIPOD+AI',
    filled: 'See',
    author: 'Not in the report: the author must write it',
    /** What the author adds to the sections named. */
    adds: (left: string) => `The author adds: ${left}.`,
    /** Items in their order. */
    claim: CLAIM_EN,
    tripod: TRIPOD_EN,
  },
});

/** Every fixed text of a report in one language. */
export type Words = ReturnType<typeof english>;
