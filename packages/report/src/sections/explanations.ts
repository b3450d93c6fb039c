import {
  digitsFromThreshold,
  type ExplainedCategory,
  type ExplainedPatient,
  type Explanations,
  evaluatedNetwork,
  inShell,
  leadingAuc,
  MAP_NAMES,
  type RandomisationStep,
  thresholdText,
} from '@radweave/artifacts';
import { type Remark, remark } from '@radweave/remarks';
import type { ReportContext } from '../context.ts';
import type { Gallery } from '../data.ts';
import { estimateInText, fixed, NOT_AVAILABLE } from '../format.ts';
import { type Html, html } from '../html/html.ts';
import { chanceOf, rowOf } from '../models.ts';
import { table } from '../parts/table.ts';
import { hospitalsOf } from './groups.ts';
import { optional } from './optional.ts';

/** How patients are put under headings. */
const GROUPS = {
  right: ['most_confident_right', 'least_confident_right'],
  wrong: ['most_confident_wrong', 'least_confident_wrong'],
  asked: ['asked'],
} as const satisfies Record<string, readonly ExplainedCategory[]>;

/** Heat maps over the slices of patients predicted correctly and incorrectly, and the check that they mean something. */
export function explanationsSection(context: ReportContext): Promise<Html> {
  return optional(context, context.data.galleries, (galleries) => {
    return html`${galleries.map((gallery) => galleryPart(context, gallery))}`;
  });
}

function galleryPart(context: ReportContext, gallery: Gallery): Html {
  const { words } = context;
  const { explanations } = gallery;
  const { caution, inFigure } = cautionOf(context, gallery);
  const groups = (['right', 'wrong', 'asked'] as const).map((group) => {
    const wanted: readonly ExplainedCategory[] = GROUPS[group];
    const patients = explanations.patients.filter(({ category }) => wanted.includes(category));
    const isAsked = explanations.patients.some(({ category }) => category === 'asked');
    if (patients.length === 0 && isAsked !== (group === 'asked')) return null;
    const heading = html`<h3>${words.explanations.title(MAP_NAMES[explanations.method], explanations.modality, group)}</h3>`;
    if (patients.length === 0) return html`${heading}<p>${words.explanations.none}</p>`;
    return html`${heading}<div class="gallery">${patients.map((one) => patientFigure(context, gallery, one, inFigure))}</div>`;
  });
  const notes = explanations.notes.map((note) => html`<p class="remark">${words.remark(note)}</p>`);
  return html`<p>${introduction(context, gallery)}</p>${caution}${notes}${groups}${sanityTable(context, gallery)}`;
}

/** What is shown, and by what patients were chosen unless they were asked for by name. */
function introduction({ data, words }: ReportContext, { explanations }: Gallery): string {
  const { method, layer, decision, label_names, patients, split } = explanations;
  const caption = words.explanations.caption(
    MAP_NAMES[method],
    layer,
    words.aggregation(decision.aggregation),
  );
  if (patients.every(({ category }) => category === 'asked')) return caption;
  const manyHospitals = hospitalsOf(data.cohort.filter((one) => one.split === split)).length > 1;
  const by =
    decision.threshold === null
      ? null
      : { label: label_names[1] ?? '1', threshold: thresholdText(decision.threshold, positive(patients)) };
  return words.sentences([caption, words.explanations.confident(by, manyHospitals)]);
}

function positive(patients: readonly ExplainedPatient[]): number[] {
  return patients.map(({ probabilities }) => probabilities[1] ?? 0);
}

/** As many as tell every patient's probability apart from the threshold. */
function digitsOf({ decision, patients }: Explanations): number {
  return digitsFromThreshold(decision.threshold, positive(patients));
}

/** How strong a patient's maps are beside the strongest of all, which have the same colours. */
function strengthOf(
  { words }: ReportContext,
  { layer, patients }: Explanations,
  patient: ExplainedPatient,
): string {
  if (patient.scale === 0) return words.explanations.empty(layer);
  const largest = Math.max(...patients.map(({ scale }) => scale));
  const empty = patient.slices.filter(({ peak, shown }) => shown && peak === 0).length;
  const strength = words.explanations.strength(shareOf(patient.scale / largest));
  return empty === 0 ? strength : words.parts([strength, words.explanations.emptySlices(empty)]);
}

/** `42 %`; what is above 0 is not printed as 0. */
function shareOf(share: number): string {
  const percent = Math.round(100 * share);
  return percent === 0 ? '< 1 %' : `${percent} %`;
}

