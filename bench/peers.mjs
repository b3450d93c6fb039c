// The Python peers: which interpreters can run them, and how they are run.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { hasNativeBf16, openBlasCore } from '../packages/native/dist/index.js';
import { peersPython } from '../packages/testkit/dist/peers-place.js';
import { ROOT } from './options.mjs';

/** Debian's own interpreter: the one whose torch, torchvision and scikit-learn come from apt. */
const DEBIAN_PYTHON = '/usr/bin/python3';

/** Where Debian keeps the OpenBLAS that shares OpenMP's threads, the better one for PyTorch. */
const OPENBLAS_OPENMP = '/usr/lib/x86_64-linux-gnu/openblas-openmp';

/** An expert leaves bfloat16 off where the CPU would emulate it: that is thirty times as slow as float32. */
const TUNED = [...(hasNativeBf16() ? ['--bf16'] : []), '--channels-last'];

/** What `tuned` means on this machine. */
export const TUNED_TEXT = `${hasNativeBf16() ? 'bf16 autocast' : 'float32 (this CPU has no bfloat16 instructions)'} with channels last`;

/**
 * An interpreter's state for peers: torch's version and folder, or the module that is missing.
 *
 * @param path program; its own packages only
 * @param subject whose version it is
 */
function inspectPython(path, subject = 'torch') {
  const code = [
    `import json, torch, torchvision, numpy, PIL, ${subject}`,
    `import os; print(json.dumps(dict(version=${subject}.__version__, root=os.path.dirname(torch.__file__))))`,
  ].join('\n');
  const done = spawnSync(path, ['-c', code], { encoding: 'utf8', env: peerEnv(path) });
  if (done.error) return { problem: `${path}: ${done.error.message}` };
  if (done.status !== 0) return { problem: `${path}: ${done.stderr.trim().split('\n').at(-1)}` };
  return JSON.parse(done.stdout.trim().split('\n').at(-1));
}

function peerEnv(python) {
  const libraries = python === DEBIAN_PYTHON && existsSync(OPENBLAS_OPENMP) ? OPENBLAS_OPENMP : undefined;
  const before = process.env.LD_LIBRARY_PATH;
  return {
    ...process.env,
    ...(libraries === undefined
      ? {}
      : { LD_LIBRARY_PATH: [libraries, ...(before ? [before] : [])].join(':') }),
  };
}

/**
 * Everyone who takes turns in the rows: ours, the plain and the tuned peer, and those of `--python`.
 *
 * @returns `{ sides, notes }`; a note says who is left out and why.
 */
export function chooseSides({ python, pythonOnly }, say) {
  const sides = [{ id: 'ours', label: 'Radweave', kind: 'ours', env: {} }];
  const notes = [];
  const paths = [...(pythonOnly ? [] : [DEBIAN_PYTHON]), ...(python === undefined ? [] : [python])];
  for (const path of paths) {
    const found = inspectPython(path);
    if (found.problem !== undefined) {
      notes.push(`PyTorch peers of ${path} are skipped: ${found.problem}`);
      continue;
    }
    const suffix = path === DEBIAN_PYTHON ? '' : `-${found.version}`;
    // The plain peer runs as PyTorch comes; an expert would notice an OpenBLAS that does not know the CPU.
    const core = openBlasCore();
    const expert = core === undefined ? {} : { OPENBLAS_CORETYPE: core };
    const peer = (id, flags, env = {}) => ({
      id: `${id}${suffix}`,
      label: `PyTorch ${found.version}, ${id}`,
      kind: 'peer',
      python: path,
      env: { ...peerEnv(path), ...env },
      flags,
    });
    sides.push(peer('plain', []), peer('tuned', TUNED, expert));
    if (path !== DEBIAN_PYTHON) {
      sides.push(peer('compiled', [...TUNED, '--compile'], expert));
      sides.push({
        id: `ours${suffix}`,
        label: `Radweave on libtorch ${found.version}`,
        kind: 'ours',
        env: { RADWEAVE_LIBTORCH: found.root },
      });
    }
  }
  const openvino = openvinoSide();
  if (openvino.problem === undefined) sides.push(openvino);
  else notes.push(`OpenVINO is skipped: ${openvino.problem}`);
  for (const note of notes) say(note);
  return { sides, notes };
}

/** OpenVINO, which only runs networks: of the environment that tests compare with. */
function openvinoSide() {
  const python = peersPython();
  const { version, problem } = inspectPython(python, 'openvino');
  if (problem !== undefined) return { problem: `${problem} (npm test installs it)` };
  const flags = hasNativeBf16() ? ['--bf16'] : [];
  const label = `OpenVINO ${version.split('-')[0]}, ${hasNativeBf16() ? 'bf16' : 'float32'}`;
  return { id: 'openvino', label, kind: 'engine', python, env: peerEnv(python), flags };
}

/** Program and arguments of a peer. */
export function peerCommand(side, script, args, isTunable = true) {
  return [side.python, join(ROOT, 'bench', 'peers', script), ...args, ...(isTunable ? side.flags : [])];
}

/** Program and arguments of one of our measurements. */
export function oursCommand(script, task) {
  return [process.execPath, join(ROOT, 'bench', 'ours', script), JSON.stringify(task)];
}

/** The `radweave` command. */
export const RADWEAVE = join(ROOT, 'apps', 'cli', 'bin', 'radweave.mjs');

/** The folder that relative names of shared inputs refer to. */
export const SHARED = join(dirname(ROOT.replace(/[\\/]$/, '')), 'shared');
