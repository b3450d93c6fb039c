import { homedir, hostname, userInfo } from 'node:os';
import { resolve } from 'node:path';
import {
  type Config,
  EXPLAINED_CATEGORIES,
  idOf,
  inFileName,
  type KeyedPatient,
  PLACES,
  realPlace,
} from '@radweave/artifacts';

/** What gives away whom a file is about, or where it was made. */
export type Telling = 'patient' | 'path' | 'user' | 'host';

/** A place in a text that tells something. */
export interface Found {
  readonly what: Telling;
  readonly text: string;
  readonly at: number;
  /** The patient's key, where it is one. */
  readonly patient: string | null;
}

/** Where a file was made, as far as its words may show it. */
export interface Machine {
  readonly home: string;
  readonly user: string;
  readonly host: string;
  readonly folder: string;
}

export function thisMachine(): Machine {
  let user = '';
  try {
    user = userInfo().username;
  } catch {
    // A container may run under a number that has no name.
  }
  return { home: homedir(), user, host: hostname(), folder: process.cwd() };
}

/** Words that are names of users or computers of many, and of other things. */
const COMMON = /^(root|user|admin|ubuntu|debian|node|docker|localhost|data|home|test|.{0,3})$/i;

/** Whole paths of other machines that name a user or a disk. */
const ANY_PATH =
  /(?<![\p{L}\p{N}._~:/-])(?:\/(?:home|Users|root|mnt|media|srv|scratch|work|data|export|nfs|tmp|private)\/[^\s"'<>,;:|)]+)|(?<![\p{L}\p{N}])[A-Za-z]:[\\/]+(?:Users|data|home)[\\/]+[^\s"'<>,;|)]+|\\\\[\w.-]+\\[\w$.-]+/gu;

/** Whole paths of images, from whatever disk, in a table or between quotes. */
const IMAGE_PATH = /(?<=^|[,"])(?:\/|[A-Za-z]:[\\/])[^",\r\n]+\.png(?=[",\r]|$)/gimu;

/** TensorFlow puts the computer's name into that of an event file. */
const EVENT_HOST = /tfevents\.\d+\.(?!radweave\.)([^/\\\s"]+?)(?=\.\d+\.\d+|[\s"]|$)/gu;

/** What pages escape: the report all, montages and contact sheets what they must. */
const HTML_ESCAPED = [/[&<>]/g, /[&<"]/g, /[&<>"']/g];
const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Before the ID in the name of a patient's montage. */
const MONTAGE = new RegExp(`_(${EXPLAINED_CATEGORIES.join('|')})_$`);

/** Names of columns that hold IDs. */
const PATIENT_COLUMN = /^\W*(?:patient|patient_id|id|original|患者|病人)\W*$/i;

/** As much of the text before an ID as may say what it is. */
const LOOK = 2 + Math.max(...EXPLAINED_CATEGORIES.map(({ length }) => length));

const WORD = /[\p{L}\p{N}]+/gu;
const IS_WORD = /[\p{L}\p{N}]/u;

/** A way in which a file may write an ID. */
interface Form {
  form: string;
  patient: string;
  hospital: string;
}

/** Finds in texts what identifies: patients by their IDs, places, users and computers. */
export class Identifiers {
  /** IDs in the forms that files give them, by their first word. */
  private readonly byWord = new Map<string, Form[]>();
  /** All forms, for the cells of tables. */
  private readonly byForm = new Map<string, Form>();
  private readonly places: readonly (readonly [Telling, string])[];

  constructor(patients: readonly KeyedPatient[], config: Config, machine: Machine = thisMachine()) {
    for (const one of patients) {
      for (const id of new Set([one.patient, idOf(one)])) this.add(id, one);
    }
    const told = PLACES.map(([section, key]): string | null => Object(config[section])[key]);
    const folders = [
      machine.home,
      machine.folder,
      ...told.flatMap((place) => (place === null ? [] : [resolve(place), realPlace(place)])),
    ];
    const isTelling = (folder: string): boolean =>
      folder.split(/[\\/]/).filter((part) => part !== '').length > 1;
    const names: (readonly [Telling, string])[] = [
      ['user', machine.user],
      ['host', machine.host],
    ];
    this.places = [
      ...[...new Set(folders)].filter(isTelling).map((folder) => ['path', folder] as const),
      ...names.filter(([, name]) => !COMMON.test(name)),
    ];
  }

  /** All that a text tells, in its order, of each place the longest. */
  find(text: string): Found[] {
    const found = [...this.patientsIn(text), ...this.placesIn(text)];
    found.sort((a, b) => a.at - b.at || b.text.length - a.text.length);
    let end = 0;
    return found.filter(({ at, text: { length } }) => {
      if (at < end) return false;
      end = at + length;
      return true;
    });
  }

  private add(id: string, { patient, hospital }: KeyedPatient): void {
    const inPages = HTML_ESCAPED.map((some) => id.replace(some, (one) => ENTITIES[one] ?? one));
    const inTables = [JSON.stringify(id).slice(1, -1), id.replaceAll('"', '""')];
    const forms = [id, id.normalize('NFD'), ...inPages, ...inTables, inFileName(id)];
    for (const form of new Set(forms)) {
      const [word = ''] = form.match(WORD) ?? [];
      const own = this.byWord.get(word) ?? [];
      own.push({ form, patient, hospital });
      if (!this.byForm.has(form)) this.byForm.set(form, { form, patient, hospital });
      own.sort((a, b) => b.form.length - a.form.length);
      this.byWord.set(word, own);
    }
  }

  private *patientsIn(text: string): Generator<Found> {
    for (const { 0: word, index } of text.matchAll(WORD)) {
      for (const one of this.byWord.get(word) ?? []) {
        const at = index - one.form.indexOf(word);
        if (at < 0 || !text.startsWith(one.form, at) || !standsAlone(text, at, one)) continue;
        yield { what: 'patient', text: one.form, at, patient: one.patient };
        break;
      }
    }
    for (const { cell, at } of patientCells(text)) {
      const one = this.byForm.get(cell);
      if (one !== undefined) yield { what: 'patient', text: cell, at, patient: one.patient };
    }
  }

  private *placesIn(text: string): Generator<Found> {
    for (const [what, name] of this.places) {
      for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + name.length)) {
        const isWord = !IS_WORD.test(text[at - 1] ?? '') && !IS_WORD.test(text[at + name.length] ?? '');
        if (isWord) yield { what, text: name, at, patient: null };
      }
    }
    for (const { 0: path, index } of [...text.matchAll(ANY_PATH), ...text.matchAll(IMAGE_PATH)]) {
      yield { what: 'path', text: path, at: index, patient: null };
    }
    for (const { 0: all, 1: host = '', index } of text.matchAll(EVENT_HOST)) {
      yield { what: 'host', text: host, at: index + all.length - host.length, patient: null };
    }
  }
}

/** Numbers and short words are IDs only where the place says so: in quotes, as a part of a path, or beside the hospital or the word patient. */
function standsAlone(text: string, at: number, { form, hospital }: Form): boolean {
  const [before = '\n', after = '\n'] = [text[at - 1], text[at + form.length]];
  if (IS_WORD.test(before) || IS_WORD.test(after)) return false;
  // Two Chinese characters are a name.
  const isLong = form.length > 3 || /[\u0080-\uffff]{2}/.test(form);
  if (isLong && !/^[\d.]+$/.test(form)) return true;
  // Attributes of a page hold numbers of their own.
  if (/["']/.test(before) && /["']/.test(after)) return text[at - 2] !== '=';
  if (/[\\/]/.test(before)) return /[\\/.]/.test(after);
  const [earlier, later] = [text.slice(Math.max(0, at - LOOK), at), text.slice(at + form.length)];
  if (before === '_') return MONTAGE.test(earlier) && /[._]/.test(after);
  if (/(?:\bpatients? |患者 ?)$/.test(earlier)) return true;
  return BESIDE.some(([from, to]) => later.startsWith(`${from}${hospital}${to}`));
}

/** Between an ID and its hospital, and behind that, in sentences and tables of the report and the audit. */
const BESIDE = [
  [' (', ')'],
  ['（', '）'],
  [' of ', ''],
  ['</th><td>', '</td>'],
  ['</td><td>', '</td>'],
  ['</th><td class="long">', '</td>'],
  ['</td><td class="long">', '</td>'],
] as const;

/** The cells in columns of patients, of a text whose first line is the header of such a table. */
function* patientCells(text: string): Generator<{ cell: string; at: number }> {
  const header = /^[^\n\r]*/.exec(text)?.[0] ?? '';
  const [delimiter = ','] = /[,;\t]/.exec(header) ?? [];
  const isOfPatients = header.split(delimiter).map((name) => PATIENT_COLUMN.test(name));
  if (!isOfPatients.includes(true)) return;
  const cells = new RegExp(`("[^"]*(?:""[^"]*)*"|[^${delimiter}\\r\\n]*)(${delimiter}|\\r?\\n|$)`, 'g');
  let column = 0;
  for (const { 1: quoted = '', 2: end = '', index } of text.matchAll(cells)) {
    const isQuoted = quoted.startsWith('"');
    const cell = isQuoted ? quoted.slice(1, -1) : quoted;
    if (isOfPatients[column] === true && cell !== '') yield { cell, at: index + Number(isQuoted) };
    column = end === delimiter ? column + 1 : 0;
  }
}
