/** Words that make a file a mask wherever they stand in its name. */
const ANYWHERE =
  /^(?:\p{L}*(?<!un)masks?|\p{L}*maske|segmentations?|annotations?|delineations?|groundtruth)$/u;
/** Words that do so at the very end, where a number would say that they count something. */
const AT_END = /^(?:segs?|labels?|gts?|annos?|annots?|truth|contours?|outlines?)$/;
const CHINESE = /(?:掩膜|掩码|掩模|蒙版|标注|标签|分割|勾画|轮廓)\d*$/u;
/** Words for what is outlined. A mask is called so, and so is a slice that was cut out around a lesion. */
const OUTLINED = /^(?:rois?|lesions?|tumou?rs?|nodules?|bbox|bboxes|overlays?)$/;
const OUTLINED_CHINESE = /(?:病灶|肿瘤|结节|感兴趣区域?)(?=\d*$)/u;

/** The files of a folder by what their names say, each group in the order in which they were given. */
export interface NamedImages {
  slices: string[];
  /** Masks, segmentations, label maps and outlines. */
  masks: string[];
  /** Those of the slices that may be masks: called so, with nothing beside them that they would be the mask of. */
  doubtful: string[];
}

/**
 * Sorts the files of one folder by their names.
 *
 * A name with `mask`, or ending in `seg` or `label`, is a mask: `x_mask.png`, `x-seg.png`, `mask_001.png`, `tumorMask.png`,
 * `x.gt.png`; `seg_x.png` is one where `x.png` is there too. A name that ends in a word for what is outlined, such as `x_roi.png` or `x_Lesion_2.png`, is a mask where the
 * same name without that word (`x.png`, `x_2.png`) is there too; alone it may be a slice, and is doubtful.
 *
 * @param files names or paths.
 */
export function sortByName(files: readonly string[]): NamedImages {
  const sorted: NamedImages = { slices: [], masks: [], doubtful: [] };
  let names: ReadonlySet<string> | undefined;
  for (const file of files) {
    const words = wordsOf(file);
    const outlined = withoutOutlined(words);
    const plain = AT_END.test(words[0] ?? '') ? words.slice(1).join(' ') : outlined;
    if (plain !== undefined) names ??= new Set(files.map((one) => wordsOf(one).join(' ')));
    if (isMask(words) || (plain !== undefined && names?.has(plain))) {
      sorted.masks.push(file);
    } else {
      sorted.slices.push(file);
      if (outlined !== undefined) sorted.doubtful.push(file);
    }
  }
  return sorted;
}

/** Letters and numbers of a name, in lower case and apart: `x_01Mask.png` gives x, 01, mask. */
function wordsOf(file: string): string[] {
  const stem = file
    .normalize('NFC')
    .replace(/^.*[/\\]/s, '')
    .replace(/\.[^.]*$/, '')
    .replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .replace(OUTLINED_CHINESE, ' $& ');
  return stem.toLowerCase().match(/\p{L}+|\p{N}+/gu) ?? [];
}

function isMask(words: readonly string[]): boolean {
  const last = words.at(-1) ?? '';
  return (
    AT_END.test(last) || words.some((word) => ANYWHERE.test(word)) || CHINESE.test(words.slice(-2).join(''))
  );
}

/** The name without the word for what is outlined; undefined where it does not end in one and, at most, its number. */
function withoutOutlined(words: readonly string[]): string | undefined {
  const at = words.findLastIndex((word) => /\p{L}/u.test(word));
  const word = words[at] ?? '';
  return OUTLINED.test(word) || OUTLINED_CHINESE.test(word) ? words.toSpliced(at, 1).join(' ') : undefined;
}
