import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { ones } from './create.ts';
import { tidy } from './scope.ts';
import { engineProcess, engineWorker } from './testing/processes.ts';

const WORK = `
  torch.setNumThreads(1);
  const net = new torch.nn.Sequential([new torch.nn.Conv2d(3, 8, 3), new torch.nn.ReLU()]);
  parentPort.postMessage('working');
  for (;;) torch.tidy(() => net.call(torch.randn([2, 3, 16, 16])).sum().backward());
`;

/** Ends a worker at a random moment: of its start, or of its work. */
async function endAtRandom(worker: Worker, whileWorking: boolean): Promise<void> {
  if (whileWorking) await once(worker, 'message');
  await setTimeout(300 * Math.random());
  await worker.terminate();
}

test('20 workers that are terminated at random moments leave the main thread whole', async () => {
  for (let wave = 0; wave < 5; wave++) {
    const ends = [true, true, true, false].map((working) => endAtRandom(engineWorker(WORK), working));
    const sum = tidy(() =>
      ones([50, 50])
        .mm(ones([50, 50]))
        .sum()
        .item(),
    );
    expect(sum).toBe(125_000);
    await Promise.all(ends);
  }
  expect(tidy(() => ones([3]).sum().item())).toBe(3);
});

test('a worker computes what the main thread computes', async () => {
  const worker = engineWorker('parentPort.postMessage(torch.arange(5).to("float32").exp().sum().item());');
  const [value] = await once(worker, 'message');
  expect(value).toBeCloseTo(85.791, 3);
});

test('process.exit while workers compute ends with its code', () => {
  const { status, signal } = engineProcess(`
    import { Worker } from 'node:worker_threads';
    const engine = ${JSON.stringify(new URL('../dist/index.js', import.meta.url).href)};
    const code = 'import * as torch from ' + JSON.stringify(engine) +
      '; for (;;) torch.tidy(() => torch.randn([64, 64]).mm(torch.randn([64, 64])));';
    for (let i = 0; i < 3; i++) new Worker(new URL('data:text/javascript,' + encodeURIComponent(code)));
    torch.ones([3]).sum();
    setTimeout(() => process.exit(7), 800);
  `);
  expect({ status, signal }).toEqual({ status: 7, signal: null });
});
