import { basename, join, relative, resolve, sep } from 'node:path';
import {
  compareText,
  localPlace,
  naturalCompare,
  readPhantomMark,
  requireNamed,
  SLICE_LAYOUT,
  systemCode,
  UsageError,
} from '@radweave/artifacts';
import { type Dirent, readdirSync, statSync } from '@radweave/artifacts/files';
import { sortByName } from '@radweave/imaging';
import { classesNamed, classesOf, classKey, isGrade } from './class-folders.ts';
import { addForeign, foreignBelow, foreignEnding, importAdvice, textOf } from './foreign.ts';
import { type FoundCohort, type FoundPatient, personKey } from './found.ts';

interface ClassFolder {
  path: string;
  /** Its name; null for the folder of a hospital, or of all, whose patients' classes are in a table. */
  folder: string | null;
  hospital: string;
}

/** One that has a name of its own. */
type NamedFolder = ClassFolder & { folder: string };

/** Until the table has told the label. */
const NO_LABEL = -1;

/**
 * Walks `ROOT/HOSPITAL/[foldK/]CLASS/{patient}/{modality}/*.png`, where CLASS is `grade{label}`, or has a name that
 * `classesOf` gives a label. The depth is fixed, so links that lead back up end by themselves; everything is in an order that
 * does not depend on the file system. A root that is itself a hospital's folder is that one hospital.
 *
 * @param labels names of the classes in the order of their labels; null: as the folders are called.
 * @param listed hospitals of the table that tells of the patients: then folders of patients may also lie directly in that of
 *   their hospital, or in the root. Null without a table.
 * @throws UsageError when the root is not a folder or nothing in it follows the layout; DataError when it is not clear which
 *   folders are classes.
 */
export function walkCohort(
  rootDir: string,
  modalities: readonly string[],
  labels: readonly string[] | null = null,
  listed: ReadonlySet<string> | null = null,
): FoundCohort {
  const root = resolve(localPlace(rootDir));
  requireNamed('folder', root, '--root_dir', {
    hint: 'Check the path: --root_dir, or data.root_dir of the configuration, must name the folder of the hospitals',
  });
  const walk = new Walk(modalities, labels, listed);
  const own = walk.folders(root);
  const named = (path: string): { path: string; name: string } => ({
    path,
    name: basename(path).normalize('NFC'),
  });
  if (listed !== null && walk.holdsPatients(root)) walk.hospitals([{ path: root, name: '' }]);
  else
    walk.hospitals(walk.isHospital(root, own) ? [named(root)] : own.map((name) => named(join(root, name))));
  if (walk.found.patients.length === 0) {
    const foreign = foreignBelow(root);
    const there = foreign.size === 0 ? '' : `; images of other formats are (${textOf(foreign)})`;
    throw new UsageError('E_EMPTY_ROOT', `no patient folder was found${there}`, {
      where: root,
      hint:
        importAdvice(foreign.keys(), root) ??
        `The layout is ROOT/${SLICE_LAYOUT}; class folders of other names are known by the modality folders (--modalities) in them, or by --labels`,
    });
  }
  const misplaced = walk.found.misplaced
    .map((path) => relative(root, path).normalize('NFC'))
    .sort(compareText);
  return { ...walk.found, patients: walk.withoutEmptied(), misplaced };
}

const FOLD = /^fold\d+$/i;
const PNG = /\.png$/i;

export class Walk {
  readonly found: FoundCohort = {
    hospitals: [],
    labels: null,
    patients: [],
    slices: [],
    masks: [],
    doubtful: [],
    unread: [],
    misplaced: [],
    phantoms: new Map(),
    foreign: new Map(),
    ignored: {},
    table: null,
  };
  private readonly modalities: ReadonlySet<string>;
  private readonly labels: readonly string[] | null;
  private readonly listed: ReadonlySet<string> | null;
  /** Folders of patients in which there is nothing. */
  private readonly empty = new Set<FoundPatient>();

  constructor(
    modalities: readonly string[],
    labels: readonly string[] | null,
    listed: ReadonlySet<string> | null,
  ) {
    this.modalities = new Set(modalities);
    this.labels = labels;
    this.listed = listed;
  }

  /** Whether a folder with these folders in it is that of a hospital, not of several. */
  isHospital(path: string, own: readonly string[]): boolean {
    if (own.some((name) => this.isPart(name))) return true;
    if (own.some((name) => this.listed?.has(name.normalize('NFC')))) return false;
    const below = own.map((name) => ({ path: join(path, name), names: namesOf(join(path, name)) }));
    if (this.labels !== null || below.some(({ names }) => names.some((name) => this.isPart(name))))
      return false;
    const areHospitals = below.some((one) =>
      one.names.some((name) => this.holdsPatients(join(one.path, name))),
    );
    return !areHospitals && below.some((one) => this.holdsPatients(one.path));
  }

