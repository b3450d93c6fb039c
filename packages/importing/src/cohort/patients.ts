import { randomInt } from 'node:crypto';
import {
  bareId,
  DataError,
  folderName,
  type ListedPatient,
  naturalCompare,
  type Pseudonym,
  UsageError,
} from '@radweave/artifacts';
import { and } from '@radweave/remarks';
import type { Image } from '../series/image.ts';
import type { PathNaming } from '../series/named-files.ts';
import { grouped } from '../series/stack.ts';

/** A patient of the export, under the name that is written. */
export interface ImportedPatient {
  readonly hospital: string;
  /** A number, or the name of a class; null where nobody said it. */
  readonly label: string | null;
  readonly pseudonym: string;
  readonly images: readonly Image[];
}

/** Who is who: one hospital and label for all, or a table. */
export interface Who {
  readonly hospital: string | null;
  readonly label: string | null;
  readonly listed: readonly ListedPatient[] | null;
  /** The IDs that the table has of each hospital, also of those whose rows are not asked for; none without a table of patients. */
  readonly hospitals: ReadonlyMap<string, ReadonlySet<string>>;
}

/**
 * Says the hospital of a patient: the one that a folder of the path is called after, where the table has it, else that of the only row with this
 * ID. Null where several hospitals have a patient of this ID, and where nobody says it.
 *
 * @throws DataError where folders of a path are called after several hospitals that may be the patient's.
 */
export type HospitalOf = (patient: string, path: string) => string | null;

/** Who a table names: folders called after its hospitals are nobody's. */
export function namesIn({ hospitals }: Who): Pick<PathNaming, 'hospitals' | 'patients'> {
  const patients = new Set([...hospitals.values()].flatMap((ids) => [...ids]));
  return { patients, hospitals: new Set([...hospitals.keys()].filter((name) => !patients.has(name))) };
}

export function hospitalsOf({ hospital, hospitals, listed }: Who): HospitalOf {
  const rows = byId(listed ?? []);
  return (patient, path) => {
    const folder = folderOf(patient, path, hospitals);
    const [row, ...others] = rows.get(patient) ?? [];
    return folder ?? (others.length > 0 ? null : (row?.hospital ?? hospital));
  };
}

/** The outermost folder that is called after a hospital; those above the patient's own count first, as folders of series may be called so too. */
function folderOf(patient: string, path: string, hospitals: Who['hospitals']): string | undefined {
  const folders = path
    .split('/')
    .slice(0, -1)
    .map((part) => part.normalize('NFC'));
  const named = (some: readonly string[]): string[] => [
    ...new Set(some.filter((part) => hospitals.has(part))),
  ];
  const above = named(folders.slice(0, Math.max(0, folders.indexOf(patient))));
  const all = above.length > 0 ? above : named(folders);
  const [folder, ...inner] = all;
  if (inner.some((one) => hospitals.get(one)?.has(patient)))
    throw new DataError('E_IMPORT', `folders of one path are called after ${and(all)}`, {
      where: path,
      hint: 'Import each hospital from its own folder with --hospital, or give these folders other names',
    });
  return folder;
}

/**
 * Gives the patients of an export their hospital, label and pseudonym.
 *
 * @param known The pseudonyms of earlier imports: they stay.
 * @returns also all pseudonyms, and the images of patients that the table does not list.
 * @throws DataError when the table names a patient of a hospital twice, when nobody says which of two hospitals a patient is of or paths say
 *   both, or a pseudonym is that of two patients.
 */
export function patientsOf(
  images: readonly Image[],
  who: Who,
  known: readonly Pseudonym[],
): { patients: ImportedPatient[]; pseudonyms: Pseudonym[]; unlisted: Image[] } {
  const rowFor = rowsFor(who);
  const names = new Names(known);
  const patients: ImportedPatient[] = [];
  const unlisted: Image[] = [];
  const there = new Set<string>();
  const groups = grouped(images, ({ hospital, patientId }) => keyOf(hospital, patientId));
  groups.sort((a, b) => naturalCompare(a[0]?.patientId ?? '', b[0]?.patientId ?? ''));
  for (const own of groups) {
    const original = own[0]?.patientId ?? '';
    const row = rowFor(own);
    if (who.listed !== null && row === undefined) {
      unlisted.push(...own);
      continue;
    }
    const hospital = folderName('hospital', row?.hospital ?? own[0]?.hospital ?? who.hospital ?? '');
    const pseudonym = names.of(hospital, original, row?.pseudonym);
    if (there.has(pseudonym)) throw twoHospitals(own);
    there.add(pseudonym);
    patients.push({ hospital, label: row?.label ?? labelOf(own) ?? who.label, pseudonym, images: own });
  }
  // The order of the IDs would tell who came first.
  patients.sort((a, b) => naturalCompare(a.pseudonym, b.pseudonym));
  return { patients, pseudonyms: names.all, unlisted };
}

/** A patient of a table of whom there is no image. */
export interface Imageless {
  readonly patient: string;
  /** How images that nobody in the table has call them, in all likelihood; null where none does, or these are of another hospital. */
  readonly spelt: string | null;
}

/** @param unlisted Images of patients that the table does not list. */
export function withoutImage(
  listed: readonly ListedPatient[],
  patients: readonly ImportedPatient[],
  unlisted: readonly Image[],
): Imageless[] {
  const there = new Set(patients.map(({ hospital, images }) => keyOf(hospital, images[0]?.patientId ?? '')));
  const free = new Map(unlisted.map(({ patientId }) => [bareId(patientId), patientId]));
  return listed
    .filter((row) => !there.has(keyOf(row.hospital, row.patient)))
    .map(({ patient }) => {
      const spelt = free.get(bareId(patient)) ?? patient;
      return { patient, spelt: spelt === patient ? null : spelt };
    });
}

