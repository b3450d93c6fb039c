import { compareText } from '@radweave/artifacts';
import type { Examination } from './rules.ts';
import type { Stack } from './stack.ts';

/** Which of a patient's examinations a stack is of, by their dates. @param own All stacks of the patient. */
export function examinationOf(stack: Stack, own: readonly Stack[]): Examination {
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
