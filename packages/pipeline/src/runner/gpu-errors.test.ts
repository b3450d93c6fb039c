import { isOutOfMemory, trainingOutOfMemory } from '@radweave/network/compute/gpu-errors';
import { expect, test } from 'vitest';
import { explainError } from './explain.ts';

/** As libtorch 2.11 and 1.13 say it. */
const FULL = [
  'aten::conv2d(…): CUDA out of memory. Tried to allocate 3.06 GiB. GPU 0 has a total capacity of 79.11 GiB of which 2.93 GiB is free.',
  'CUDA error: out of memory',
  'cuDNN error: CUDNN_STATUS_ALLOC_FAILED',
  'CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`',
  'HIP out of memory. Tried to allocate 2.00 GiB.',
  'MPS backend out of memory (MPS allocated: 8.00 GiB, other allocations: 1.00 GiB, max allowed: 9.07 GiB).',
];

test('a GPU without memory is told apart from a machine without memory', () => {
  for (const text of FULL) {
    expect(isOutOfMemory(new Error(text)), text).toBe(true);
    expect(explainError(new Error(text)), text).toMatchObject({ code: 'E_OUT_OF_MEMORY' });
  }
  for (const text of [
    'out of memory',
    "DefaultCPUAllocator: can't allocate memory",
    'CUDA error: misaligned address',
  ]) {
    expect(isOutOfMemory(new Error(text)), text).toBe(false);
  }
});

test('the batch size that fits comes with the accumulation that makes the same steps', () => {
  const what = { device: 'cuda:0', batch: 96, accumulation: 2, resume: 'radweave train --resume' };
  const told = trainingOutOfMemory(what, 32, new Error(FULL[0]));
  expect(told.exitCode).toBe(5);
  expect(told.message).toContain('cuda:0 has too little memory for batches of 96 slices');
  expect(told.message).toContain('radweave train --resume --batch_size 32 --grad_accumulation 6');
  expect(trainingOutOfMemory({ ...what, resume: null }, 32, undefined).message).toContain(
    'Run the same command again with --set training.auto_batch_size=true, which takes 32',
  );
  expect(trainingOutOfMemory(what, null, undefined).message).toContain('No smaller batch fits');
});

test.each([
  [FULL[0] as string, 'E_OUT_OF_MEMORY', 'smaller --batch_size'],
  [
    'CUDA error: no kernel image is available for execution on the device',
    'E_GPU_TOO_OLD',
    'compute capability',
  ],
  [
    "adaptive_avg_pool2d_backward_cuda does not have a deterministic implementation, but you set 'torch.use_deterministic_algorithms(True)'.",
    'E_NOT_DETERMINISTIC',
    'adaptive_avg_pool2d_backward_cuda gives different bits in every run on a GPU. Leave out --deterministic',
  ],
])('%s', (text, code, told) => {
  expect(explainError(new Error(text))).toMatchObject({ code, message: expect.stringContaining(told) });
});
