import { MAP_NAMES } from '@radweave/artifacts';
import { and, counted, EN, percent } from '@radweave/remarks';
import { isShareKept } from '@radweave/stats';
import { byAggregation, byCalibrator, epochOf, type Facts, nameOf } from './facts.ts';
import { searchesInEnglish } from './search-en.ts';
import { settingsInEnglish } from './settings-en.ts';

const patients = (n: number): string => counted(n, 'patient');

const CALIBRATORS: Readonly<Record<string, string>> = {
  platt: 'Platt scaling',
  isotonic: 'isotonic regression',
  temperature: 'temperature scaling',
};

const COMPARISONS = [
  ['delong', 'DeLong’s test for paired curves with Holm’s correction'],
  ['mcnemar', 'McNemar’s exact test'],
  ['nri', 'continuous net reclassification improvement'],
  ['idi', 'integrated discrimination improvement'],
] as const;

const RULES: Readonly<Record<string, string>> = {
  youden: 'chosen by the highest Youden index on the validation patients',
  fixed_sensitivity: 'chosen by a target sensitivity on the validation patients',
  fixed: 'the fixed value 0.5',
};

/** The methods paragraph in English, from what was really run. */
export function methodsInEnglish(facts: Facts): string[] {
  return [cohort(facts), training(facts), decisions(facts), statistics(facts)].filter((text) => text !== '');
}

function cohort(facts: Facts): string {
  const { home, external, patients: n, complete, division, modalities, labels } = facts;
  const total = n.train + n.val + n.test;
  const test =
    external.length === 0
      ? 'There was no external hospital.'
      : `The ${patients(n.test)} of ${and(external)} with ${complete === total ? `${modalities.length > 1 ? 'all modalities' : 'images'}` : 'at least one modality'} formed the ${EN.test[facts.test].set} set, which took no part in training or in any choice.`;
  const images =
    complete === total
      ? `images of ${and(modalities)}`
      : `images of at least one of ${and(modalities)} (${complete} had all)`;
  const used = `We used ${patients(total)} with ${images} and ${labels.length} labels (${and(labels)})`;
  const sets = `training (n = ${n.train}) and validation (n = ${n.val}); all slices of a patient were in the same set. ${test}`;
  if (division === null) {
    return (
      `${used}. The division of the patients was given by the researchers, not made by Radweave, which does not know how it was ` +
      `made or who was excluded before: patients of ${home} were in ${sets}`
    );
  }
  const { excluded, drawn } = division;
  const divided =
    drawn === null
      ? `A table of the researchers said which patients were in which set: patients of ${home} were in ${sets}`
      : `Patients of the home hospital ${home} were divided at random, stratified by label (seed ${drawn.seed}, training share ${shareOf(drawn.trainShare, n)}), into ${sets}`;
  return `${used}; ${patients(excluded)} ${excluded === 1 ? 'was' : 'were'} excluded. ${divided}`;
}

/** The share that was requested, or the one that came out where no such division is possible. */
function shareOf(asked: number, { train, val }: Facts['patients']): string {
  const total = train + val;
  if (isShareKept(train, total, asked)) return percent(asked, 10);
  return `${percent(train / total, 1)} instead of the ${percent(asked, 10)} requested`;
}

function training({ runs, trainedAgain, searches, fusion, test }: Facts): string {
  const trained = runs.map(({ modality, model, epochs, best, settings }) => {
    const monitor = settings?.training.monitor;
    const unit = monitor === undefined ? '' : monitor === 'auc' ? ' per slice' : ' per patient';
    const kept =
      best === null || epochs === 1 ? '' : ` (epoch ${best} was kept for its validation AUC${unit})`;
    return `${model} on ${modality} for ${counted(epochs, 'epoch')}${kept}`;
  });
  const networks =
    trained.length === 0
      ? ''
      : `${trainedAgain ? 'Networks were trained' : `One network was trained${runs.length > 1 ? ' for each modality' : ''}`}: ${trained.join('; ')}. ${[settingsInEnglish(runs), searchesInEnglish(searches)].filter(Boolean).join(' ')} `;
  if (fusion === null) return networks.trim();
  const scaled = fusion.standardize ? ', standardised by the training patients,' : '';
  const isMany = fusion.modalities.length > 1;
  const joined = isMany ? `, those of ${and(fusion.modalities)} were concatenated` : '';
  const alone = isMany ? ' Each modality alone was classified in the same way.' : '';
  const lacking = fusion.lacking
    ? ' Patients who lack a modality stayed in training and evaluation of the modalities that they have: each classifier was fitted on all training patients who have its modalities, and such patients were predicted by the classifier of what they have.'
    : '';
  const stacked =
    fusion.folds === null
      ? ''
      : ` For the stacked model, ${fusion.folds} networks${isMany ? ' for each modality' : ''} were trained on patient-grouped folds, and logistic regression was fitted on the logits each training patient got from the network that had not seen the patient; the logits of all other patients are the mean over these ${fusion.folds} networks.`;
  const caution = fusion.inSample
    ? ` The training patients’ features come from ${isMany ? 'networks' : 'the network'} that had seen these patients; results on the training set are listed to show overfitting and are not evidence of performance.`
    : '';
  const silent =
    fusion.silent.length === 0
      ? ''
      : ` Which patients the networks behind the features of ${and(fusion.silent)} were trained on is not known; they may be patients of validation or the ${EN.test[test].set} set.`;
  const otherWeights = fusion.otherWeights
    .map(
      ({ file, modalities }) =>
        ` The features of ${and(modalities)} were extracted with ${weightsText(file)}.`,
    )
    .join('');
  const source =
    fusion.imageSize === null
      ? 'made by another program'
      : `${and(fusion.models)}, ${fusion.imageSize} × ${fusion.imageSize} pixels`;
  return (
    `${networks}The features of a patient’s slices (${source}) were averaged${joined}${scaled} and classified by L2-penalised logistic regression (C = ${fusion.C}) ` +
    `fitted on the training patients.${otherWeights}${alone}${lacking}${caution}${silent}${stacked}`
  );
}

