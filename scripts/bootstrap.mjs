// Makes a checkout ready: npm packages, TypeScript, then what `radweave setup` does. Nothing is installed yet when
// this starts, so it uses Node's own modules only. Safe to repeat; quick when nothing changed.
// `--tests`: the programs that conformance tests compare with, too.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const REFERENCE = [
  'python3-venv',
  'python3-torch',
  'python3-torchvision',
  'python3-sklearn',
  'python3-pil',
  'python3-pandas',
  'python3-scipy',
  'python3-statsmodels',
  'python3-numpy',
  'python3-matplotlib',
  'python3-yaml',
  'r-cran-proc',
  'r-cran-jsonlite',
  'chromium',
  // Its header, which the kernels' tests compare numbers with.
  'libdnnl-dev',
];

function say(line) {
  process.stderr.write(`${line}\n`);
}

function stop(message, code) {
  say(message);
  process.exit(code);
}

function run(command, args, doing) {
  const done = spawnSync(command, args, { cwd: ROOT, stdio: ['ignore', 2, 2] });
  if (done.error) stop(`${doing} failed: ${done.error.message}`, 5);
  if (done.status !== 0) stop(`${doing} failed (${done.status ?? done.signal}); its messages are above.`, 1);
}

/** npm as a script for this Node: a bare `npm` cannot be started without a shell on Windows. */
function npm(args, doing) {
  const beside = join(dirname(process.execPath), 'node_modules', 'npm', 'bin', 'npm-cli.js');
  const script = [process.env.npm_execpath, beside].find((path) => path?.endsWith('.js') && existsSync(path));
  if (script) run(process.execPath, [script, ...args], doing);
  else run('npm', args, doing);
}

function installPackages() {
  const marker = join(ROOT, 'node_modules', '.radweave-install');
  const lock = readFileSync(join(ROOT, 'package-lock.json'));
  const wanted = createHash('sha256').update(lock).update(process.version).digest('hex');
  if (existsSync(marker) && readFileSync(marker, 'utf8') === wanted) return;
  say('Installing npm packages');
  npm(['ci'], 'npm ci');
  writeFileSync(marker, wanted);
}

function installReference(setup) {
  if (!setup.isDebian()) {
    say('Not Debian or Ubuntu: conformance tests, which compare with Debian’s PyTorch, will be skipped.');
    return;
  }
  const missing = setup.missingPackages(REFERENCE);
  if (missing.length === 0) return;
  if (setup.mayInstall()) setup.aptInstall(missing, say);
  else
    say(`Conformance tests will be skipped; an administrator can run: apt-get install ${missing.join(' ')}`);
}

const PEERS = pathToFileURL(join(ROOT, 'packages/testkit/dist/peers-place.js')).href;

async function installPeers() {
  const { installPeers } = await import(PEERS);
  const why = installPeers(say);
  if (why !== null) say(`Tests that compare with the newest programs will be skipped: ${why}`);
}

/** In a process of its own: unpacking takes minutes of one core, in which the engine can be compiled. */
function startPeers() {
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), '--peers'], {
    stdio: ['ignore', 2, 2],
  });
  return once(child, 'exit');
}

/** The engine for the newest libtorch: once here, in place of in several test files at a time. */
async function buildForPeers() {
  const { newestLibtorch, peersPython } = await import(PEERS);
  if (process.platform !== 'linux' || !existsSync(peersPython())) return;
  const env = { ...process.env, RADWEAVE_LIBTORCH: newestLibtorch() };
  const command = join(ROOT, 'apps', 'cli', 'bin', 'radweave.mjs');
  const { status } = spawnSync(process.execPath, [command, 'setup'], { env, stdio: ['ignore', 2, 2] });
  if (status !== 0)
    say('Tests that compute with the newest libtorch will fail: its engine could not be built.');
}

/** What the test runner's bundler (rolldown) asks for; npm only warns of it. */
function canRunTests(major, minor) {
  return major > 22 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19);
}

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20) stop(`Radweave needs Node.js 20 or newer; this is ${process.version}.`, 5);
if (process.argv.includes('--tests') && !canRunTests(major, minor)) {
  stop(
    `Tests need Node.js 20.19 or newer, or 22.12 or newer; this is ${process.version}. Radweave itself runs on it: npm run setup`,
    5,
  );
}
if (process.argv.includes('--peers')) {
  await installPeers();
  process.exit();
}
installPackages();
// Not bin/tsc: the first releases of Node.js 20 do not load a module without an extension.
run(
  process.execPath,
  [join(ROOT, 'node_modules', 'typescript', 'lib', 'tsc.js'), '-b'],
  'The TypeScript build',
);
const setup = await import(pathToFileURL(join(ROOT, 'packages', 'native', 'dist', 'setup', 'index.js')).href);
try {
  const isForTests = process.argv.includes('--tests');
  if (isForTests) installReference(setup);
  const peers = isForTests ? startPeers() : undefined;
  setup.setUp(say, { yes: process.argv.includes('--yes') });
  if (isForTests) {
    await peers;
    await buildForPeers();
  }
} catch (error) {
  if (!(error instanceof setup.SetupError)) throw error;
  stop(error.message, error.code);
}
