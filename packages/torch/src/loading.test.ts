// What the engine sets for itself before libtorch is mapped, seen by the libraries that it is for.
import { openBlasCore } from '@radweave/native';
import { readNativeRecord } from '@radweave/native/setup';
import { expect, test } from 'vitest';
import { engineProcess } from './testing/processes.ts';

/** Nobody has set anything. */
const BARE = {
  ...{ OPENBLAS_CORETYPE: undefined, GOMP_SPINCOUNT: undefined, OMP_WAIT_POLICY: undefined },
  ...{ RADWEAVE_THREADS: '2', OPENBLAS_VERBOSE: '2' },
};

function loaded(env: Readonly<Record<string, string | undefined>>): {
  core: string | undefined;
  spins: string | null;
} {
  const { status, stdout, stderr } = engineProcess(
    'torch.ones([1]); console.log(JSON.stringify(process.env.GOMP_SPINCOUNT ?? null));',
    { ...BARE, ...env },
  );
  expect(status, stderr).toBe(0);
  return {
    core: /^Core: (\w+)$/m.exec(stderr)?.[1],
    spins: JSON.parse(stdout.trim().split('\n').at(-1) ?? ''),
  };
}

test('OpenBLAS computes with the kernels of this CPU, or with those the user has named', (context) => {
  const core = openBlasCore();
  if (!readNativeRecord().blas.kind.startsWith('openblas') || core === undefined) {
    context.skip('this libtorch does not use OpenBLAS, or the CPU has no AVX2');
  }
  expect(loaded({}).core).toBe(core);
  expect(loaded({ OPENBLAS_CORETYPE: 'Haswell' }).core).toBe('Haswell');
});

test('waiting threads sleep soon, unless there are many or the user has said how they wait', () => {
  expect(loaded({}).spins).toBe('3000');
  expect(loaded({ GOMP_SPINCOUNT: '7' }).spins).toBe('7');
  expect(loaded({ OMP_WAIT_POLICY: 'active' }).spins).toBeNull();
  expect(loaded({ RADWEAVE_THREADS: '17' }).spins).toBeNull();
});
