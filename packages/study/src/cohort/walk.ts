import { basename, join, resolve, sep } from 'node:path';
import {
  compareText,
  naturalCompare,
  readPhantomMark,
  SLICE_LAYOUT,
  systemCode,
  UsageError,
} from '@radweave/artifacts';
import { type Dirent, existsSync, readdirSync, statSync } from '@radweave/artifacts/files';
import { sortByName } from './mask-names.ts';

/** A slice file found under the root, where its folders place it. */
export interface FoundSlice {
  path: string;
  file: string;
  hospital: string;
  label: number;
  patient: string;
  modality: string;
}

/** A patient's folder: it exists even when it holds no slice of an asked modality. */
export interface FoundPatient {
  patient: string;
  hospital: string;
  label: number;
  /** Names of the folders in it, whatever they hold. */
  folders: readonly string[];
}

/** A folder that was not read, because its name has no place in the layout. */
export interface UnreadFolder {
  hospital: string;
  /** Its name where a grade folder was expected; null when the hospital has no grade folder at all. */
  folder: string | null;
  /** Names of the folders in it. */
  holds: readonly string[];
}

/** What lies under a data root. */
export interface FoundCohort {
  hospitals: string[];
  patients: FoundPatient[];
  slices: FoundSlice[];
  /** Files whose names say that they are masks. */
  masks: FoundSlice[];
  /** Those of the slices whose names say that they may be masks. */
  doubtful: FoundSlice[];
  unread: UnreadFolder[];
  /** Patients that the phantom made, by hospital. */
  phantoms: Map<string, Set<string>>;
  /** Files of modality folders that look like images but are not PNG: how many, by hospital and extension. */
  foreign: Map<string, Map<string, number>>;
  /** How many files and folders were passed over, by reason. */
  ignored: Record<string, number>;
}

/**
 * Walks `ROOT/HOSPITAL/[foldK/]grade{label}/{patient}/{modality}/*.png`. The depth is fixed, so links that lead back up end
 * by themselves; everything is in an order that does not depend on the file system. A root that is itself a hospital's
 * folder is that one hospital.
 *
 * @throws UsageError when the root is not a folder or nothing in it follows the layout.
 */
export function walkCohort(rootDir: string, modalities: readonly string[]): FoundCohort {
  const root = resolve(rootDir);
  if (!existsSync(root)) {
    throw new UsageError('E_NO_ROOT', 'the data root does not exist', {
      where: root,
      hint: 'Give --root_dir',
    });
  }
  const walk = new Walk(modalities);
  const own = walk.folders(root);
  if (own.some(isHospitalPart)) walk.hospital(root, basename(root));
  else for (const name of own) walk.hospital(join(root, name), name);
  if (walk.found.patients.length === 0) {
    throw new UsageError('E_EMPTY_ROOT', 'no patient folder was found', {
      where: root,
      hint: `The layout is ROOT/${SLICE_LAYOUT}`,
    });
  }
  return walk.found;
}

const FOLD = /^fold\d+$/i;
const GRADE = /^grade(\d{1,9})$/i;
const PNG = /\.png$/i;
/** What images are kept in besides PNG; a file without an extension is often DICOM. */
const OTHER_IMAGE =
  /^[^.]+$|\.(?:dcm|dicom|ima|nii|nii\.gz|nrrd|mha|mhd|jpe?g|jp2|tiff?|bmp|gif|webp|npy|npz)$/i;

function isHospitalPart(name: string): boolean {
  return FOLD.test(name) || GRADE.test(name);
}

class Walk {
  readonly found: FoundCohort = {
    hospitals: [],
    patients: [],
    slices: [],
    masks: [],
    doubtful: [],
    unread: [],
    phantoms: new Map(),
    foreign: new Map(),
    ignored: {},
  };
  private readonly modalities: ReadonlySet<string>;

  constructor(modalities: readonly string[]) {
    this.modalities = new Set(modalities);
  }

