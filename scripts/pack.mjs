// Packs every package as `npm publish` takes it, into FOLDER (build/tarballs): node scripts/pack.mjs [FOLDER]
// The platform packages that scripts/prebuild.mjs left in build/prebuilt are packed too; @radweave/native then names them as
// optional dependencies and knows the SHA-256 of each of their files.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));
export const PREBUILT = join(ROOT, 'build', 'prebuilt');

const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));

/** Runs npm without a shell; npm's own script where npm started this, as Windows needs it. */
export function npm(args) {
  const script = process.env.npm_execpath;
  const [command, ...first] = script?.endsWith('.js') ? [process.execPath, script] : ['npm'];
  return execFileSync(command, [...first, ...args], {
    cwd: ROOT,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

/** Folders of the packages that are published. */
export function publishedPackages() {
  const folders = ['packages', 'apps'].flatMap((group) =>
    readdirSync(join(ROOT, group)).map((name) => join(ROOT, group, name)),
  );
  return folders.filter(
    (folder) => existsSync(join(folder, 'package.json')) && !readJson(join(folder, 'package.json')).private,
  );
}

/** What npm would put into the packages of these folders: name, sizes and files of each. */
export function contents(folders) {
  return JSON.parse(npm(['pack', '--dry-run', '--json', ...folders]));
}

/** What platform packages hold: by platform, which package, for which libtorch and sources, and the hash of every file. */
function prebuiltTable() {
  const folders = existsSync(PREBUILT) ? readdirSync(PREBUILT).map((name) => join(PREBUILT, name)) : [];
  return Object.fromEntries(
    folders.map((folder) => {
      const { name, version, os, cpu, radweave } = readJson(join(folder, 'package.json'));
      const files = readdirSync(folder).filter((file) => file.endsWith('.node'));
      const sha256 = (file) =>
        createHash('sha256')
          .update(readFileSync(join(folder, file)))
          .digest('hex');
      return [
        `${os[0]}-${cpu[0]}`,
        {
          package: name,
          version,
          ...radweave,
          files: Object.fromEntries(files.map((file) => [file, sha256(file)])),
        },
      ];
    }),
  );
}

/** A copy of @radweave/native that names the platform packages. */
function withPrebuilt(folder, table, work) {
  for (const { path } of contents([folder])[0].files) cpSync(join(folder, path), join(work, path));
  const manifest = readJson(join(folder, 'package.json'));
  manifest.optionalDependencies = Object.fromEntries(
    Object.values(table).map(({ package: name, version }) => [name, version]),
  );
  manifest.files.push('prebuilt.json');
  writeFileSync(join(work, 'package.json'), JSON.stringify(manifest, null, 2));
  writeFileSync(join(work, 'prebuilt.json'), JSON.stringify(table, null, 2));
  return work;
}

/**
 * A copy of a package that carries the files of `name` that it reads, as a bundled dependency without dependencies of its own:
 * what `name` needs besides would come to users with its installation scripts.
 */
function withBundled(folder, name, files, work) {
  for (const { path } of contents([folder])[0].files) cpSync(join(folder, path), join(work, path));
  const from = join(ROOT, 'node_modules', name);
  const bundled = join(work, 'node_modules', name);
  for (const file of files) cpSync(join(from, file), join(bundled, file));
  const { version, license, repository } = readJson(join(from, 'package.json'));
  const writeJson = (path, value) => writeFileSync(path, JSON.stringify(value, null, 2));
  writeJson(join(bundled, 'package.json'), { name, version, license, repository });
  writeJson(join(work, 'package.json'), {
    ...readJson(join(folder, 'package.json')),
    bundleDependencies: [name],
  });
  return work;
}

/** The folder that is packed for a package: itself, or a copy below `work` that carries more. */
export function staged(folder, table, work) {
  const place = join(work, basename(folder));
  if (folder.endsWith('native')) return withPrebuilt(folder, table, place);
  if (folder.endsWith('importing')) {
    return withBundled(folder, 'dcmjs-codecs', ['LICENSE.txt', 'build/dcmjs-native-codecs.wasm'], place);
  }
  return folder;
}

function pack(target) {
  const folders = publishedPackages();
  // What a deleted source left in `dist` would travel.
  for (const folder of folders) rmSync(join(folder, 'dist'), { recursive: true, force: true });
  execFileSync(process.execPath, [join(ROOT, 'node_modules', 'typescript', 'lib', 'tsc.js'), '-b'], {
    cwd: ROOT,
    stdio: 'inherit',
  });
  const table = prebuiltTable();
  const work = mkdtempSync(join(tmpdir(), 'radweave-pack-'));
  try {
    const packed = folders.map((folder) => staged(folder, table, work));
    const platforms = Object.keys(table).map((platform) => join(PREBUILT, `native-${platform}`));
    mkdirSync(target, { recursive: true });
    return JSON.parse(npm(['pack', '--json', '--pack-destination', target, ...packed, ...platforms]));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const target = resolve(process.argv[2] ?? join(ROOT, 'build', 'tarballs'));
  for (const { name, size, unpackedSize, entryCount } of pack(target)) {
    const kB = (bytes) => `${(bytes / 1000).toFixed(0)} kB`.padStart(8);
    console.log(
      `${name.padEnd(28)}${kB(size)} packed${kB(unpackedSize)} unpacked${String(entryCount).padStart(5)} files`,
    );
  }
  console.log(target);
}
