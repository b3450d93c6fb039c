import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { ones, optim, tidy, zeros } from '@radweave/torch';
import { expect, test } from 'vitest';
import { explainError } from './explain.ts';

/** What `work` throws, explained. */
function explained(work: () => unknown): unknown {
  try {
    tidy(work as () => undefined);
  } catch (error) {
    return explainError(error);
  }
  throw new Error('nothing was thrown');
}

test('no memory is the machine’s condition, with a remedy', () => {
  const cases = [() => zeros([2 ** 50]), () => new ArrayBuffer(2 ** 52 - 1)];
  for (const work of cases) {
    expect(explained(work)).toMatchObject({
      code: 'E_NO_MEMORY',
      exitCode: 5,
      hint: expect.stringContaining('--batch_size'),
    });
  }
});

test('a thread that Node.js ends for want of memory is told with the limit to raise', async () => {
  const worker = new Worker('const kept = []; for (;;) kept.push(new Array(1000).fill(kept.length));', {
    eval: true,
    resourceLimits: { maxOldGenerationSizeMb: 8 },
  });
  const [error] = await once(worker, 'error');
  expect(explainError(error)).toMatchObject({
    code: 'E_NO_MEMORY',
    exitCode: 5,
    hint: expect.stringContaining('NODE_OPTIONS=--max-old-space-size='),
  });
});

test('a learning rate beyond float32 is told as such', () => {
  const error = explained(() => {
    const weight = ones([2], { requiresGrad: true });
    const optimizer = new optim.AdamW([weight], { lr: 1e38 });
    weight.sum().backward();
    optimizer.step();
  });
  expect(error).toMatchObject({ code: 'E_NUMBER_RANGE', exitCode: 3 });
});

test('what has an exit code already, and bugs, stay', () => {
  for (const error of [
    new TypeError('bug'),
    Object.assign(new Error('out of memory'), { exitCode: 2 }),
    'text',
  ]) {
    expect(explainError(error)).toBe(error);
  }
  expect(
    explainError(Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO', syscall: 'read' })),
  ).toMatchObject({
    code: 'E_DISK_FAULT',
    exitCode: 5,
  });
});