  hospitals(hospitals: readonly { path: string; name: string }[]): void {
    const all = hospitals.map(({ path, name }) => ({ path, name, ...this.candidates(path, name) }));
    const hasGrades = all.some(({ classes }) => classes.some(({ folder }) => this.isClass(folder)));
    const chosen: ClassFolder[] = [];
    for (const { path, name, parts, classes } of all) {
      if (this.listed !== null && this.holdsPatients(path)) {
        this.found.hospitals.push(name);
        chosen.push({ path, folder: null, hospital: name });
        continue;
      }
      const isOne = hasGrades
        ? parts.some((part) => this.isPart(part))
        : classes.some((one) => this.holdsPatients(one.path));
      if (!isOne) {
        this.ignore('folder without grades');
        this.found.unread.push({ hospital: name, folder: null, holds: parts });
        continue;
      }
      this.found.hospitals.push(name);
      this.found.phantoms.set(name, new Set(readPhantomMark(path)));
      for (const one of classes) {
        // With names given, all others are left out; without, a name of its own among grades is a question.
        const isLeftOut =
          !this.isClass(one.folder) && (this.labels !== null || !this.holdsPatients(one.path));
        if (isLeftOut) this.leaveOut(one);
        else chosen.push(one);
      }
    }
    const { names, labelOf } = classesOf(
      chosen.flatMap(({ path, folder, hospital }) =>
        folder === null ? [] : [{ path, folder, hospital, patients: namesOf(path) }],
      ),
      this.labels,
    );
    this.found.labels = names;
    for (const one of chosen) this.patients(one, one.folder === null ? NO_LABEL : labelOf(one.folder));
  }

  /** Folders that may be those of classes, directly in a hospital's folder or in its folds. */
  private candidates(path: string, hospital: string): { parts: string[]; classes: NamedFolder[] } {
    const parts = this.folders(path);
    const at = (place: string, folder: string): NamedFolder => ({
      path: join(place, folder),
      folder,
      hospital,
    });
    const classes = parts.flatMap((part) =>
      FOLD.test(part)
        ? this.folders(join(path, part)).map((folder) => at(join(path, part), folder))
        : [at(path, part)],
    );
    return { parts, classes };
  }

  private isPart(folder: string): boolean {
    return FOLD.test(folder) || this.isClass(folder);
  }

  private isClass(folder: string): boolean {
    return this.labels === null ? isGrade(folder) : classesNamed(this.labels).has(classKey(folder));
  }

  /** Whether there are modalities where those of patients would be. */
  holdsPatients(path: string): boolean {
    return namesOf(path).some((patient) =>
      namesOf(join(path, patient)).some((modality) =>
        this.modalities.size === 0
          ? readdirSync(join(path, patient, modality)).some((file) => PNG.test(file))
          : this.modalities.has(modality.normalize('NFC')),
      ),
    );
  }

  private leaveOut({ path, folder, hospital }: NamedFolder): void {
    this.ignore('folder that is no grade');
    this.found.unread.push({ hospital, folder, holds: this.folders(path) });
  }

  private patients({ path, folder, hospital }: ClassFolder, label: number): void {
    for (const patient of this.folders(path)) {
      this.patient(join(path, patient), { patient: patient.normalize('NFC'), hospital, label, folder });
    }
  }

  patient(path: string, who: Omit<FoundPatient, 'folders'>): void {
    const folders = this.folders(path);
    const place = { ...who, folders };
    this.found.patients.push(place);
    const before = this.found.slices.length;
    for (const modality of folders) {
      if (this.modalities.has(modality.normalize('NFC'))) this.slices(join(path, modality), modality, place);
      else this.ignore('folder of another modality');
    }
    if (this.found.slices.length === before && holdsNothing(path)) this.empty.add(place);
  }

  /** The patients without the empty folders that stay behind when slices of a patient are moved to another class. */
  withoutEmptied(): FoundPatient[] {
    const keyOf = ({ hospital, patient }: FoundPatient): string => personKey(hospital, patient);
    const full = new Set(this.found.patients.filter((one) => !this.empty.has(one)).map(keyOf));
    return this.found.patients.filter((one) => {
      const isEmptied = this.empty.has(one) && full.has(keyOf(one));
      if (isEmptied) this.ignore('empty folder of a patient who has another');
      return !isEmptied;
    });
  }

  slices(path: string, modality: string, place: Omit<FoundPatient, 'folders' | 'folder'>): void {
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
      const ending = foreignEnding(file);
      if (ending === null) continue;
      const foreign = this.found.foreign.get(hospital) ?? { counts: new Map(), folder: path };
      this.found.foreign.set(hospital, foreign);
      addForeign(foreign.counts, ending);
    }
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
      if (kind === 'special') this.ignore('not a regular file (pipe, socket or device)');
      if (kind !== wanted && (kind === 'folder' || (kind === 'file' && PNG.test(entry.name)))) {
        this.found.misplaced.push(join(path, entry.name));
      }
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
function kindOf(folder: string, entry: Dirent): 'file' | 'folder' | 'special' | 'broken' {
  if (entry.isFile()) return 'file';
  if (entry.isDirectory()) return 'folder';
  try {
    const target = statSync(join(folder, entry.name));
    if (target.isDirectory()) return 'folder';
    return target.isFile() ? 'file' : 'special';
  } catch (error) {
    if (['ENOENT', 'ELOOP'].includes(systemCode(error) ?? '')) return 'broken';
    throw error;
  }
}

/** Whether there is no file below a folder, hidden ones left out. */
function holdsNothing(path: string): boolean {
  return readdirSync(path, { withFileTypes: true }).every(
    (entry) => entry.name.startsWith('.') || (entry.isDirectory() && holdsNothing(join(path, entry.name))),
  );
}

/** Names of the folders in a folder, hidden ones left out, without counting what is passed over. */
export function namesOf(path: string): string[] {
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => !entry.name.startsWith('.') && kindOf(path, entry) === 'folder')
    .map(({ name }) => name);
}
