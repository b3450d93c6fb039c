/** Words that make a file a mask wherever they stand in its name. */
const ANYWHERE =
  /^(?:\p{L}*(?<!un)masks?|\p{L}*maske|segmentations?|annotations?|delineations?|groundtruth)$/u;
/** Words that do so at the very end, where a number would say that they count something. */
const AT_END = /^(?:d?segs?|labels?|gts?|annos?|annots?|truth|contours?|outlines?)$/;
const CHINESE = /(?:掩膜|掩码|掩模|蒙版|标注|标签|分割|勾画|轮廓)\d*$/u;
/** Words for what is outlined. A mask is called so, and so is a slice that was cut out around a lesion. */
const OUTLINED = /^(?:rois?|lesions?|tumou?rs?|nodules?|bbox|bboxes|overlays?)$/;
const OUTLINED_CHINESE = /(?:病灶|肿瘤|结节|感兴趣区域?)(?=\d*$)/u;

/** Words beside the others in the name of a folder of masks: nnU-Net has `labelsTr`. */
const OF_FOLDER = /^(?:tr|ts|train|test|val|ground)$/;

const IMAGES = /^(?:images?|imgs?|volumes?|scans?|图像|影像|原图)$/u;

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
 * `x.gt.png`; `seg_x.png` is one where `x.png` is there too. A name with a word for what is outlined at its end or start, such as
 * `x_roi.png`, `x_Lesion_2.png` or `roi_x.png`, is a mask where the same name without that word (`x.png`, `x_2.png`) is there too;
 * alone it may be a slice, and where it ends so is doubtful.
 *
 * @param files names or paths.
 */
export function sortByName(files: readonly string[]): NamedImages {
  const sorted: NamedImages = { slices: [], masks: [], doubtful: [] };
  let names: ReadonlySet<string> | undefined;
  for (const file of files) {
    const words = wordsOf(file);
    const outlined = withoutOutlined(words);
    const [first = ''] = words;
    const plain = AT_END.test(first) || OUTLINED.test(first) ? words.slice(1).join(' ') : outlined;
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

/** Whether a folder of this name holds masks alone: `masks`, `lesion_seg`, `labelsTr`. One that counts (`label1`) may be a class. */
export function isMaskFolder(name: string): boolean {
  const own = ownWords(name);
  return isMask(own) && own.every(isMaskWord);
}

/** Whether a folder of this name says no more than that it holds images: `images`, `imagesTr`. */
export function isImageFolder(name: string): boolean {
  const own = ownWords(name);
  return own.length > 0 && own.every((word) => IMAGES.test(word));
}

/** Of the name of a folder, without those of a set. */
function ownWords(name: string): string[] {
  return wordsIn(name).filter((word) => !OF_FOLDER.test(word));
}

/** Whether nothing but words for masks, or for what they outline, is in a part of a name. */
export function saysMask(part: string): boolean {
  const words = wordsIn(part);
  return words.length > 0 && words.every(isMaskWord);
}

function isMaskWord(word: string): boolean {
  return [ANYWHERE, AT_END, CHINESE, OUTLINED, OUTLINED_CHINESE].some((known) => known.test(word));
}

function wordsOf(file: string): string[] {
  return wordsIn(file.replace(/^.*[/\\]/s, '').replace(/(?:\.nii)?\.[^.]*$/i, ''));
}

/** Letters and numbers of a name, in lower case and apart: `x_01Mask` gives x, 01, mask. */
function wordsIn(name: string): string[] {
  const stem = name
    .normalize('NFC')
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
