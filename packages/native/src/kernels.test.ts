// The kernels without Node.js: their C++ tests (cpp/**/*.test.cc) under AddressSanitizer, LeakSanitizer and
// UndefinedBehaviorSanitizer. The program is kept in the cache until a source changes.
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { skipOrFail } from '@radweave/testkit';
import { expect, type TestContext, test } from 'vitest';
import { runCmake } from './setup/build.ts';
import { buildKey, digest, nativeCache, PACKAGE_ROOT, sourceHash } from './setup/cache.ts';
import { SetupError, VariableError } from './setup/errors.ts';
import type { Libtorch } from './setup/libtorch.ts';
import { lookAround } from './setup/machine.ts';
import { namedLibtorch } from './setup/named.ts';
import { usesOwnKernels } from './setup/variables.ts';

/** Each is a process of its own: kernels are installed once in a process. */
const GROUPS = ['plain', 'keys', 'off', 'installed', 'products', 'exit'] as const;
/** Tests that run only where the header of Debian's oneDNN is: set-up for tests installs it. */
const OF_DEBIAN = ["oneDNN's numbers are those of its header"];

const CPP = join(PACKAGE_ROOT, 'cpp');
const paths = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? paths(join(folder, entry.name)) : [join(folder, entry.name)],
  );

function program(libtorch: Libtorch): string {
  const tests = paths(CPP).filter((path) => /\.test\.cc$|\/testing\//.test(path));
  const key = digest([
    buildKey(sourceHash(), libtorch, process),
    ...tests.sort().map((path) => readFileSync(path)),
  ]);
  const target = join(nativeCache(), `kernel-tests-${key}`);
  if (!existsSync(target)) buildTests(libtorch, target);
  return target;
}

function buildTests(libtorch: Libtorch, target: string): void {
  const work = mkdtempSync(join(tmpdir(), 'radweave-kernel-tests-'));
  try {
    runCmake(libtorch, work, { definitions: ['-DRADWEAVE_TESTS=ON'], target: 'kernel_tests' });
    mkdirSync(dirname(target), { recursive: true });
    cpSync(join(work, 'out', 'kernel_tests'), `${target}.${process.pid}`);
    renameSync(`${target}.${process.pid}`, target);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** The libtorch to test with; ends the test where this machine has nothing to compile with. */
function libtorchFor(context: TestContext): Libtorch {
  const { facts, libtorch } = lookAround(
    process.env,
    { named: namedLibtorch(undefined, process.env) },
    () => false,
  );
  if (process.platform !== 'linux') context.skip('sanitizers are asked for on Linux only');
  if (libtorch === undefined || facts.missing.length > 0) {
    skipOrFail(context, `missing: ${facts.missing.join(', ')}`);
    throw new Error('unreachable: the test was skipped');
  }
  return libtorch;
}

test('the C++ tests pass under the sanitizers', (context) => {
  const libtorch = libtorchFor(context);
  let file: string;
  try {
    file = program(libtorch);
  } catch (error) {
    if (error instanceof SetupError && /lib[au]san|sanitize/.test(error.message))
      skipOrFail(context, error.message);
    throw error;
  }
  let printed = '';
  for (const group of GROUPS) {
    const done = spawnSync(file, [group], { encoding: 'utf8' });
    printed += done.stdout;
    expect(`${done.status} ${done.stdout}${done.stderr}`).toMatch(
      new RegExp(`^0 [^]*${group}: \\d+ passed, 0 failed\n$`),
    );
  }
  if (libtorch.source !== 'system') return;
  for (const name of OF_DEBIAN) {
    if (!printed.includes(`ok ${name}`))
      skipOrFail(context, `the header of oneDNN is missing (libdnnl-dev): ${name}`);
  }
}, 600_000);

test('the binding sees the kernels through one header, and the kernels see nothing of Node.js', () => {
  const includes = (folder: string, isMeant: RegExp): string[] =>
    paths(join(CPP, folder))
      .filter((path) => !path.endsWith('.test.cc'))
      .flatMap((path) => readFileSync(path, 'utf8').match(/^#include.*$/gm) ?? [])
      .filter((line) => isMeant.test(line));
  expect(new Set(includes('binding', /kernels/))).toEqual(new Set(['#include "kernels/kernels.h"']));
  expect(includes('kernels', /node_api|napi|binding|environment\.h/)).toEqual([]);
  expect(includes('boot', /ATen|torch|c10|kernels|binding/)).toEqual([]);
});

test('RADWEAVE_KERNELS: on unless 0; what is neither 0 nor 1 is refused', () => {
  expect(usesOwnKernels({})).toBe(true);
  expect(usesOwnKernels({ RADWEAVE_KERNELS: '' })).toBe(true);
  expect(usesOwnKernels({ RADWEAVE_KERNELS: '1' })).toBe(true);
  expect(usesOwnKernels({ RADWEAVE_KERNELS: '0' })).toBe(false);
  expect(() => usesOwnKernels({ RADWEAVE_KERNELS: 'off' })).toThrow(
    new VariableError("RADWEAVE_KERNELS must be 0 or 1, not 'off'"),
  );
});
