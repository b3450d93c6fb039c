// The addon for CUDA against the torch that PyPI has: no machine of CI has a GPU, but all can compile and link it.
import { execFileSync } from 'node:child_process';
import { onLinux, useNewestLibtorch } from '@radweave/testkit';
import { expect } from 'vitest';
import { readNativeRecord } from './setup/record.ts';

onLinux(
  'the addon for CUDA compiles, with the headers that pip has, and links',
  () => {
    useNewestLibtorch();
    const { cudaAddon } = readNativeRecord();
    const symbols = execFileSync('nm', ['-D', '--undefined-only', '-C', String(cudaAddon)], {
      encoding: 'utf8',
    });
    expect(symbols).toContain('at::cuda::CUDAGraph::replay()');
    expect(symbols).toContain('c10d::ProcessGroupNCCL::ProcessGroupNCCL(');
  },
  600_000,
);