  hospital(path: string, name: string): void {
    const parts = this.folders(path);
    if (!parts.some(isHospitalPart)) {
      this.ignore('folder without grades');
      this.found.unread.push({ hospital: name.normalize('NFC'), folder: null, holds: parts });
      return;
    }
    this.found.hospitals.push(name.normalize('NFC'));
    this.found.phantoms.set(name.normalize('NFC'), new Set(readPhantomMark(path)));
    for (const part of parts) {
      if (FOLD.test(part)) {
        for (const grade of this.folders(join(path, part))) this.grade(join(path, part, grade), grade, name);
      } else {
        this.grade(join(path, part), part, name);
      }
    }
  }

  private grade(path: string, folder: string, hospital: string): void {
    const label = GRADE.exec(folder)?.[1];
    if (label === undefined) {
      this.ignore('folder that is no grade');
      this.found.unread.push({ hospital: hospital.normalize('NFC'), folder, holds: this.folders(path) });
      return;
    }
    for (const patient of this.folders(path)) {
      const folders = this.folders(join(path, patient));
      const place = {
        patient: patient.normalize('NFC'),
        hospital: hospital.normalize('NFC'),
        label: Number(label),
        folders,
      };
      this.found.patients.push(place);
      for (const modality of folders) {
        if (this.modalities.has(modality.normalize('NFC')))
          this.slices(join(path, patient, modality), modality, place);
        else this.ignore('folder of another modality');
      }
    }
  }

  private slices(path: string, modality: string, place: FoundPatient): void {
    const { patient, hospital, label } = place;
    const found = modality.normalize('NFC');
    const files = this.entries(path, 'file').sort(naturalCompare);
    const images = sortByName(files.filter((file) => PNG.test(file)));
    for (const kind of ['slices', 'masks', 'doubtful'] as const) {
      for (const file of images[kind]) {
        // Named one by one: there are a hundred thousand of these, and spreading objects takes as long as reading folders.
        this.found[kind].push({
          path: path + sep + file,
          file: file.normalize('NFC'),
          hospital,
          label,
          patient,
          modality: found,
        });
      }
    }
    for (const file of files.filter((one) => !PNG.test(one))) {
      this.ignore('file that is no PNG');
      if (OTHER_IMAGE.test(file)) this.addForeign(hospital, file);
    }
  }

  private addForeign(hospital: string, file: string): void {
    const extension = /\.(?:nii\.gz|[^.]+)$/i.exec(file)?.[0].toLowerCase() ?? 'without an extension';
    const counts = this.found.foreign.get(hospital) ?? new Map<string, number>();
    this.found.foreign.set(hospital, counts.set(extension, (counts.get(extension) ?? 0) + 1));
  }

  /** Names of the folders in a folder, hidden ones left out. */
  folders(path: string): string[] {
    return this.entries(path, 'folder').sort(compareText);
  }

  private entries(path: string, wanted: 'file' | 'folder'): string[] {
    const entries = readdirSync(path, { withFileTypes: true }).filter((entry) => {
      if (entry.name.startsWith('.')) {
        if (wanted === 'file') this.ignore('hidden file');
        else if (entry.isDirectory()) this.ignore('hidden folder');
        return false;
      }
      const kind = kindOf(path, entry);
      if (kind === 'broken') this.ignore('broken link');
      return kind === wanted;
    });
    return entries.map(({ name }) => name);
  }

  private ignore(reason: string): void {
    this.found.ignored[reason] = (this.found.ignored[reason] ?? 0) + 1;
  }
}

/**
 * Follows links; one that leads nowhere or in a circle (ELOOP) is broken. Asking for each file would take longer than
 * reading the folders, so only what the folder does not tell is asked for.
 */
function kindOf(folder: string, entry: Dirent): 'file' | 'folder' | 'broken' {
  if (entry.isFile()) return 'file';
  if (entry.isDirectory()) return 'folder';
  try {
    return statSync(join(folder, entry.name)).isDirectory() ? 'folder' : 'file';
  } catch (error) {
    if (['ENOENT', 'ELOOP'].includes(systemCode(error) ?? '')) return 'broken';
    throw error;
  }
}
