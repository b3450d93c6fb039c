// Builds the addons on this machine and makes the package of its platform of them, in build/prebuilt; scripts/pack.mjs packs it:
//   node scripts/prebuild.mjs [--newest_glibc 2.28]
// It fetches the pinned libtorch, on Linux the one for CUDA, so that the addon for CUDA comes along (3 GB; RADWEAVE_LIBTORCH names
// one that is there).
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { sourceHash } from '../packages/native/dist/setup/cache.js';
import { setUp } from '../packages/native/dist/setup/index.js';
import { PINNED_TORCH } from '../packages/native/dist/setup/pinned.js';
import { PREBUILT, ROOT } from './pack.mjs';

/** The newest version of each of glibc's and libstdc++'s interfaces that a library asks for. */
function needed(file) {
  const text = readFileSync(file, 'latin1');
  const newest = (name) =>
    [...text.matchAll(new RegExp(`\\b${name}_([0-9.]+)\\0`, 'g'))]
      .map(([, version]) => version)
      .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
      .at(-1);
  return { GLIBC: newest('GLIBC'), GLIBCXX: newest('GLIBCXX'), CXXABI: newest('CXXABI') };
}

/** Builds into a cache of its own, so that nothing else is taken for this build, and tries the engine as any set-up does. */
function build(cache) {
  const env = { ...process.env, RADWEAVE_CACHE: cache };
  const engine = process.platform === 'linux' ? 'cuda' : 'cpu';
  const options = env.RADWEAVE_LIBTORCH ? {} : { libtorch: 'pinned', engine, yes: true };
  const { record } = setUp((line) => console.error(line), options, env);
  const [version, flavour = ''] = record.libtorch.version.split('+');
  if (version !== PINNED_TORCH) {
    throw new Error(`Prebuilt addons are for libtorch ${PINNED_TORCH}; this is ${record.libtorch.version}`);
  }
  const cuda = record.cudaAddon === null ? null : (/^cu(\d\d)/.exec(flavour)?.[1] ?? null);
  return { folder: dirname(record.addon), cuda };
}

function checkGlibc(folder, names, newest) {
  for (const name of names) {
    const { GLIBC, ...others } = needed(join(folder, name));
    console.log(`${name} needs ${JSON.stringify({ GLIBC, ...others })}`);
    if (newest !== undefined && GLIBC.localeCompare(newest, 'en', { numeric: true }) > 0) {
      throw new Error(`${name} needs glibc ${GLIBC}: build where glibc is ${newest} or older`);
    }
  }
}

function writePackage(folder, names, cuda) {
  const { platform, arch } = process;
  const target = join(PREBUILT, `native-${platform}-${arch}`);
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  for (const name of names) cpSync(join(folder, name), join(target, name));
  cpSync(join(ROOT, 'LICENSE'), join(target, 'LICENSE'));
  const name = `@radweave/native-${platform}-${arch}`;
  const text = `The engine of [@radweave/native](https://www.npmjs.com/package/@radweave/native) for ${platform}-${arch} and libtorch ${PINNED_TORCH}.`;
  writeFileSync(join(target, 'README.md'), `# ${name}\n\n${text}\n`);
  const { version, license, repository, engines } = JSON.parse(
    readFileSync(join(ROOT, 'packages', 'native', 'package.json'), 'utf8'),
  );
  const manifest = {
    name,
    version,
    description: `Radweave's engine for ${platform}-${arch}`,
    license,
    keywords: ['radweave', 'libtorch'],
    repository,
    engines,
    os: [platform],
    cpu: [arch],
    ...(platform === 'linux' && { libc: ['glibc'] }),
    files: ['*.node'],
    radweave: { torch: PINNED_TORCH, cuda, sources: sourceHash() },
  };
  writeFileSync(join(target, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  return target;
}

const { values } = parseArgs({ options: { newest_glibc: { type: 'string' } } });
const cache = mkdtempSync(join(tmpdir(), 'radweave-prebuild-'));
try {
  const { folder, cuda } = build(cache);
  const names = readdirSync(folder).filter((name) => name.endsWith('.node'));
  if (process.platform === 'linux') checkGlibc(folder, names, values.newest_glibc);
  console.log(writePackage(folder, names, cuda));
} finally {
  rmSync(cache, { recursive: true, force: true });
}
