// Makes the archive that scripts/gpu-proof takes to a machine without network and without Node.js: a stripped node, the built
// packages, the native sources, this proof, and the npm packages that production needs, without the painter and its fonts.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** What comes back from, and goes to, the machines this was made for. */
const LARGEST = 60 * 2 ** 20;
/** Only drawn pictures need these: maps on slices and PDF. */
const LEFT_OUT = /^(@napi-rs\/|dejavu-fonts-ttf$)/;
const NOT_RUN = /\.(map|d\.ts|md|tsbuildinfo)$|\.test\.\w+$/;

const [file] = process.argv.slice(2);
const staged = mkdtempSync(join(tmpdir(), 'radweave-pack-'));
try {
  pack(resolve(file));
} finally {
  rmSync(staged, { recursive: true, force: true });
}

function pack(target) {
  const to = join(staged, 'radweave');
  const copy = (path) =>
    cpSync(join(ROOT, path), join(to, path), { recursive: true, verbatimSymlinks: true, filter: isRun });
  for (const path of ['package.json', 'apps/cli', 'bench/gpu', 'bench/ours/stage.mjs']) copy(path);
  copy('packages/native/cpp');
  copy('packages/native/CMakeLists.txt');
  copy('packages/native/wheels.txt');
  copy('packages/torch/src/testing/reference.py');
  for (const path of npmPackages()) {
    copy(path);
    const own = /^node_modules\/@radweave\/(.+)/.exec(path);
    if (own) for (const part of ['package.json', 'dist']) copy(join('packages', own[1], part));
  }
  writeFileSync(join(to, 'pack.json'), `${JSON.stringify(source(), null, 2)}\n`);
  execFileSync('strip', ['-o', join(staged, 'node'), process.execPath]);
  mkdirSync(dirname(target), { recursive: true });
  execFileSync('tar', ['-cJf', target, '-C', staged, 'radweave', 'node'], {
    env: { ...process.env, XZ_OPT: '-6 -T0' },
  });
  const { size } = statSync(target);
  if (size > LARGEST) throw new Error(`${target} has ${size} bytes, more than ${LARGEST}`);
  console.log(`${target}: ${(size / 2 ** 20).toFixed(1)} MiB`);
}

/** Folders of the npm packages that the command needs, ours as links among them. */
function npmPackages() {
  const args = ['ls', '--omit=dev', '--all', '--parseable', '--workspace', 'radweave'];
  const paths = execFileSync('npm', args, { cwd: ROOT, encoding: 'utf8' }).trim().split('\n');
  return paths
    .map((path) => relative(ROOT, path))
    .filter(
      (path) =>
        path !== '' &&
        path !== 'node_modules/radweave' &&
        !LEFT_OUT.test(path.replace(/^.*node_modules\//, '')),
    );
}

function isRun(path) {
  return !NOT_RUN.test(path) && !/apps\/cli\/(src|node_modules)/.test(path);
}

function source() {
  const git = (...args) => execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).trim();
  return {
    commit: git('rev-parse', 'HEAD'),
    changed: git('status', '--porcelain', '--untracked-files=no') !== '',
    node: process.version,
  };
}
