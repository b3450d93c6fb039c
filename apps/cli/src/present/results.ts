import {
  type Config,
  type Evaluation,
  type EvaluationRow,
  evaluationFiles,
  evaluationFolder,
  haveNames,
  leadingAuc,
  readEvaluation,
  reportPath,
} from '@radweave/artifacts';
import { EN, percent, shownModel, testKind } from '@radweave/remarks';
import { NOT_AVAILABLE, withLimits } from '../numbers.ts';
import { table } from '../table.ts';
import { paragraph } from '../terminal-width.ts';

export type EvaluationResults = Pick<
  Evaluation,
  'findings' | 'home_hospital' | 'label_names' | 'models' | 'notes' | 'options' | 'rows'
>;

/**
 * How a command that trained networks ends: each model's AUC with n and interval in internal validation and in the external
 * test, all patients together, and in words whether anything was learned.
 */
export function resultsText({
  findings,
  home_hospital,
  label_names,
  models: evaluated,
  notes,
  options,
  rows,
}: EvaluationResults): string {
  // With two classes there is label 1 only; with more, all classes together stand for the rest.
  const label = rows.some(({ positive_label }) => positive_label === 'macro') ? 'macro' : '1';
  const pooled = rows.filter(
    ({ hospital, positive_label }) => hospital === 'all' && positive_label === label,
  );
  const level = `${percent(options.confidence_level, 4)} CI`;
  const of = (split: EvaluationRow['split'], model: string): EvaluationRow | undefined =>
    pooled.find((row) => row.split === split && row.model === model);
  const models = [...new Set(pooled.filter(({ split }) => split !== 'train').map(({ model }) => model))];
  const modalities = [...new Set(evaluated.flatMap((one) => one.modalities))];
  const hasTest = hasExternal(findings);
  const test = testKind(findings);
  const lines = models.map((model) => {
    const [validation, test] = [of('val', model), of('test', model)];
    const shown = hasTest ? [validation, test] : [validation];
    return [shownModel(model, modalities), ...shown.flatMap((row) => [row?.n ?? 0, areaText(row)])];
  });
  const of1 = haveNames(label_names) ? ` of ${label_names[1]}` : '';
  const name = label === 'macro' ? 'macro AUC' : `AUC${of1}`;
  return [
    paragraph(
      `${name} per patient (${level}): internal validation in ${home_hospital}${hasTest ? `, ${test === 'external' ? 'external test elsewhere' : 'test'}` : ''}`,
    ),
    table(['model', 'n', 'validation', ...(hasTest ? ['n', EN.test[test].set] : [])], lines),
    ...namesText(models, modalities),
    ...kindsText(models),
    ...validationText(notes, models),
    ...foundText(findings),
  ].join('\n');
}

/** Whether there is an external hospital at all. */
export function hasExternal(findings: EvaluationResults['findings']): boolean {
  return !findings.some(({ code }) => code === 'found-no-external');
}

function areaText(row: EvaluationRow | undefined): string {
  if (row === undefined) return NOT_AVAILABLE;
  const { value, lower, upper } = leadingAuc(row);
  return withLimits(value, lower, upper);
}

/** What a classifier of features is, that may be taken for its network; of one modality also what files call it. */
export function namesText(models: readonly string[], modalities: readonly string[]): string[] {
  const [only, ...others] = modalities;
  const isOne = only !== undefined && others.length === 0 && models.includes('fused');
  const first = isOne ? only : modalities.find((one) => models.includes(one));
  if (first === undefined) return [];
  const network = models.includes(`network ${first}`) ? ` network ${first}: the network itself.` : '';
  const how = `logistic regression on the features of ${first}${isOne ? ' (in files: fused)' : ' alone'}`;
  return [paragraph(`${first}: ${how}.${network}`)];
}

/** What models are of, where patients lack modalities. */
export function kindsText(models: readonly string[]): string[] {
  if (!models.includes('everyone')) return [];
  return [
    paragraph(
      'fused, the headline: the patients who have all modalities. everyone: each patient by the model of what they have. ' +
        'only …: those of them who have nothing else.',
    ),
  ];
}

/** Why the numbers of validation are too good. */
export function validationText(notes: EvaluationResults['notes'], models: readonly string[]): string[] {
  const except = models.includes('stacked') ? '; that of stacked is not' : '';
  return notes
    .filter(({ code }) => code === 'validation-optimistic' || code === 'validation-optimistic-networks')
    .map(({ text }) => paragraph(`Note: ${text}${except}.`));
}

/** What the evaluation found, a paragraph each, such as whether anything was learned. */
export function foundText(findings: EvaluationResults['findings']): string[] {
  if (findings.length === 0) return [];
  return ['What was found:', ...findings.map(({ text }) => paragraph(`- ${text}`))];
}

/** What a whole job says at its end: what was found and where to read more. */
export function runEnding(config: Config): string {
  const evaluation = readEvaluation(evaluationFiles(evaluationFolder(config)).record);
  return `${resultsText(evaluation)}\nReport: ${reportPath(config)}\n`;
}
