import type { Dataset } from '../dicom/dataset.ts';
import { TAG } from '../dicom/tags.ts';
import type { Samples } from '../pixels/samples.ts';
import type { Values } from './rescale.ts';

/** Makes NaN of what fills up an image around its field of view: it is part of no range (PS3.3, C.7.5.1.1.2). */
export function blankPadding(values: Values, samples: Samples, dataset: Dataset): Values {
  const isSigned = samples instanceof Int16Array || samples instanceof Int8Array;
  const read = (tag: number): number | undefined =>
    (isSigned ? dataset.signedShorts(tag) : dataset.shorts(tag))[0];
  const padding = read(TAG.padding);
  if (padding === undefined) return values;
  const limit = read(TAG.paddingLimit) ?? padding;
  const [low, high] = [Math.min(padding, limit), Math.max(padding, limit)];
  return values.map((value, i) => {
    const sample = samples[i] as number;
    return sample >= low && sample <= high ? Number.NaN : value;
  });
}
