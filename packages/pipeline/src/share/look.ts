import { basename, dirname, join, resolve } from 'node:path';
import { planFiles, type Readable, readable } from '@radweave/artifacts';
import { existsSync, readdirSync, readFileSync, statSync } from '@radweave/artifacts/files';
import { parseFile } from '@radweave/importing/dicom/open';
import { TAG, tagName } from '@radweave/importing/dicom/tags';
import { FileFault } from '@radweave/importing/files/fault';
import type { Found, Identifiers, Telling } from './identifiers.ts';

export interface Told {
  /** Below what was looked at; empty where that is itself the file. */
  file: string;
  what: Telling | 'identity tag' | 'key' | 'plan';
  count: number;
  example: string;
}

/** A file, what can be read of it, and what its name and its words tell. */
export interface Looked {
  file: string;
  /** As `file`; of one file its own name. */
  name: string;
  path: string;
  /** The folder of a plan for workers that it belongs to, named as the file is: whole paths and computers stand there. */
  plan: string | null;
  readable: Readable;
  inName: Found[];
  inText: Found[];
}

/** Files that lead back to patients, whatever they hold. */
const KEYS = /(^|\/)(study_key\.txt|uid_key\.txt|pseudonyms\.csv|left_out\.csv|file_hashes\.json)$/;

/** Files below a folder in their order, by their paths from there; one file by its name alone. Links are not followed. */
export function filesBelow(path: string): string[] {
  if (!statSync(path).isDirectory()) return [''];
  const walk = (folder: string): string[] =>
    readdirSync(join(path, folder), { withFileTypes: true })
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .flatMap((entry) => {
        const own = folder === '' ? entry.name : `${folder}/${entry.name}`;
        if (entry.isDirectory()) return walk(own);
        return entry.isFile() ? [own] : [];
      });
  return walk('');
}

export function lookAt(root: string, file: string, identifiers: Identifiers): Looked {
  const path = file === '' ? root : join(root, file);
  const content = readable(readFileSync(path));
  const name = file === '' ? basename(path) : file;
  return {
    file,
    name,
    path,
    plan: planOf(path, name),
    readable: content,
    inName: identifiers.find(name),
    inText: identifiers.find(content.text),
  };
}

/** The records of tasks lie one folder deeper than their plan, the leases two. */
function planOf(path: string, name: string): string | null {
  const folder = dirname(resolve(path));
  const folders = [folder, dirname(folder), dirname(dirname(folder))];
  const depth = folders.findIndex((one) => basename(one) === 'tasks' && existsSync(planFiles(one).plan));
  if (depth < 0) return null;
  const above = name.split('/').slice(0, -1 - depth);
  return above.length === 0 ? name : above.join('/');
}

/** One entry for each kind of thing that a file tells. */
export function toldBy({ file, path, plan, readable: { kind }, inName, inText }: Looked): Told[] {
  const told = new Map<Told['what'], Told>();
  const add = (what: Told['what'], example: string): void => {
    const before = told.get(what);
    told.set(
      what,
      before === undefined ? { file, what, count: 1, example } : { ...before, count: before.count + 1 },
    );
  };
  if (KEYS.test(path.replaceAll('\\', '/'))) add('key', 'leads back to patients');
  if (plan !== null) add('plan', 'is for workers: has whole paths and names of computers');
  for (const { what, text } of [...inName, ...inText]) add(what, text);
  if (kind === 'DICOM') for (const tag of identityTags(path)) add('identity tag', tag);
  return [...told.values()];
}

/** The identifying elements that a DICOM file has; its being one where it cannot be read. */
function identityTags(path: string): string[] {
  try {
    const { dataset } = parseFile(readFileSync(path), TAG.floatPixels);
    const tags = [
      TAG.patientName,
      TAG.patientId,
      TAG.birthDate,
      TAG.studyUid,
      TAG.seriesUid,
      TAG.sopInstance,
    ];
    return tags.filter((tag) => dataset.text(tag) !== '').map(tagName);
  } catch (error) {
    if (error instanceof FileFault) return ['DICOM header'];
    throw error;
  }
}
