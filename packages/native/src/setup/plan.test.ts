import { expect, test } from 'vitest';
import { SetupError } from './errors.ts';
import { type Facts, planSetup } from './plan.ts';

const NOTHING: Pick<Facts, 'missing' | 'blas'> = {
  missing: ['libtorch', 'cmake', 'compiler', 'build tool'],
  blas: undefined,
};

function plan(facts: Partial<Facts>) {
  return planSetup({
    platform: 'linux',
    debian: true,
    mayInstall: () => true,
    missing: [],
    blas: 'openblas-openmp',
    fetchable: { engine: 'cpu', apt: 'first', wheels: [], hasClient: () => false, isPrebuilt: false },
    skipped: [],
    ...facts,
  });
}

test('nothing missing: nothing is done, and no right to install is asked for', () => {
  const mayInstall = () => {
    throw new Error('asked');
  };
  expect(plan({ mayInstall })).toEqual({ install: [], fetch: [], notices: [] });
});

test('an empty Debian with root gets libtorch, the OpenMP OpenBLAS and the tools', () => {
  expect(plan(NOTHING).install).toEqual([
    'libtorch-dev',
    'libdeflate0',
    'cmake',
    'g++',
    'ninja-build',
    'libopenblas0-openmp',
  ]);
});

test("only the pthread OpenBLAS: the OpenMP build is installed; libtorch's own BLAS is left alone", () => {
  expect(plan({ blas: 'openblas-pthread' }).install).toEqual(['libopenblas0-openmp']);
  expect(plan({ blas: 'bundled' }).install).toEqual([]);
});

test('only the pthread OpenBLAS and no root: a notice, no failure', () => {
  const { install, notices } = plan({ blas: 'openblas-pthread', mayInstall: () => false });
  expect(install).toEqual([]);
  expect(notices.join()).toMatch(/slower.*sudo apt-get install libopenblas0-openmp/);
});

test('Debian without root: the exact command, and that nothing was changed', () => {
  const attempt = () => plan({ ...NOTHING, mayInstall: () => false });
  expect(attempt).toThrow(SetupError);
  expect(attempt).toThrow(/nothing was changed/);
  expect(attempt).toThrow(
    'sudo apt-get update && sudo apt-get install libtorch-dev libdeflate0 cmake g++ ninja-build libopenblas0-openmp',
  );
});

test.each([
  ['linux', /pip install torch --index-url \S+\/cpu[\s\S]*CUDA[\s\S]*RADWEAVE_LIBTORCH/],
  ['win32', /winget install[\s\S]*py -m pip install torch[\s\S]*CUDA[\s\S]*RADWEAVE_LIBTORCH/],
  ['darwin', /xcode-select --install[\s\S]*pip install torch[\s\S]*RADWEAVE_LIBTORCH/],
] as const)(
  '%s without apt: steps for that platform, ending with the command to repeat',
  (platform, steps) => {
    const attempt = () => plan({ ...NOTHING, platform, debian: false });
    expect(attempt).toThrow(steps);
    expect(attempt).toThrow(/Run: radweave setup {3}\(in a checkout: npm run setup\)/);
  },
);

test('only a compiler missing: no word about libtorch', () => {
  const attempt = () => plan({ missing: ['compiler'], debian: false });
  expect(attempt).toThrow(/needs compiler/);
  expect(attempt).not.toThrow(/pip install/);
});

test('places that were not taken are named with the reason', () => {
  expect(() => plan({ ...NOTHING, debian: false, skipped: ['/x/torch: has no C++ headers'] })).toThrow(
    'Not taken: /x/torch: has no C++ headers',
  );
});

const TORCH = { file: 'torch-2.15.0-cp311-cp311-manylinux_2_28_x86_64.whl', bytes: 5e8, sha256: '' };
const CPU: Facts['fetchable'] = {
  engine: 'cpu',
  apt: 'first',
  wheels: [TORCH],
  hasClient: () => true,
  isPrebuilt: false,
};

test('no libtorch and no root, but pip or uv: the wheels are fetched', () => {
  const facts = { missing: ['libtorch'], blas: undefined, fetchable: CPU } as const;
  for (const debian of [true, false]) {
    const { install, fetch } = plan({ ...facts, debian, mayInstall: () => false });
    expect({ install, fetch }).toEqual({ install: [], fetch: [TORCH] });
  }
  expect(plan(facts).fetch).toEqual([]);
  expect(plan(facts).install).toContain('libtorch-dev');
});

test('wheels are fetched only where a compiler is there to build for them, or an engine is prebuilt', () => {
  const attempt = (fetchable: Facts['fetchable']) =>
    plan({ missing: ['libtorch', 'compiler'], debian: false, fetchable });
  expect(() => attempt(CPU)).toThrow(/needs compiler; nothing was changed/);
  expect(attempt({ ...CPU, isPrebuilt: true })).toMatchObject({ install: [], fetch: [TORCH] });
  // Another libtorch is there, and only a compiler is missing.
  const other = { missing: ['compiler'], debian: false, fetchable: { ...CPU, isPrebuilt: true } } as const;
  expect(() => plan(other)).toThrow(/needs compiler[^$]*radweave setup --libtorch pinned$/);
});

test('where an engine is prebuilt nobody is told to install a compiler for the libtorch to get', () => {
  const fetchable = { ...CPU, hasClient: () => false, isPrebuilt: true };
  const attempt = (facts: Partial<Facts>) => () => plan({ ...NOTHING, fetchable, ...facts });
  const other = attempt({ debian: false });
  expect(other).toThrow(/^Set-up needs libtorch; nothing was changed\.\n1\. Get libtorch by one of/);
  expect(other).toThrow(/An engine is prebuilt for libtorch [\d.]+; for another one .* compiler/);
  // Debian's is another one, which an administrator gets where there is neither pip nor uv.
  expect(attempt({ mayInstall: () => false })).toThrow(
    /apt-get install libtorch-dev libdeflate0 cmake g\+\+/,
  );
  expect(attempt({})().install).toContain('g++');
});

test("with root on Debian the libtorch with a prebuilt engine is fetched: Debian's needs one to be built", () => {
  const fetched = plan({ ...NOTHING, fetchable: { ...CPU, isPrebuilt: true } });
  expect(fetched).toEqual({ install: [], fetch: [TORCH], notices: [] });
  const built = plan({ ...NOTHING, fetchable: CPU });
  expect(built.fetch).toEqual([]);
  expect(built.install).toContain('libtorch-dev');
});

test("for a GPU Debian's own is not enough, unless nothing can be fetched", () => {
  const facts = { missing: ['libtorch', 'compiler'], blas: undefined } as const;
  const cuda: Facts['fetchable'] = { ...CPU, engine: 'cuda', apt: 'last' };
  expect(plan({ ...facts, fetchable: cuda })).toMatchObject({ install: ['g++'], fetch: [TORCH] });
  const without = plan({ ...facts, fetchable: { ...cuda, hasClient: () => false } });
  expect(without.fetch).toEqual([]);
  expect(without.install).toContain('libtorch-dev');
  // Where a GPU was asked for, one for the CPU would not be taken; every build for CUDA is named.
  const asked = () => plan({ ...facts, fetchable: { ...cuda, apt: 'never', hasClient: () => false } });
  expect(asked).toThrow(/cu130: driver 580 .* 7\.5 .*\n.*cu128: .*\n.*cu126: .* 5\.0 to 9\.9/);
});
