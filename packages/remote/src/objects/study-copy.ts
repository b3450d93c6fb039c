import { copyFileSync, mkdirSync, readdirSync, rmSync, type Stats, statSync } from 'node:fs';
import { join } from 'node:path';
import { explainFileError, type ObjectPlace, replaceFolderAtomic } from '@radweave/artifacts';
import { temporaryName } from '@radweave/native/temporary';
import type { StoredObject } from './answer.ts';
import { fetchObject } from './fetch.ts';
import { fileNames } from './file-names.ts';
import { inParallel } from './parallel.ts';
import { Store } from './store.ts';
import { etagOf, writeObject } from './write.ts';

const AT_ONCE = 4;

/** A file and what is known of it. */
interface Found {
  name: string;
  path: string;
  stat: Stats;
}

/** Copies of a study's folders below a prefix of a store. Nothing is removed there. */
export class StudyCopy {
  readonly #store: Store;
  /** By their names below the prefix, in the order in which they are brought back. */
  readonly #folders: ReadonlyMap<string, string>;
  /** Files of this name are sent last, as they are when a copy begins: what they continue from is never older. */
  readonly #last: string;
  /** What the store has, by name: size, time and inode of the file when it was sent. */
  readonly #sent = new Map<string, string>();
  #isListed = false;

  constructor(place: ObjectPlace, folders: Readonly<Record<string, string>>, last: string) {
    this.#store = new Store(place);
    this.#folders = new Map(Object.entries(folders));
    this.#last = last;
  }

  /**
   * Brings the folders back, each whole or not at all, where the last of them is empty or missing here.
   *
   * @returns how many files.
   */
  async restore(): Promise<number> {
    const [last = ['', '']] = [...this.#folders].slice(-1);
    if (filesIn(last[1], last[0]).length > 0) return 0;
    let count = 0;
    for (const [name, folder] of this.#folders) {
      if (filesIn(folder, name).length > 0) continue;
      const { bucket } = this.#store.place;
      const prefix = this.#key(name);
      const listed: StoredObject[] = [];
      for await (const object of this.#store.list(`${prefix}/`)) listed.push(object);
      const names = [...fileNames(listed, prefix, bucket)];
      if (names.length === 0) continue;
      await replaceFolderAtomic(folder, async (temporary) => {
        const parts = join(temporary, '.parts');
        mkdirSync(parts);
        await inParallel(names, AT_ONCE, ([path, object]) =>
          fetchObject(this.#store, object, join(temporary, path), parts),
        );
        rmSync(parts, { recursive: true, force: true });
      });
      count += names.length;
    }
    return count;
  }

  /** Sends what is new or changed. @returns how many files it sent. @throws RadweaveError of the store or the disk. */
  async save(): Promise<number> {
    const found = [...this.#folders].flatMap(([name, folder]) => filesIn(folder, name));
    const changed = found.filter(({ name, stat }) => this.#sent.get(name) !== identity(stat));
    const snapshots: string[] = [];
    try {
      const last = changed
        .filter(({ name }) => name.endsWith(`/${this.#last}`))
        .map((file) => {
          const path = temporaryName(file.path, 'tmp');
          snapshots.push(path);
          copyFileSync(file.path, path);
          return { ...file, path };
        });
      const others = changed.filter(({ name }) => !name.endsWith(`/${this.#last}`));
      const there = await this.#there();
      let count = 0;
      for (const files of [others, last]) {
        await inParallel(files, AT_ONCE, async (file) => {
          if (await this.#send(file, there.get(this.#key(file.name)))) count++;
        });
      }
      return count;
    } catch (error) {
      throw explainFileError(error, 'read');
    } finally {
      for (const path of snapshots) rmSync(path, { force: true });
    }
  }

  async close(): Promise<void> {
    await this.#store.close();
  }

  #key(name: string): string {
    const { prefix } = this.#store.place;
    return prefix === '' ? name : `${prefix}/${name}`;
  }

  /** ETags of what the store has already, by key; asked for once. */
  async #there(): Promise<Map<string, string>> {
    const etags = new Map<string, string>();
    if (this.#isListed) return etags;
    for (const name of this.#folders.keys())
      for await (const { key, etag } of this.#store.list(`${this.#key(name)}/`)) etags.set(key, etag);
    this.#isListed = true;
    return etags;
  }

  async #send({ name, path, stat }: Found, etag: string | undefined): Promise<boolean> {
    const isNew = etag === undefined || etag !== (await etagOf(path));
    if (isNew) await writeObject(this.#store, this.#key(name), path);
    this.#sent.set(name, identity(stat));
    return isNew;
  }
}

const identity = ({ size, mtimeMs, ino }: Stats): string => `${size} ${mtimeMs} ${ino}`;

/** Files below a folder but hidden ones: locks, unfinished files, what is made again by itself. */
function filesIn(folder: string, name: string): Found[] {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return [];
  return readdirSync(folder).flatMap((entry): Found[] => {
    const path = join(folder, entry);
    const stat = statSync(path, { throwIfNoEntry: false });
    if (entry.startsWith('.') || stat === undefined) return [];
    const own = `${name}/${entry}`;
    return stat.isDirectory() ? filesIn(path, own) : [{ name: own, path, stat }];
  });
}
