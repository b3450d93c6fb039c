import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { contents, publishedPackages, staged } from './pack.mjs';

const top = join(import.meta.dirname, '..');
const readJson = (path: string) => JSON.parse(readFileSync(path, 'utf8'));
const folders: string[] = publishedPackages();
const packages = contents(folders).map(({ files }: { files: { path: string }[] }, i: number) => {
  const folder = folders[i] ?? '';
  return {
    name: basename(folder),
    folder,
    manifest: readJson(join(folder, 'package.json')),
    files: files.map(({ path }) => path),
  };
});

/** Every path that a manifest's exports and commands name; a `*` stands for any. */
function named(manifest: { exports: object; bin?: Record<string, string> }): string[] {
  const targets = Object.values(manifest.exports).flatMap((target) => Object.values<string>(target));
  return [...targets, ...Object.values(manifest.bin ?? {})].map((path) => path.replace(/^\.\//, ''));
}

test.each(packages)(
  'the package $name has what its users need and nothing else',
  ({ manifest, files, name }) => {
    expect(files).toEqual(expect.arrayContaining(['package.json', 'README.md', 'LICENSE']));
    expect(
      files.filter((file: string) => /\.test\.|(^|\/)(testing|src)\/|\.map$|tsbuildinfo/.test(file)),
    ).toEqual([]);
    expect(named(manifest).filter((path) => !path.includes('*') && !files.includes(path))).toEqual([]);
    const others = /^(dist|bin|scripts|cpp)\/|^(package\.json|README\.md|LICENSE|\w+\.txt)$/;
    expect(files.filter((file: string) => !others.test(file))).toEqual([]);
    expect(name === 'native' || !files.some((file: string) => file.startsWith('cpp/'))).toBe(true);
  },
);

test.each(packages)('the manifest of $name says what a registry shows', ({ folder, manifest }) => {
  const { repository } = readJson(join(top, 'package.json'));
  const directory = folder.slice(top.length + 1).replaceAll('\\', '/');
  expect(manifest).toMatchObject({
    license: 'Apache-2.0',
    description: expect.stringMatching(/\w/),
    keywords: expect.arrayContaining([expect.any(String)]),
    engines: { node: '>=20' },
    repository: { ...repository, directory },
  });
  expect(manifest.scripts, 'nothing runs at installation').toBeUndefined();
  expect(readFileSync(join(folder, 'LICENSE'), 'utf8')).toBe(readFileSync(join(top, 'LICENSE'), 'utf8'));
  expect(readFileSync(join(folder, 'README.md'), 'utf8')).toContain(
    `# ${manifest.name === 'radweave' ? 'Radweave' : manifest.name}\n`,
  );
});

test('no package, of ours or of others, runs a script at installation', () => {
  const lock: Record<string, { hasInstallScript?: boolean }> = readJson(
    join(top, 'package-lock.json'),
  ).packages;
  expect(Object.keys(lock).filter((path) => lock[path]?.hasInstallScript)).toEqual([]);
});

test('packages whose own dependencies are overridden here travel inside ours, without those dependencies', () => {
  const work = mkdtempSync(join(tmpdir(), 'radweave-pack-'));
  try {
    const copies = folders.map((folder) => staged(folder, {}, work)).filter((copy) => copy.startsWith(work));
    const bundled = copies.flatMap((copy) => {
      const { bundleDependencies: names = [] } = readJson(join(copy, 'package.json'));
      return names.map((name: string) => ({ name, copy }));
    });
    const { overrides } = readJson(join(top, 'package.json'));
    expect(bundled.map(({ name }) => name)).toEqual(Object.keys(overrides));
    for (const { name, copy } of bundled) {
      const inside = `node_modules/${name}/`;
      const files = contents([copy])[0].files.map(({ path }: { path: string }) => path);
      const carried = files.filter((path: string) => path.startsWith(inside));
      expect(carried).toEqual(expect.arrayContaining([`${inside}LICENSE.txt`, `${inside}package.json`]));
      const { dependencies, version } = readJson(join(copy, inside, 'package.json'));
      expect(dependencies).toBeUndefined();
      // What is compiled into it has licences of its own; another version needs another list.
      expect(readFileSync(join(copy, 'THIRD_PARTY.txt'), 'utf8')).toContain(`${name} ${version} (`);
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
});

test('a package whose types refer to those of Node.js depends on them', () => {
  const refers = packages.filter(({ folder }) =>
    readdirSync(join(folder, 'dist'), { recursive: true, encoding: 'utf8' }).some(
      (file) =>
        file.endsWith('.d.ts') &&
        readFileSync(join(folder, 'dist', file), 'utf8').includes('<reference types="node"'),
    ),
  );
  expect(refers.map(({ name }) => name)).toContain('artifacts');
  for (const { manifest } of refers) expect(manifest.dependencies).toHaveProperty('@types/node', '>=20');
});

test('a strict TypeScript project that checks libraries compiles with every package', () => {
  const project = mkdtempSync(join(tmpdir(), 'radweave-types-'));
  try {
    const modules = join(project, 'node_modules');
    mkdirSync(join(modules, '@radweave'), { recursive: true });
    const imports = packages.flatMap(({ folder, manifest }) => {
      symlinkSync(folder, join(modules, manifest.name), 'junction');
      const entries = Object.keys(manifest.exports).filter((entry) => !entry.includes('*'));
      return entries.map((entry) => manifest.name + entry.slice(1));
    });
    const lines = imports.map((name, i) => `import * as m${i} from '${name}';`);
    const uses = `export const all = [${imports.map((_, i) => `m${i}`)}, run, stages, readStudy];`;
    const whole = ["import { readStudy, run, stages } from 'radweave';", ...lines, uses].join('\n');
    writeFileSync(join(project, 'package.json'), '{ "type": "module" }');
    writeFileSync(join(project, 'main.ts'), whole);
    const compilerOptions = {
      strict: true,
      skipLibCheck: false,
      noEmit: true,
      module: 'nodenext',
      target: 'es2022',
    };
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['main.ts'] }));
    const compiler = join(top, 'node_modules', 'typescript', 'lib', 'tsc.js');
    expect(imports).toContain('@radweave/native/setup');
    execFileSync(process.execPath, [compiler, '-p', project], { encoding: 'utf8' });
  } finally {
    rmSync(project, { recursive: true, force: true });
  }
});
