import { basename, dirname, join } from 'node:path';
import { existsSync, readdirSync } from '@radweave/artifacts/files';
import { isImageFolder, isMaskFolder, saysMask, sortByName } from '@radweave/imaging';
import { FIRST_FILES, type NamedFile, namedFile, type PathNaming } from '../series/named-files.ts';
import { isCalledMask, MASK } from '../series/rules.ts';

/** The images of a folder, and its masks, by their names. */
interface Sorted {
  readonly images: readonly string[];
  readonly masks: ReadonlySet<string>;
  readonly folders: readonly string[];
}

/** An image that a mask may be of, and what the mask is called beside it. */
interface Candidate {
  /** Path below the root, with slashes. */
  readonly image: string;
  readonly rest: string;
}

/** What names of files say of masks. Each folder is listed once. */
export class MaskNames {
  private readonly ending: RegExp;
  private readonly naming: PathNaming;
  private readonly alsoMask: (stem: string) => boolean;
  private readonly folders = new Map<string, Sorted>();

  /**
   * @param ending Of the files that are images or masks.
   * @param alsoMask By its name without the ending, whatever is beside it.
   */
  constructor(ending: RegExp, naming: PathNaming, alsoMask: (stem: string) => boolean = () => false) {
    this.ending = ending;
    this.naming = naming;
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
   * `labelsTr/1_A.nii` that of `imagesTr/1_A.nii`, and otherwise `masks/1_A.nii` is named as without that folder.
   */
  maskAs(path: string, name: string): NamedFile | null {
    const { patterns } = this.naming;
    const own = patterns.filter((pattern) => !FIRST_FILES.includes(pattern));
    const parts = [...foldersOf(name).filter((part) => !isMaskFolder(part)), basename(path)];
    const named =
      this.beside(path, name) ??
      this.known(name, own) ??
      this.acrossFolders(path, name) ??
      this.known(parts.join('/')) ??
      this.known(name);
    if (named === null) return null;
    const { series } = named;
    return { ...named, series: isCalledMask(series) ? series : `${series} ${MASK}`.trim() };
  }

  /** The longest name of an image that this name has, with more at its end, or with words for masks anywhere. */
  private beside(path: string, name: string): NamedFile | null {
    return this.longest(this.candidates(dirname(path), foldersOf(name), basename(path)));
  }

  /** The image of that name in a folder that stands beside that of the masks, or holds it. */
  private acrossFolders(path: string, name: string): NamedFile | null {
    const file = basename(path);
    const stem = this.stemOf(file).toLowerCase();
    const all = this.counterparts(path, name).flatMap(({ folder, parts }) => {
      const same = this.sorted(folder).images.filter((image) => isOf(stem, this.stemOf(image).toLowerCase()));
      return same.length === 0
        ? this.candidates(folder, parts, file)
        : same.map((image) => ({ image: [...parts, image].join('/'), rest: '' }));
    });
    const same = all.filter(({ rest }) => rest === '');
    if (same.length === 0) return this.longest(all);
    const named = same.flatMap(({ image }) => this.known(image) ?? []);
    const [first = null, ...others] = named;
    if (
      first === null ||
      others.some(({ patient, hospital }) => patient !== first.patient || hospital !== first.hospital)
    )
      return null;
    // One mask of several channels.
    return others.length === 0 ? first : { ...first, series: '' };
  }

  private counterparts(path: string, name: string): { folder: string; parts: string[] }[] {
    const folders = foldersOf(name);
    const root = path.slice(0, path.length - name.length);
    return folders.flatMap((folder, i) => {
      if (!isMaskFolder(folder)) return [];
      const [above, below] = [folders.slice(0, i), folders.slice(i + 1)];
      const beside = this.sorted(join(root, ...above)).folders.filter((one) => !isMaskFolder(one));
      const called = beside.filter(isImageFolder);
      return [[], ...(called.length > 0 ? called : beside).map((one) => [one])]
        .map((one) => [...above, ...one, ...below])
        .map((parts) => ({ folder: join(root, ...parts), parts }))
        .filter((one) => existsSync(one.folder));
    });
  }

  private candidates(folder: string, parts: readonly string[], file: string): Candidate[] {
    const stem = this.stemOf(file);
    return this.sorted(folder).images.flatMap((image) => {
      const rest = restOf(stem, this.stemOf(image));
      return rest === null ? [] : [{ image: [...parts, image].join('/'), rest }];
    });
  }

  private longest(found: Candidate[]): NamedFile | null {
    found.sort((a, b) => b.image.length - a.image.length);
    for (const { image, rest } of found) {
      const named = this.known(image);
      if (named !== null) return { ...named, series: `${named.series} ${rest.replaceAll('_', ' ')}`.trim() };
    }
    return null;
  }

  private known(name: string, patterns: readonly string[] = this.naming.patterns): NamedFile | null {
    const named = namedFile(name, { ...this.naming, patterns });
    return named === 'out' ? null : named;
  }

  private stemOf(file: string): string {
    return file.replace(this.ending, '');
  }

  private sorted(folder: string): Sorted {
    let sorted = this.folders.get(folder);
    if (sorted === undefined) {
      const entries = readdirSync(folder, { withFileTypes: true });
      const names = entries.map(({ name }) => name);
      const { slices, masks } = sortByName(names.filter((file) => this.ending.test(file)));
      const images = slices.filter((file) => !this.alsoMask(this.stemOf(file)));
      const folders = entries.filter((one) => one.isDirectory()).map(({ name }) => name);
      sorted = { images, masks: new Set(masks), folders };
      this.folders.set(folder, sorted);
    }
    return sorted;
  }
}

/** Whether an image is called as its mask, or is a channel of it, as nnU-Net has them: `case_0000` of `case`. */
function isOf(mask: string, image: string): boolean {
  return image === mask || (image.startsWith(`${mask}_`) && /^\d{4}$/.test(image.slice(mask.length + 1)));
}

function foldersOf(name: string): string[] {
  return name.split('/').slice(0, -1);
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
