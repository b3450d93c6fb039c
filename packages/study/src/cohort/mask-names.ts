/** Words that make a file a mask wherever they stand in its name. */
const ANYWHERE = /^(?:\p{L}*(?<!un)masks?|segmentations?|annotations?|groundtruth)$/u;
/** Words that do so at the very end, where a number would say that they count something. */
const AT_END = /^(?:segs?|labels?|gts?|annos?|annots?|truth|contours?)$/;
const CHINESE = /(?:掩膜|掩码|掩模|标注|标签|分割)\d*$/u;

/**
 * Whether a file's name says that it is a mask, a segmentation or a label map: `x_mask.png`, `x-seg.png`, `mask_001.png`,
 * `tumorMask.png`, `x.gt.png`.
 */
export function isMaskName(file: string): boolean {
  const stem = file.normalize('NFC').replace(/\.[^.]*$/, '');
  const words = stem
    .replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}]+/u);
  const last = words.at(-1) ?? '';
  return CHINESE.test(stem) || AT_END.test(last) || words.some((word) => ANYWHERE.test(word));
}
