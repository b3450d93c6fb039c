import { homedir, hostname, userInfo } from 'node:os';
import { resolve } from 'node:path';
import {
  type Config,
  EXPLAINED_CATEGORIES,
  idOf,
  inFileName,
  type KeyedPatient,
  PLACES,
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
const MONTAGE_LENGTH = 2 + Math.max(...EXPLAINED_CATEGORIES.map(({ length }) => length));

const WORD = /[\p{L}\p{N}]+/gu;
const IS_WORD = /[\p{L}\p{N}]/u;

/** Finds in texts what identifies: patients by their IDs, places, users and computers. */
export class Identifiers {
  /** IDs in the forms that files give them, by their first word. */
  private readonly byWord = new Map<string, { form: string; patient: string }[]>();
  private readonly places: readonly (readonly [Telling, string])[];

  constructor(patients: readonly KeyedPatient[], config: Config, machine: Machine = thisMachine()) {
    for (const one of patients) {
      for (const id of new Set([one.patient, idOf(one)])) this.add(id, one.patient);
    }
    const told = PLACES.map(([section, key]): string | null => Object(config[section])[key]);
    const folders = [
      machine.home,
      machine.folder,
      ...told.flatMap((place) => (place === null ? [] : resolve(place))),
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

  private add(id: string, patient: string): void {
    const inPages = HTML_ESCAPED.map((some) => id.replace(some, (one) => ENTITIES[one] ?? one));
    const inTables = [JSON.stringify(id).slice(1, -1), id.replaceAll('"', '""')];
    const forms = [id, id.normalize('NFD'), ...inPages, ...inTables, inFileName(id)];
    for (const form of new Set(forms)) {
      const [word = ''] = form.match(WORD) ?? [];
      const own = this.byWord.get(word) ?? [];
      own.push({ form, patient });
      own.sort((a, b) => b.form.length - a.form.length);
      this.byWord.set(word, own);
    }
  }

  private *patientsIn(text: string): Generator<Found> {
    const isTable = /^[^\n]*patient/i.test(text);
    for (const { 0: word, index } of text.matchAll(WORD)) {
      for (const { form, patient } of this.byWord.get(word) ?? []) {
        const at = index - form.indexOf(word);
        if (at < 0 || !text.startsWith(form, at) || !standsAlone(text, at, form, isTable)) continue;
        yield { what: 'patient', text: form, at, patient };
        break;
      }
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

/** Numbers and short words are IDs only where one stands by itself: in quotes, in a path, or first in a row of patients. */
function standsAlone(text: string, at: number, form: string, isTable: boolean): boolean {
  const [before = '\n', after = '\n'] = [text[at - 1], text[at + form.length]];
  if (IS_WORD.test(before) || IS_WORD.test(after)) return false;
  // Two Chinese characters are a name.
  const isLong = form.length > 3 || /[\u0080-\uffff]{2}/.test(form);
  if (isLong && !/^[\d.]+$/.test(form)) return true;
  if (/["'>]/.test(before)) return /["'<]/.test(after);
  if (/[\\/]/.test(before)) return /[\\/.]/.test(after);
  if (before === '_')
    return MONTAGE.test(text.slice(Math.max(0, at - MONTAGE_LENGTH), at)) && /[._]/.test(after);
  return isTable && before === '\n' && after === ',';
}
