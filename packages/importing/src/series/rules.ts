import type { ImportRule } from '@radweave/artifacts';
import type { ImageFacts } from './image.ts';
import type { Plane } from './stack.ts';
import { HIDDEN } from './without-identity.ts';

/** The outline of a lesion on another series. */
export const MASK = 'mask';

export interface SeriesFacts extends ImageFacts {
  readonly plane: Plane;
  readonly examination: Examination;
}

const CALLED_MASK = '(^|[ ._-])(d?seg|segmentation|masks?|labels?|roi)$';

/** Which of a patient's examinations (studies) a series is of, by date. */
export interface Examination {
  /** From 1; null where dates are missing or alike. */
  readonly place: number | null;
  readonly of: number;
}

const ARTERIAL = 'arter|\\b(hap|art|early)\\b|动脉';
const VENOUS = 'portal|venous|venös|\\b(pvp|pv|ven)\\b|静脉|门脉';
const DELAYED = 'delay|\\blate\\b|equilib|spät|延迟|平衡';
const PLAIN =
  'plain|non.?(con|enh)|unenhanced|nativ|\\bncct\\b|\\bpre\\b|pre.?contrast|without|\\bw/?o\\b|平扫|[非无未]增强';
/** "With and without contrast" is the name of a protocol, and says nothing of a series. */
const BOTH = '\\bw(ith)?\\W*(and\\W*)?(without|w/?o\\b)|(without|\\bw/?o)\\W*(and\\W*)?with\\b';
const ENHANCED =
  't1w?(c|ce|gd)\\b|\\b(ce|gd|gad\\w*|km|post)\\b|post.?con|\\bc ?\\+|\\+ ?c\\b|contrast|enhanc|增强';

/**
 * The rules that the first `mapping.yaml` has, from the surest to the weakest: words of people, then the agent and its time,
 * then physics. What none of them names is asked for.
 */
export const FIRST_RULES: readonly ImportRule[] = [
  {
    modality: '-',
    description:
      'locali[sz]er|scout|survey|topogram|pilot|\\b(3|three).?plane|smart ?prep|bolus ?track|monitoring|定位',
  },
  { modality: MASK, description: CALLED_MASK },
  {
    modality: '-',
    description:
      '^dose$|\\bdose.?(report|info|record|summary|page)|(exam|patient).?(summary|protocol)|screen ?save|(?<!低)剂量',
  },
  { modality: 'D', type: 'CT', description: DELAYED, not_description: `${ARTERIAL}|portal|门` },
  { modality: 'A', type: 'CT', description: ARTERIAL, not_description: `${VENOUS}|delay|延迟` },
  { modality: 'P', type: 'CT', description: VENOUS, not_description: `${ARTERIAL}|${DELAYED}` },
  { modality: 'N', type: 'CT', description: PLAIN, not_description: BOTH },
  { modality: 'A', type: 'CT', contrast: true, delay: [15, 45] },
  { modality: 'P', type: 'CT', contrast: true, delay: [45, 120] },
  { modality: 'D', type: 'CT', contrast: true, delay: [120, 1200] },
  { modality: 'ADC', type: 'MR', image_type: '\\bADC\\b' },
  { modality: 'ADC', type: 'MR', description: '\\bADC\\b|apparent' },
  { modality: 'DWI', type: 'MR', description: '\\bdwi\\b|diffusion|trace|弥散' },
  { modality: 'FLAIR', type: 'MR', description: 'flair|dark.?fluid', not_description: 't1' },
  { modality: 'T1C', type: 'MR', description: `^(?=.*t1).*(${ENHANCED})`, not_description: PLAIN },
  { modality: 'T1C', type: 'MR', description: 't1', contrast: true, not_description: PLAIN },
  { modality: 'T2', type: 'MR', description: 't2', not_description: 't1|t2.?(\\*|star)|\\bswi|\\bmap' },
  { modality: 'T1', type: 'MR', description: `^(?=.*t1).*(${PLAIN})`, not_description: `${BOTH}|\\bmap` },
  { modality: 'T1', type: 'MR', description: 't1', not_description: `${ENHANCED}|${BOTH}|\\bmap` },
  { modality: 'FLAIR', type: 'MR', sequence: '\\bIR\\b', inversion_time: [1600, 3000], echo_time: [70, 400] },
  { modality: 'T2', type: 'MR', sequence: '\\bSE\\b', repetition_time: [2000, 20000], echo_time: [70, 400] },
  {
    modality: 'T1',
    type: 'MR',
    sequence: '\\bSE\\b',
    contrast: false,
    repetition_time: [200, 1000],
    echo_time: [1, 30],
  },
  { modality: '-', type: 'PT', description: '\\bnac\\b|non.?ac|uncorrected' },
  { modality: 'PET', type: 'PT', corrected: 'ATTN' },
  { modality: 'PET', type: 'PT', description: '^(pet|suv)$' },
];