function weightsText(file: string): string {
  const epoch = epochOf(file);
  if (epoch === null) return file;
  return `${file}, the weights ${epoch === 'last' ? 'with which training ended' : `after epoch ${epoch}`}, whatever their validation AUC`;
}

function decisions(facts: Facts): string {
  const { models, labels, thresholds, calibration, takenOver, fitted, external } = facts;
  const aggregated = byAggregation(models).map(({ how, names }) => `${aggregationText(how)} (${and(names)})`);
  const aggregation =
    aggregated.length === 0
      ? ''
      : ` Slice probabilities were combined into one per patient by ${and(aggregated)}.`;
  const how = calibratedText(models, calibration);
  const rule =
    labels.length > 2
      ? 'Each patient was given the most probable label.'
      : `${thresholds.map(({ rule: name, models: whose }) => thresholdText(name, whose, thresholds.length === 1)).join(' ')}`;
  if (labels.length > 2 && aggregation === '' && how === '') return rule;
  const applied =
    external.length === 0 ? '' : ` and applied unchanged to the ${EN.test[facts.test].patients}`;
  return `${rule}${aggregation}${how} ${originText(fitted, takenOver)}; it was frozen${applied}.`;
}

function calibratedText(models: Facts['models'], calibration: Facts['calibration']): string {
  const [calibrated, others] = byCalibrator(models);
  if (calibrated.length === 0) return '';
  const by = `were calibrated by ${nameOf(CALIBRATORS, calibration)}`;
  return others.length === 0
    ? ` Probabilities ${by}.`
    : ` Probabilities of ${and(calibrated)} ${by}, those of ${and(others)} were not calibrated.`;
}

/** @param how `mean`, `max`, `median`, `top_k 3`. */
function aggregationText(how: string): string {
  const k = /\d+/.exec(how)?.[0];
  return k === undefined ? `their ${how === 'max' ? 'maximum' : how}` : `the mean of the ${k} highest`;
}

function originText(fitted: boolean, takenOver: Facts['takenOver']): string {
  if (!fitted) return 'All this was set beforehand';
  if (takenOver === null) return 'What was chosen or fitted here rests on the validation patients only';
  const whom = takenOver.map(({ hospitals, n }) => `${hospitals.join(', ')}, n = ${n}`);
  return `What was chosen or fitted was taken over from an earlier evaluation and rests on its validation patients (${whom.join('; ')})`;
}

function thresholdText(rule: string, models: readonly string[], isOnly: boolean): string {
  const how = nameOf(RULES, rule);
  if (isOnly) return `Thresholds were ${how}.`;
  return models.length === 1
    ? `The threshold of ${and(models)} was ${how}.`
    : `The thresholds of ${and(models)} were ${how}.`;
}

function statistics(facts: Facts): string {
  const level = percent(facts.level, 4);
  const isMany = facts.labels.length > 2;
  const areas = isMany
    ? `AUCs of each label against the rest have DeLong ${level} intervals; these and the macro AUCs, their means, have intervals`
    : `AUCs have DeLong ${level} intervals and intervals`;
  const macro = isMany ? ' Where no label is named, the AUC of a model is the macro AUC.' : '';
  const proportions = facts.proportionMethod === 'wilson' ? 'Wilson' : 'exact (Clopper–Pearson)';
  const how = COMPARISONS.filter(([name]) => facts.compared[name]).map(([, text]) => text);
  const { delong, nri, idi } = facts.compared;
  const differences =
    delong || nri || idi
      ? ` Their differences have normal intervals${isMany ? ', those of macro AUCs bootstrap intervals' : ''}.`
      : '';
  const compared = how.length === 0 ? '' : ` Models were compared by ${and(how)}.${differences}`;
  const hospitals =
    (facts.compared.cochran
      ? ` Whether AUCs differ between ${EN.test[facts.test].hospitals} was tested by Cochran’s Q.`
      : '') +
    (facts.compared.within ? ' AUCs within hospitals compare only patients of the same hospital.' : '');
  const explained =
    facts.explained.length > 0
      ? ` ${facts.explainedNetworks > 1 ? 'Networks were' : 'The network was'} explained by ${and(facts.explained.map((one) => MAP_NAMES[one]))}.`
      : '';
  const site = facts.siteAudit
    ? ` Site effects were measured, in five-fold cross-validation, by how well features predict the hospital${facts.harmonised ? ', before and after reference-batch ComBat estimated inside the folds' : ''}.`
    : '';
  const version = facts.version === '' ? '' : ` ${facts.version}`;
  return (
    `The patient is the unit of every statistic in tables and tests. ${areas} from ${facts.replicates} bootstrap resamples of patients (percentiles, drawn within each label and hospital); ` +
    `average precision, balanced accuracy, F1, the Brier score and the expected calibration error${isMany ? ', and all other means over the labels,' : ''} have bootstrap intervals too, ` +
    `proportions ${proportions} intervals, calibration slope and intercept Wald intervals.${macro} Calibration was assessed by the Brier score, slope, intercept (with the slope fixed at 1) and expected calibration error${isMany ? '' : ', clinical usefulness by decision curves'}.` +
    `${compared}${hospitals}${explained}${site} All analyses were done with Radweave${version}.`
  );
}
