import fs from 'node:fs';
import promises from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';

type Call = (...args: unknown[]) => unknown;

/**
 * What is done to a file: opened for reading, or for writing (then under the name it ends with, too); looked at, as whether it is
 * there; or, of a folder, listed.
 */
export type FileUse = 'read' | 'write' | 'look' | 'list';
export type OnFile = (path: string, how: FileUse) => void;

/** By function of `node:fs` and `node:fs/promises`: what it does to its first argument, and to its second where that is a path. */
const SYNC: Readonly<Record<string, Watch>> = {
  readFileSync: { first: 'read' },
  createReadStream: { first: 'read' },
  openSync: { first: 'by flags' },
  writeFileSync: { first: 'write' },
  appendFileSync: { first: 'write' },
  copyFileSync: { first: 'read', second: 'write' },
  linkSync: { first: 'read', second: 'write' },
  renameSync: { second: 'write' },
  accessSync: { first: 'look' },
  existsSync: { first: 'look' },
  lstatSync: { first: 'look' },
  statSync: { first: 'look' },
  opendirSync: { first: 'list' },
  readdirSync: { first: 'list' },
};
const ASYNC: Readonly<Record<string, Watch>> = {
  readFile: { first: 'read' },
  open: { first: 'by flags' },
  writeFile: { first: 'write' },
  copyFile: { first: 'read', second: 'write' },
  rename: { second: 'write' },
  access: { first: 'look' },
  lstat: { first: 'look' },
  stat: { first: 'look' },
  opendir: { first: 'list' },
  readdir: { first: 'list' },
};

interface Watch {
  first?: FileUse | 'by flags';
  second?: 'write';
}

/**
 * Tells of every file that this process opens or looks at, and of every file that it gives to a thread for reading images. Modules that
 * take the functions of `node:fs` for themselves must be imported afterwards.
 *
 * @returns puts the functions back.
 */
export function onEachFile(tell: OnFile): () => void {
  const { postMessage } = Worker.prototype;
  Worker.prototype.postMessage = function (this: Worker, message: unknown, ...rest: never[]) {
    for (const path of imagesOf(message)) tell(path, 'read');
    return postMessage.call(this, message, ...rest);
  };
  const restore = [watch(fs, SYNC, tell), watch(promises, ASYNC, tell)];
  syncBuiltinESMExports();
  return () => {
    Worker.prototype.postMessage = postMessage;
    for (const back of restore) back();
    syncBuiltinESMExports();
  };
}

/** The images in a job for an imaging thread. */
function imagesOf(message: unknown): string[] {
  const paths: unknown = Object(Object(message).job).paths;
  return Array.isArray(paths) ? paths.map((path) => resolve(String(path))) : [];
}

function watch(module: object, table: Readonly<Record<string, Watch>>, tell: OnFile): () => void {
  const kept: Record<string, Call> = {};
  for (const [name, { first, second }] of Object.entries(table)) {
    const call: Call = Reflect.get(module, name);
    kept[name] = call;
    Reflect.set(module, name, (...args: unknown[]) => {
      const [one, two] = args;
      const [from, to] = [pathOf(one), pathOf(two)];
      if (first !== undefined && from !== null) tell(from, first === 'by flags' ? byFlags(two) : first);
      if (second !== undefined && to !== null) tell(to, second);
      return Reflect.apply(call, module, args);
    });
  }
  return () => Object.assign(module, kept);
}

/** Null for what is no path: numbers of files that are open, whose path was told. */
function pathOf(given: unknown): string | null {
  if (given instanceof URL) return fileURLToPath(given);
  return typeof given === 'string' || Buffer.isBuffer(given) ? resolve(String(given)) : null;
}

const byFlags = (flags: unknown): 'read' | 'write' =>
  flags === undefined || flags === 'r' || flags === 'rs' ? 'read' : 'write';