/** One row of a table would make one patient of two people. */
function twoHospitals(images: readonly Image[]): DataError {
  return new DataError('E_IMPORT', 'the paths give a patient of the table two hospitals', {
    where: images[0]?.path,
    hint: 'Import each hospital by itself where their numbers are the same',
  });
}

/** As the paths, or a table of files, say it. @throws DataError where they say two. */
function labelOf(images: readonly Image[]): string | null {
  const labels = new Set(images.map(({ label }) => label));
  const [label = null] = labels;
  if (labels.size <= 1) return label;
  throw new DataError(
    'E_IMPORT',
    `one patient has the labels ${and([...labels].map((one) => one ?? 'unknown'))}`,
    {
      where: images[0]?.path,
      hint: 'Give all files of a patient one label, in their paths or by --table',
    },
  );
}

/** The row of the table that is about the patient of these images. */
function rowsFor({ listed, hospitals }: Who): (images: readonly Image[]) => ListedPatient | undefined {
  const rows = byId(listed ?? []);
  return ([image]) => {
    const own = rows.get(image?.patientId ?? '') ?? [];
    const said = image?.hospital ?? '';
    if (hospitals.has(said)) return own.find(({ hospital }) => hospital === said);
    if (own.length < 2) return own[0];
    const which = and(own.map(({ hospital }) => hospital));
    throw new DataError(
      'E_IMPORT',
      `a patient of one ID is in the table for ${which}, and the path says ${own.length === 2 ? 'neither' : 'none of them'}`,
      {
        where: image?.path,
        hint: 'Call the folder with the files of each hospital as the table calls it, or import each hospital from its own folder with --hospital',
      },
    );
  };
}

function byId(rows: readonly ListedPatient[]): Map<string, readonly ListedPatient[]> {
  const found = new Map<string, readonly ListedPatient[]>();
  for (const row of rows) {
    const others = found.get(row.patient) ?? [];
    if (others.some(({ hospital }) => hospital === row.hospital)) {
      throw new DataError('E_IMPORT', `the table names a patient of ${row.hospital} twice`, {
        where: row.patient,
        hint: 'Give each patient one label and one pseudonym in all rows',
      });
    }
    found.set(row.patient, [...others, row]);
  }
  return found;
}

/** Pseudonyms, each that of one patient of one hospital. */
class Names {
  readonly all: Pseudonym[];
  readonly #taken = new Map<string, string>();
  readonly #byPatient = new Map<string, string>();

  constructor(known: readonly Pseudonym[]) {
    this.all = [...known];
    for (const one of known) this.#remember(one);
  }

  /** The one that is known, the one that was chosen, or a new one: random, as a count would tell the order of admission. */
  of(hospital: string, original: string, chosen: string | undefined): string {
    const earlier = this.#byPatient.get(keyOf(hospital, original));
    if (earlier !== undefined && (chosen === undefined || chosen === earlier)) return earlier;
    if (earlier !== undefined) {
      throw new DataError(
        'E_IMPORT',
        `a patient was imported as '${earlier}' and is now called '${chosen}'`,
        {
          hint: 'Leave the pseudonym as it is in the table, or import into new folders',
        },
      );
    }
    const pseudonym = folderName('patient', chosen ?? this.#fresh(hospital));
    const one = { hospital, original, pseudonym };
    const other = this.#taken.get(pseudonym);
    if (other !== undefined && other !== keyOf(hospital, original)) {
      throw new DataError('E_IMPORT', `'${pseudonym}' is the pseudonym of two patients`, {
        hint: 'Give each patient a different one in the table',
      });
    }
    this.all.push(one);
    this.#remember(one);
    return pseudonym;
  }

  #remember(one: Pseudonym): void {
    this.#taken.set(one.pseudonym, keyOf(one.hospital, one.original));
    this.#byPatient.set(keyOf(one.hospital, one.original), one.pseudonym);
  }

  #fresh(hospital: string): string {
    for (;;) {
      const pseudonym = `${hospital}-${String(randomInt(1_000_000)).padStart(6, '0')}`;
      if (!this.#taken.has(pseudonym)) return pseudonym;
    }
  }
}

/** Stands for a patient of a hospital, which is null where nobody knows it. */
export function keyOf(hospital: string | null, original: string): string {
  return JSON.stringify([hospital, original]);
}

/**
 * @param images What paths say counts too; none where files never say it.
 * @throws UsageError where neither flags nor a table say which hospital it is.
 */
export function requireWho(
  { hospital, label, listed }: Who,
  needsLabel: boolean,
  images: readonly Image[] = [],
): void {
  if (listed !== null) return;
  const isSaid = (what: 'hospital' | 'label'): boolean =>
    images.length > 0 && images.every((image) => image[what] !== null);
  const missing = [
    hospital === null && !isSaid('hospital') ? '--hospital' : '',
    needsLabel && label === null && !isSaid('label') ? '--label' : '',
  ];
  if (missing.every((flag) => flag === '')) return;
  throw new UsageError('E_IMPORT', `${and(missing.filter(Boolean))} must be given, or --table`, {
    hint: 'A table has the columns patient, hospital and label',
  });
}
