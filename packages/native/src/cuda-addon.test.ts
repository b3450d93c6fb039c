// The addon for CUDA against the torch that PyPI has: no machine of CI has a GPU, but all can compile and link it.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onLinux, peersPython, python } from '@radweave/testkit';
import { expect } from 'vitest';
import { CUDA_ADDON, runCmake } from './setup/build.ts';
import { inspectLibtorch } from './setup/libtorch.ts';

onLinux(
  'the addon for CUDA compiles, with the headers that pip has, and links',
  () => {
    const where = 'import os, torch; print(os.path.dirname(torch.__file__), end="")';
    const found = inspectLibtorch(python(where, { interpreter: peersPython() }), 'python', process);
    if (!('libtorch' in found)) throw new Error(`not whole: ${found.missing.join(', ')}`);
    const { libtorch } = found;
    expect(libtorch.cudaInclude).toMatch(/nvidia\/cu\d+\/include$/);
    const work = mkdtempSync(join(tmpdir(), 'radweave-cuda-'));
    try {
      runCmake(libtorch, work, { target: 'radweave_cuda' });
      const symbols = execFileSync('nm', ['-D', '--undefined-only', '-C', join(work, 'out', CUDA_ADDON)], {
        encoding: 'utf8',
      });
      expect(symbols).toContain('at::cuda::CUDAGraph::replay()');
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  },
  600_000,
);
