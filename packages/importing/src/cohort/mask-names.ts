import { basename, dirname } from 'node:path';
import { readdirSync } from '@radweave/artifacts/files';
import { isMaskFolder, saysMask, sortByName } from '@radweave/imaging';
import { FIRST_FILES, type NamedFile, namedFile } from '../series/named-files.ts';
import { isCalledMask, MASK } from '../series/rules.ts';

/** The images of a folder, and its masks, by their names. */
interface Sorted {
  readonly images: readonly string[];
  readonly masks: ReadonlySet<string>;
}

/** What names of files say of masks. Each folder is listed once. */
export class MaskNames {
  private readonly ending: RegExp;
  private readonly alsoMask: (stem: string) => boolean;
  private readonly folders = new Map<string, Sorted>();

  /**
   * @param ending Of the files that are images or masks.
   * @param alsoMask By its name without the ending, whatever is beside it.
   */
  constructor(ending: RegExp, alsoMask: (stem: string) => boolean = () => false) {
    this.ending = ending;
    this.alsoMask = alsoMask;
  }

  /**
   * @param name Path below the root, with slashes.
   * @param hospital Its folder holds images, however it is called.
   */
  isMask(path: string, name: string, hospital: string | null): boolean {
    if (this.alsoMask(this.stemOf(basename(path)))) return true;
    if (!this.ending.test(name)) return false;
    const folders = foldersOf(name).filter((part) => part !== hospital);
    return folders.some(isMaskFolder) || this.sorted(dirname(path)).masks.has(basename(path));
  }

  /**
   * Whose mask it is, as a series that rules know as a mask: `1_A_mask.nii` and `mask_1_A.nii` are that of `1_A.nii` beside them,
   * and `masks/1_A.nii` is named as without that folder.
   */
  maskAs(path: string, name: string, patterns: readonly string[]): NamedFile | null {
    const own = patterns.filter((pattern) => !FIRST_FILES.includes(pattern));
    const parts = [...foldersOf(name).filter((part) => !isMaskFolder(part)), basename(path)];
    const named =
      this.beside(path, name, patterns) ??
      known(name, own) ??
      known(parts.join('/'), patterns) ??
      known(name, patterns);
    if (named === null) return null;
    const { series } = named;
    return { ...named, series: isCalledMask(series) ? series : `${series} ${MASK}`.trim() };
  }

  /** The longest name of an image that this name has, with more at its end, or with words for masks anywhere. */
  private beside(path: string, name: string, patterns: readonly string[]): NamedFile | null {
    const stem = this.stemOf(basename(path));
    const { images } = this.sorted(dirname(path));
    const found = images.flatMap((image) => {
      const rest = restOf(stem, this.stemOf(image));
      return rest === null ? [] : [{ image, rest }];
    });
    found.sort((a, b) => b.image.length - a.image.length);
    for (const { image, rest } of found) {
      const named = known([...foldersOf(name), image].join('/'), patterns);
      if (named !== null) return { ...named, series: `${named.series} ${rest.replaceAll('_', ' ')}`.trim() };
    }
    return null;
  }

  private stemOf(file: string): string {
    return file.replace(this.ending, '');
  }

  private sorted(folder: string): Sorted {
    let sorted = this.folders.get(folder);
    if (sorted === undefined) {
      const files = readdirSync(folder).filter((file) => this.ending.test(file));
      const { slices, masks } = sortByName(files);
      const images = slices.filter((file) => !this.alsoMask(this.stemOf(file)));
      sorted = { images, masks: new Set(masks) };
      this.folders.set(folder, sorted);
    }
    return sorted;
  }
}

function foldersOf(name: string): string[] {
  return name.split('/').slice(0, -1);
}

function known(name: string, patterns: readonly string[]): NamedFile | null {
  const named = namedFile(name, patterns);
  return named === 'out' ? null : named;
}

/** What the name of a mask has beside that of its image; null where it is not that image's. */
function restOf(mask: string, image: string): string | null {
  const [own, whole] = [image, mask].map((name) => name.toLowerCase().split(/[ ._-]/)) as [
    string[],
    string[],
  ];
  const from = own.findIndex((word, i) => word !== whole[i]);
  const at = from < 0 ? own.length : from;
  const n = whole.length - own.length;
  if (n <= 0 || whole.slice(at + n).join(' ') !== own.slice(at).join(' ')) return null;
  if (at === own.length) return mask.slice(image.length + 1);
  const words = mask.split(/[ ._-]/).slice(at, at + n);
  return words.every(saysMask) ? words.join(' ') : null;
}