/** The rules of a mapping in which none names masks, as those of older versions, with the one that does. */
export function withMaskRule(rules: readonly ImportRule[]): readonly ImportRule[] {
  if (rules.some(({ modality }) => modality === MASK)) return rules;
  return [...FIRST_RULES.filter(({ modality }) => modality === MASK), ...rules];
}

type Condition = Exclude<keyof ImportRule, 'modality'>;

const matches = (pattern: string, text: string): boolean => new RegExp(pattern, 'i').test(text);
/** Many names have "_" for spaces: patterns that ask for a word find it all the same. */
const isCalled = (pattern: string, text: string): boolean =>
  matches(pattern, text) || matches(pattern, text.replaceAll('_', ' '));

export function isCalledMask(name: string): boolean {
  return isCalled(CALLED_MASK, name);
}

function within(range: readonly [number, number], value: number | null): boolean {
  return value !== null && value >= range[0] && value < range[1];
}

/** What a pattern is about: the whole description, unless it has the sign for what is taken out of it, as whoever reads it writes it down. */
function textFor(pattern: string, { typed, description }: SeriesFacts): string {
  return pattern.includes(HIDDEN) ? description : (typed ?? description);
}

/** Whether each condition holds, and how a person reads it. */
const CONDITIONS: { readonly [C in Condition]: (wanted: never, facts: SeriesFacts) => string | null } = {
  type: (wanted: string, { type }) => (type === wanted ? type : null),
  plane: (wanted: string, { plane }) => (plane === wanted ? plane : null),
  contrast: (wanted: boolean, { contrast }) =>
    contrast === wanted ? `contrast agent ${wanted ? 'given' : 'not named'}` : null,
  examination: (wanted: number, { examination: { place, of } }) =>
    place !== null && (wanted === place || wanted === place - of - 1)
      ? `examination ${place} of ${of}`
      : null,
  description: (wanted: string, facts) =>
    isCalled(wanted, textFor(wanted, facts)) ? `'${facts.description}'` : null,
  not_description: (wanted: string, facts) => (isCalled(wanted, textFor(wanted, facts)) ? null : ''),
  image_type: (wanted: string, { imageType }) => (matches(wanted, imageType) ? imageType : null),
  sequence: (wanted: string, { sequence }) => (matches(wanted, sequence) ? `sequence ${sequence}` : null),
  kernel: (wanted: string, { kernel }) => (matches(wanted, kernel) ? `kernel ${kernel}` : null),
  corrected: (wanted: string, { corrected }) =>
    matches(wanted, corrected) ? `corrected: ${corrected}` : null,
  delay: (wanted: [number, number], { delay }) =>
    within(wanted, delay) ? `${Math.round(delay ?? 0)} s after the injection` : null,
  thickness: (wanted: [number, number], { thickness }) =>
    within(wanted, thickness) ? `${thickness} mm thick` : null,
  echo_time: (wanted: [number, number], { echoTime }) => (within(wanted, echoTime) ? `TE ${echoTime}` : null),
  repetition_time: (wanted: [number, number], { repetitionTime }) =>
    within(wanted, repetitionTime) ? `TR ${repetitionTime}` : null,
  inversion_time: (wanted: [number, number], { inversionTime }) =>
    within(wanted, inversionTime) ? `TI ${inversionTime}` : null,
};

/** What the first rule that fits says, and why; null where none does. */
export function named(
  facts: SeriesFacts,
  rules: readonly ImportRule[],
): { modality: string; because: string } | null {
  for (const { modality, ...conditions } of rules) {
    const reasons = Object.entries(conditions).map(([name, wanted]) =>
      CONDITIONS[name as Condition](wanted as never, facts),
    );
    if (reasons.every((reason) => reason !== null)) {
      return { modality, because: reasons.filter((reason) => reason !== '').join(', ') };
    }
  }
  return null;
}

/** A series in a few words. */
export function looks(facts: SeriesFacts): string {
  const { type, plane, contrast, thickness, kernel, delay, sequence, examination } = facts;
  const { place, of } = examination;
  return [
    type,
    plane === 'none' ? '' : plane,
    contrast ? 'contrast agent' : '',
    delay === null ? '' : `${Math.round(delay)} s after the injection`,
    thickness === null ? '' : `${Number(thickness.toFixed(2))} mm`,
    kernel === '' ? '' : `kernel ${kernel}`,
    sequence === '' ? '' : `sequence ${sequence}`,
    of < 2 ? '' : place === null ? `one of ${of} examinations` : `examination ${place} of ${of}`,
  ]
    .filter((one) => one !== '')
    .join(', ');
}
