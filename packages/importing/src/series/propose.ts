import { compareText, groupBy, type Mapping } from '@radweave/artifacts';
import type { Image } from './image.ts';
import type { MaskSource } from './mask-source.ts';
import { type Examination, MASK, named, type SeriesFacts } from './rules.ts';
import { grouped, type Oddity, planeOf, type Stack } from './stack.ts';

/** Whose series it is, and what becomes of it. */
export interface Proposal {
  readonly patient: string;
  readonly stack: Stack;
  readonly facts: SeriesFacts;
  /** Its modality, `-` for left out, `?` for a question. */
  readonly modality: string;
  readonly because: string;
  /** The modality of a series that is left out only because others are asked for. */
  readonly unasked?: string;
  /** Where its lesion is outlined; null where nobody asks for it. */
  readonly mask: MaskSource | null;
}

export function oddities({ stack, facts: { odd } }: Proposal): Oddity[] {
  return odd === '' ? [...stack.notes] : [...stack.notes, { kind: odd, text: odd }];
}

/** Left out, and asked for. */
export const OUT = '-';
export const OPEN = '?';
/** Why a series is open that can be put in order. */
export const NO_RULE = 'no rule fits';

/** Why a series is what it is that the user named. */
export const DECIDED = 'your decision';
const A_MASK = 'a mask (';

/** Whether the user named this very series. */
export function isDecided({ because }: Proposal): boolean {
  return because.startsWith(DECIDED);
}

/** Whether it outlines a lesion on another series, also where masks are left out. */
export function isMask({ modality, because }: Proposal): boolean {
  return modality === MASK || because.startsWith(A_MASK);
}

/** Between several series for one modality of one patient: what is usual in studies of slices. */
const PREFERENCES: readonly [name: string, has: (one: Proposal) => boolean][] = [
  ['axial', ({ stack }) => stack.plane === 'axial'],
  ['not computed from others', ({ facts }) => !facts.imageType.startsWith('DERIVED')],
  ['of a soft kernel', ({ facts }) => !/bone|lung|sharp|edge|\b[BH]r?[67]\d|YC|\bUB$/i.test(facts.kernel)],
];

export interface Wishes {
  /** Modalities; null for all. */
  readonly wanted: readonly string[] | null;
  /** Whether masks choose slices or crop them; otherwise they are left out. */
  readonly usesMasks: boolean;
}

/** Names the series of all patients by decisions and rules; what stays unclear is a question. */
export function propose(
  stacks: readonly { patient: string; stack: Stack }[],
  { rules, decisions }: Mapping,
  wishes: Wishes,
): Proposal[] {
  const byPatient = groupBy(stacks, ({ patient }) => patient);
  const first = stacks.map(({ patient, stack }) => {
    const own = (byPatient.get(patient) ?? []).map((one) => one.stack);
    return nameOne({ patient, stack, examination: examinationOf(stack, own) }, { rules, decisions }, wishes);
  });
  const rivals = grouped(
    first.filter(({ modality }) => ![OUT, OPEN, MASK].includes(modality)),
    ({ patient, modality }) => JSON.stringify([patient, modality]),
  ).filter((group) => group.length > 1);
  const settled = new Map(rivals.flatMap((group) => settle(group)).map((one) => [one.stack, one]));
  return first.map((one) => settled.get(one.stack) ?? one);
}

/** What a mapping makes of one image alone; null where no rule fits. */
export function modalityOf(
  image: Image,
  { rules, decisions }: Mapping,
  wanted: Wishes['wanted'],
): string | null {
  const [frame] = image.frames;
  const plane = frame === undefined ? 'none' : planeOf(frame);
  const facts = { ...image.facts, plane, examination: { place: 1, of: 1 } };
  return decisions[image.series] ?? nameOf(image, facts, rules, wanted)?.modality ?? null;
}

function nameOf(
  { source }: Image,
  facts: SeriesFacts,
  rules: Mapping['rules'],
  wanted: Wishes['wanted'],
): { modality: string; because: string } | null {
  const called = facts.typed ?? facts.description;
  if (wanted?.includes(called) === true) return { modality: called, because: 'its own name' };
  const found = named(facts, rules);
  const [only, ...others] = wanted ?? [];
  if (found !== null || only === undefined || others.length > 0) return found;
  const isNamed = source.kind === 'dicom' || facts.description !== '';
  return isNamed ? null : { modality: only, because: 'the only one asked for, and its path names none' };
}

/** Which of a patient's examinations a stack is of, by their dates. @param own All stacks of the patient. */
function examinationOf(stack: Stack, own: readonly Stack[]): Examination {
  const began = new Map<string | undefined, string>();
  for (const { study, examined } of own.flatMap(({ images }) => images)) {
    const earlier = began.get(study) ?? examined;
    began.set(study, compareText(examined, earlier) < 0 ? examined : earlier);
  }
  const times = [...began.values()].sort(compareText);
  const of = times.length;
  const isOrdered = of === 1 || (times[0] !== '' && new Set(times).size === of);
  const place = times.indexOf(began.get(stack.images[0]?.study) ?? '') + 1;
  return { place: isOrdered ? place : null, of };
}

function nameOne(
  { patient, stack, examination }: { patient: string; stack: Stack; examination: Examination },
  { rules, decisions }: Mapping,
  { wanted, usesMasks }: Wishes,
): Proposal {
  const [image] = stack.images;
  if (image === undefined) throw new Error('a stack has an image');
  const facts = { ...image.facts, plane: stack.plane, examination };
  const one = { patient, stack, facts, mask: null };
  const decided = decisions[stack.id];
  const found =
    decided !== undefined ? { modality: decided, because: DECIDED } : nameOf(image, facts, rules, wanted);
  const fault = stack.fault === null ? '' : `, but ${stack.fault}`;
  if (found === null) return { ...one, modality: OPEN, because: `${NO_RULE}${fault}` };
  const { modality, because } = found;
  if (modality === OUT) return { ...one, modality, because };
  if (modality === MASK && usesMasks && image.source.kind === 'nifti') return { ...one, modality, because };
  if (modality === MASK) return { ...one, modality: OUT, because: `${A_MASK}${because})` };
  if (wanted !== null && !wanted.includes(modality)) {
    return {
      ...one,
      modality: OUT,
      because: `${modality} (${because}) is not asked for`,
      unasked: modality,
    };
  }
  if (fault !== '') return { ...one, modality: OPEN, because: `${modality} (${because})${fault}` };
  return { ...one, modality, because };
}

/** Of several series that could be one modality the decided one, else the preferred one; else all are questions. */
function settle(group: readonly Proposal[]): Proposal[] {
  let left = group.some(isDecided) ? group.filter(isDecided) : [...group];
  const reasons: string[] = left.length < group.length ? [DECIDED] : [];
  for (const [name, has] of PREFERENCES) {
    const better = left.filter(has);
    if (better.length === 0 || better.length === left.length) continue;
    left = better;
    reasons.push(name);
  }
  const [chosen] = left;
  return group.map((one) => {
    if (left.length === 1) {
      return one === chosen
        ? { ...one, because: `${one.because}; the one that is ${reasons.join(', ')}` }
        : {
            ...one,
            modality: OUT,
            because: `${one.modality} (${one.because}), but another series is ${reasons.join(', ')}`,
          };
    }
    return left.includes(one)
      ? {
          ...one,
          modality: OPEN,
          because: `${one.modality} (${one.because}), as ${left.length - 1} more of this patient`,
        }
      : {
          ...one,
          modality: OUT,
          because: `${one.modality} (${one.because}), but others are ${reasons.join(', ')}`,
        };
  });
}
