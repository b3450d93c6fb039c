import { join } from 'node:path';
import { eachRow } from '../csv.ts';
import { DataError } from '../errors.ts';
import { existsSync, readdirSync } from '../files/files.ts';
import { splitFiles } from '../layout.ts';
import { SPLIT_FILE } from '../split.ts';
import { readCohort } from './cohort.ts';
import { columnsIn, personIn } from './split-columns.ts';

/** A patient as a hospital names one. Another hospital's patient of the same ID is somebody else. */
export interface Person {
  readonly hospital: string;
  readonly id: string;
}

/** A patient under the key that stands for one person in every table, path and figure. */
export interface KeyedPatient {
  readonly patient: string;
  readonly hospital: string;
}

/**
 * The keys of patients. An ID that one hospital alone has is its own key. One that several have, also in other letter case
 * (it becomes the name of a file), is followed by the hospital: `7@JM`. Such a key belongs to nobody else: in both of its
 * parts `@` is escaped, and an ID that happens to be written like it gets its hospital too.
 */
export class PatientKeys {
  /** The keys that name a hospital. */
  private readonly qualified: ReadonlySet<string>;

  private constructor(qualified: ReadonlySet<string>) {
    this.qualified = qualified;
  }

  /** Of people who have no keys yet. */
  static of(people: Iterable<Person>): PatientKeys {
    const hospitals = new Map<string, Set<string>>();
    const plain = new Map<string, Person>();
    for (const person of people) {
      plain.set(qualify(person), person);
      const form = comparable(person.id);
      hospitals.set(form, (hospitals.get(form) ?? new Set()).add(person.hospital.normalize('NFC')));
    }
    const qualified = new Set<string>();
    const taken = new Set<string>();
    const mustNameHospital = ({ id, hospital }: Person): boolean =>
      (hospitals.get(comparable(id))?.size ?? 0) > 1 ||
      id.normalize('NFC').endsWith(suffixOf(hospital)) ||
      taken.has(comparable(id));
    for (let before = -1; before < qualified.size; ) {
      before = qualified.size;
      for (const [key, person] of plain) {
        if (!mustNameHospital(person)) continue;
        plain.delete(key);
        qualified.add(key);
        taken.add(comparable(key));
      }
    }
    return new PatientKeys(qualified);
  }

  /** Of people who have theirs already. */
  static from(patients: readonly KeyedPatient[]): PatientKeys {
    const qualified = patients.filter((one) => idOf(one) !== one.patient);
    return new PatientKeys(new Set(qualified.map(({ patient }) => patient.normalize('NFC'))));
  }

  /** Whether every ID is its own key. */
  get arePlain(): boolean {
    return this.qualified.size === 0;
  }

  keyOf(person: Person): string {
    if (this.arePlain) return person.id;
    const key = qualify(person);
    return this.qualified.has(key) ? key : person.id;
  }
}

export function idOf({ patient, hospital }: KeyedPatient): string {
  const key = patient.normalize('NFC');
  const suffix = suffixOf(hospital);
  if (key.length <= suffix.length || !key.endsWith(suffix)) return patient;
  return key.slice(0, -suffix.length).replaceAll('%40', '@').replaceAll('%25', '%');
}

/** A person under a key of which {@link idOf} gives the ID, whoever else there is. */
export function personOf(person: Person): KeyedPatient {
  return { patient: qualify(person), hospital: person.hospital };
}

/**
 * The keys of the patients of a splits folder: those of `cohort.csv`, else of all that its split files list.
 *
 * @throws DataError as {@link readCohort}.
 */
export function readPatientKeys(folder: string): PatientKeys {
  const { cohort } = splitFiles(folder);
  if (existsSync(cohort)) return PatientKeys.from(readCohort(cohort).patients);
  const people = new Map<string, Person>();
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    if (SPLIT_FILE.test(name)) addListed(join(folder, name), people);
  }
  return PatientKeys.of(people.values());
}

/** What is wrong with a file, its own reader says; that a file is no split file at all matters to nobody. */
function addListed(path: string, people: Map<string, Person>): void {
  try {
    eachRow(path, columnsIn(path), (row) => {
      const person = personIn(row);
      if (person !== undefined) people.set(JSON.stringify([person.hospital, person.id]), person);
    });
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
  }
}

/** A form in which IDs agree that would be one file's name on some system. */
const comparable = (text: string): string => text.normalize('NFC').toLowerCase();

const escaped = (text: string): string => text.normalize('NFC').replaceAll('%', '%25').replaceAll('@', '%40');

const suffixOf = (hospital: string): string => `@${escaped(hospital)}`;

const qualify = ({ id, hospital }: Person): string => `${escaped(id)}${suffixOf(hospital)}`;
