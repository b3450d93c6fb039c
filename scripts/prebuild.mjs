// Builds the addons on this machine and makes the package of its platform of them, in build/prebuilt; scripts/pack.mjs packs it:
//   node scripts/prebuild.mjs
// It fetches the pinned libtorch, on Linux the one for CUDA, so that the addon for CUDA comes along (3 GB; RADWEAVE_LIBTORCH names
// one that is there).
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { sourceHash } from '../packages/native/dist/setup/cache.js';
import { LEAST_GLIBC } from '../packages/native/dist/setup/host.js';
import { setUp } from '../packages/native/dist/setup/index.js';
import { PINNED_TORCH } from '../packages/native/dist/setup/pinned.js';
import { PREBUILT, ROOT } from './pack.mjs';

/**
 * The newest interface of each library that an addon for Linux may ask for: glibc's as libtorch's own builds, those of the compiler's
 * libraries as RHEL 8 has them (GCC 8), which is the oldest of the systems with that glibc.
 */
const NEWEST = { GLIBC: LEAST_GLIBC.join('.'), GLIBCXX: '3.4.25', CXXABI: '1.3.11', GCC: '7.0.0' };

const isNewer = (a, b) => a.localeCompare(b, 'en', { numeric: true }) > 0;

/** The interfaces that a shared object asks for and the oldest supported Linux lacks, such as GLIBC_2.34. */
export function tooNew(file) {
  const asked = readFileSync(file, 'latin1').matchAll(/\0(GLIBC|GLIBCXX|CXXABI|GCC)_(\w[\w.]*)(?=\0)/g);
  return [...asked]
    .filter(([, library, version]) => isNewer(version, NEWEST[library]))
    .map(([, library, version]) => `${library}_${version}`);
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

/** Refuses addons that would not load on the oldest supported Linux. */
function checkInterfaces(folder, names) {
  for (const name of names) {
    const newer = tooNew(join(folder, name));
    if (newer.length > 0) {
      throw new Error(
        `${name} needs ${newer.join(', ')}, which a Linux with glibc ${NEWEST.GLIBC} lacks: objdump -T names the symbols, and packages/native/cpp/glibc.h is the place for their first versions`,
      );
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

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const cache = mkdtempSync(join(tmpdir(), 'radweave-prebuild-'));
  try {
    const { folder, cuda } = build(cache);
    const names = readdirSync(folder).filter((name) => name.endsWith('.node'));
    if (process.platform === 'linux') checkInterfaces(folder, names);
    console.log(writePackage(folder, names, cuda));
  } finally {
    rmSync(cache, { recursive: true, force: true });
  }
}
