import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { publishedPackages } from './pack.mjs';

interface Locked {
  /** Where another package takes the place of the one that is asked for. */
  name?: string;
  version?: string;
  integrity?: string;
  license?: string;
  link?: boolean;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}

const top = join(import.meta.dirname, '..');
const readJson = (...path: string[]) => JSON.parse(readFileSync(join(top, ...path), 'utf8'));
const lock: Record<string, Locked> = readJson('package-lock.json').packages;

/** Packages of others, by their places. */
const others = Object.entries(lock).filter(
  ([path, { link }]) => path.includes('node_modules/') && link !== true,
);

/** Where Node.js finds a package from another: beside it or above. */
function placeOf(name: string, from: string): string | undefined {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    const place = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`;
    if (place in lock) return place;
    if (folder === '') return undefined;
  }
}

test('the lock file pins every package by the hash of its content', () => {
  expect(others.length).toBeGreaterThan(50);
  expect(others.filter(([, { integrity = '' }]) => !integrity.startsWith('sha512-'))).toEqual([]);
});

test('the lock file has the parts for every platform, not only for that on which it was written', () => {
  const lacking = others.flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter((name) => placeOf(name, path) === undefined),
  );
  expect(lacking).toEqual([]);
});

/** What may be passed on with Apache-2.0, without conditions on the work that uses it. */
const ALLOWED = ['MIT', 'Apache-2.0', 'BSD-3-Clause', 'ISC', '0BSD', 'Unlicense'];

/** Its licence is text of its own: that of Bitstream Vera, which allows use, change and passing on. */
const READ = ['dejavu-fonts-ttf'];

/** The packages of others that the published ones bring. */
function shipped(): Map<string, Locked> {
  const found = new Map<string, Locked>();
  const visit = (from: string, { dependencies = {}, optionalDependencies = {} }: Locked): void => {
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
      const place = placeOf(name, from);
      const locked = place === undefined ? undefined : lock[place];
      if (place === undefined || locked === undefined || locked.link === true || found.has(place)) continue;
      found.set(place, locked);
      visit(place, locked);
    }
  };
  for (const folder of publishedPackages() as string[])
    visit('', readJson(folder.slice(top.length), 'package.json'));
  return found;
}

test('what is shipped has licences that ask nothing of who uses it', () => {
  const all = shipped();
  expect([...all.keys()]).toEqual(expect.arrayContaining(['node_modules/zod', 'node_modules/yaml']));
  const odd = [...all].filter(([, { license = '' }]) => !ALLOWED.includes(license));
  expect(odd.map(([place]) => place.replace('node_modules/', ''))).toEqual(READ);
});

test('npm lists what is in it, with versions, hashes and licences', () => {
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const text = execFileSync(npm, ['run', '--silent', 'sbom'], {
    cwd: top,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  const { bomFormat, metadata, components } = JSON.parse(text);
  expect(bomFormat).toBe('CycloneDX');
  expect(metadata.component.version).toBe(readJson('apps', 'cli', 'package.json').version);
  const names = new Set(components.map(({ 'bom-ref': ref }: Record<string, string>) => ref));
  const lacking = [...shipped()].filter(
    ([place, { name = place.split('node_modules/').at(-1), version }]) => !names.has(`${name}@${version}`),
  );
  expect(lacking).toEqual([]);
  const yaml = components.find(({ name }: Record<string, string>) => name === 'yaml');
  expect(yaml).toMatchObject({ licenses: [{ license: { id: 'ISC' } }], hashes: [{ alg: 'SHA-512' }] });
});