/** Maps of a network that learned nothing, or hospitals, look like any others. */
function cautionOf(
  { data, words }: ReportContext,
  { explanations }: Gallery,
): { caution: Html | null; inFigure: string | null } {
  const { evaluation } = data;
  const { modality, split } = explanations;
  const network = evaluatedNetwork(evaluation, modality)?.name;
  const row = network === undefined ? undefined : rowOf(evaluation, network, split);
  if (network === undefined || row === undefined) return { caution: null, inFigure: null };
  const says = chanceOf(evaluation, network, split);
  const between = split === 'test' ? foundBetween(evaluation.findings, network) : null;
  if (between !== null) {
    const text = words.explanations.between(words.remark(between));
    return { caution: html`<p class="missing">${text}</p>`, inFigure: words.explanations.betweenInFigure };
  }
  if (says === 'better') return { caution: null, inFigure: null };
  const area = leadingAuc(row);
  const [name, set] = [words.modelName(network), words.splits[split]];
  const text =
    says === 'unknown'
      ? words.explanations.chanceUnknown(name, set, area.note === undefined ? '' : words.remark(area.note))
      : words.explanations.chance(
          name,
          set,
          evaluation.label_names.length > 2,
          estimateInText(words, area),
          says,
        );
  const inFigure = says === 'unknown' ? null : words.explanations.chanceInFigure;
  return { caution: html`<p class="missing">${text}</p>`, inFigure };
}

/** What the first page says of a network that may tell hospitals apart rather than labels. */
function foundBetween(findings: readonly Remark[], network: string): Remark | null {
  for (const found of findings) {
    if (found.code !== 'found-only-between' && found.code !== 'found-not-within') continue;
    const models = found.params.models.filter(({ params }) => 'model' in params && params.model === network);
    if (models.length === 0) continue;
    return found.code === 'found-only-between'
      ? remark(found.code, { ...found.params, models })
      : remark(found.code, { ...found.params, models });
  }
  return null;
}

function patientFigure(
  context: ReportContext,
  { explanations, images }: Gallery,
  patient: ExplainedPatient,
  inFigure: string | null,
): Html {
  const { words } = context;
  const { label_names, method } = explanations;
  const nameOf = (label: number): string => label_names[label] ?? String(label);
  const probability = (patient.probabilities[patient.explained_class] ?? 0).toFixed(digitsOf(explanations));
  const who = words.explanations.patient(patient.patient, patient.hospital);
  const label = nameOf(patient.explained_class);
  const verdict = words.explanations.verdict(
    nameOf(patient.label),
    nameOf(patient.predicted),
    label,
    probability,
  );
  const why = words.explanations.category[patient.category];
  const explained = words.explanations.explained(label);
  const number = context.nextFigure();
  const image = images[patient.file];
  const picture =
    image === undefined
      ? html`<p class="missing">${words.explanations.noImage(patient.file, inShell(explanations.modality))}</p>`
      : html`<img src="${image}" alt="${words.explanations.alt(MAP_NAMES[method], who, verdict)}">`;
  return html`<figure id="figure-${number}">${picture}
<figcaption><strong>${words.titled(words.figure(number), who)}${words.stop.trim()}</strong> ${words.parts([verdict, explained, why, strengthOf(context, explanations, patient), ...(inFigure === null ? [] : [inFigure])])}</figcaption></figure>`;
}

function sanityTable(context: ReportContext, { explanations }: Gallery): Html {
  const { words } = context;
  const { steps, slices, limit } = explanations.randomisation;
  const text = (value: number | null): string => (value === null ? NOT_AVAILABLE : fixed(value, 3));
  const last = steps.at(-1)?.spearman ?? null;
  const earlier = last !== null && last >= limit ? [] : steps.slice(0, -1);
  const alike = earlier.findLast(({ spearman }) => spearman !== null && spearman >= limit);
  const outcome =
    words.explanations.sanityOutcome(last, limit) +
    (alike === undefined
      ? ''
      : words.explanations.sanityAlike(words.list(alike.randomised), alike.spearman ?? limit));
  return table(context, {
    name: `randomisation-${explanations.modality}`,
    title: words.explanations.sanity(explanations.modality),
    caption: words.explanations.sanityCaption(slices, outcome),
    head: [words.explanations.randomised, 'Spearman', 'SSIM'],
    rows: steps.map((step: RandomisationStep) => [
      words.list(step.randomised),
      { text: text(step.spearman), number: true },
      { text: text(step.ssim), number: true },
    ]),
  });
}
