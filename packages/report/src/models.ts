import {
  type EvaluatedModel,
  type Evaluation,
  type EvaluationRow,
  leadingAuc,
  type Split,
} from '@radweave/artifacts';
import { type AgainstChance, againstChance } from '@radweave/stats';
import type { ReportContext } from './context.ts';
import { type Html, html } from './html/html.ts';

/** The pooled patients of a split, as a hospital's name. */
export const POOLED = 'all';

/** The splits that models are evaluated on: training patients would flatter them. */
export const EVALUATED: readonly Split[] = ['val', 'test'];

/** The label whose numbers stand for a model: `1` with two classes, else `macro`. */
export function leadingLabel({ label_names }: Evaluation): string {
  return label_names.length === 2 ? '1' : 'macro';
}

/** The row of a model; of its leading label unless another is named. */
export function rowOf(
  evaluation: Evaluation,
  model: string,
  split: Split,
  hospital: string = POOLED,
  label: string = leadingLabel(evaluation),
): EvaluationRow | undefined {
  return evaluation.rows.find(
    (row) =>
      row.model === model && row.split === split && row.hospital === hospital && row.positive_label === label,
  );
}

/** The probabilities of the positive label that a model's threshold was compared with. */
export function probabilitiesOf({ models }: Evaluation, model: string): number[] {
  const patients = models.find(({ name }) => name === model)?.patients;
  return Object.values(patients ?? {}).flatMap((all) =>
    all.map(({ probabilities }) => probabilities[1] ?? 0),
  );
}

/** What the AUC of a model on the pooled patients of a split says of chance. */
export function chanceOf(evaluation: Evaluation, model: string, split: Split): AgainstChance {
  const row = rowOf(evaluation, model, split);
  if (row === undefined) return 'unknown';
  const patients = evaluation.models.find(({ name }) => name === model)?.patients[split] ?? [];
  const { label_names, options } = evaluation;
  const { confidence_level: level, seed } = options;
  return againstChance(leadingAuc(row), patients, label_names.length, { level, seed }).says;
}

/** The models whose numbers lead the report: the primary one, and the stacked one beside it. None is chosen by its numbers. */
export function leadingModels({ models, primary }: Evaluation): [string, ...string[]] {
  const stacked = models.filter(({ name, kind }) => kind === 'stacked' && name !== primary);
  return [primary, ...stacked.map(({ name }) => name)];
}

/** Classifiers of features (fused first, as evaluated), and the networks' own heads with what is stacked on them. */
export function modelGroups({
  models,
  primary,
}: Evaluation): { name: 'features' | 'networks'; models: string[] }[] {
  const isHead = (kind: string): boolean => kind === 'network' || kind === 'stacked';
  const shown = models.filter(({ kind }) => kind !== 'available');
  const ordered = shown.sort((a, b) => Number(b.name === primary) - Number(a.name === primary));
  const names = (wanted: boolean): string[] =>
    ordered.filter(({ kind }) => isHead(kind) === wanted).map(({ name }) => name);
  return [
    { name: 'features' as const, models: names(false) },
    { name: 'networks' as const, models: names(true) },
  ].filter((group) => group.models.length > 0);
}

/** What “A” is, of the first modality with a classifier of its features, and what “network A”, where there is one. */
export function namesNote({ data, words }: ReportContext): string | null {
  const { models } = data.evaluation;
  const own = models.find(({ kind, modalities }) => modalities.length === 1 && isOfFeatures(kind));
  if (own === undefined) return null;
  const { name, modalities } = own;
  const network = models.find((one) => one.kind === 'network' && one.modalities.join() === modalities.join());
  const classifier = words.modelName(name);
  return words.namesNote(
    classifier,
    network === undefined ? null : words.modelName(network.name),
    words.list(modalities),
    classifier === name ? null : name,
  );
}

function isOfFeatures(kind: EvaluatedModel['kind']): boolean {
  return kind === 'features' || kind === 'fused';
}

/** Beside numbers of validation patients: which are too good, because they chose the epoch. Empty where they chose that of none of these models. */
export function optimismNote(
  { data, words }: ReportContext,
  split: Split,
  models: readonly string[],
): string {
  const { notes, models: evaluated } = data.evaluation;
  const features = notes.flatMap(({ code, params }) =>
    code === 'validation-optimistic' ? params.modalities : [],
  );
  const networks = notes.flatMap(({ code, params }) =>
    code === 'validation-optimistic-networks' ? [...features, ...params.modalities] : features,
  );
  const isTooGood = ({ kind, modalities }: EvaluatedModel): boolean =>
    kind !== 'stacked' &&
    modalities.some((modality) => (kind === 'network' ? networks : features).includes(modality));
  const own = evaluated.filter(({ name }) => models.includes(name));
  const exempt = own.filter((one) => !isTooGood(one));
  if (split !== 'val' || exempt.length === own.length) return '';
  return words.optimism(exempt.map(({ name }) => words.modelName(name)));
}

/** Whether a split has no patient at all, as the external test without an external hospital. */
export function isEmpty({ data }: ReportContext, split: Split): boolean {
  return data.cohort.every((one) => one.split !== split);
}

/** Why there is nothing of a split. */
export function nothingOf({ data, words }: ReportContext, split: Split): Html {
  const { label_names } = data.evaluation;
  const own = data.cohort.filter((one) => one.split === split);
  const labels = label_names.filter((_, label) => own.some((one) => one.label === label));
  return html`<p class="missing">${words.nothingOf(split, labels)}</p>`;
}

/** Of the splits that have no patient at all. */
export function emptySplits(context: ReportContext): Html[] {
  return EVALUATED.filter((split) => isEmpty(context, split)).map((split) => nothingOf(context, split));
}

/** Hospitals that have rows in a split, without the pooled one, by name. */
export function hospitalsOf({ rows }: Evaluation, split: Split): string[] {
  const names = rows
    .filter((row) => row.split === split && row.hospital !== POOLED)
    .map((row) => row.hospital);
  return [...new Set(names)].sort();
}
