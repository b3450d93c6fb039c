import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { ones, zeros } from './create.ts';
import { memoryStats } from './runtime.ts';
import { tidy } from './scope.ts';
import { engineProcess } from './testing/processes.ts';

const MB = 2 ** 20;

function residentMegabytes(): number {
  globalThis.gc?.();
  return process.memoryUsage.rss() / MB;
}

test('20,000 operators in scopes leave nothing behind', () => {
  const x = ones([64, 64]).keep();
  const step = (): void => {
    for (let i = 0; i < 200; i++) tidy(() => void x.add(1).mul(2).relu());
  };
  for (let i = 0; i < 20; i++) step();
  const tensors = memoryStats().tensors;
  const before = residentMegabytes();
  for (let i = 0; i < 34; i++) step();
  expect(residentMegabytes() - before).toBeLessThan(20);
  expect(memoryStats().tensors).toBe(tensors);
  x.dispose();
});

test('undisposed tensors of an async loop that yields are collected', async () => {
  const before = residentMegabytes();
  let highest = 0;
  for (let i = 0; i < 1500; i++) {
    zeros([MB]).fill_(i);
    highest = Math.max(highest, process.memoryUsage.rss() / MB);
    await setImmediate();
  }
  expect(highest - before).toBeLessThan(1000);
  expect(memoryStats().trackedBytes).toBeLessThan(1000 * MB);
});

test('process.exit in the middle of work ends with its code', () => {
  const middles = [
    `torch.tidy(() => { torch.randn([300, 300]).mm(torch.randn([300, 300])); process.exit(7); });`,
    `const w = torch.ones([9], { requiresGrad: true }); const y = w.mul(2).sum(); y.backward(); process.exit(7);`,
    `torch.noGrad(() => torch.autocast({}, () => { torch.ones([9, 9]).mm(torch.ones([9, 9])); process.exit(7); }));`,
    `setTimeout(() => process.exit(7), 40); setInterval(() => torch.randn([200, 200]).sum().item(), 0);`,
    `const net = new torch.nn.Conv2d(1, 2, 3); net.call(torch.randn([1, 1, 9, 9])).memory(); process.exitCode = 7;`,
  ];
  for (const source of middles) {
    const { status, signal, stderr } = engineProcess(source);
    expect({ status, signal, stderr }).toEqual({ status: 7, signal: null, stderr: '' });
  }
});

test('an uncaught operator error ends the process with 1, not with a crash', () => {
  const { status, signal, stderr } = engineProcess('torch.ones([2, 3]).mm(torch.ones([2, 3]));');
  expect({ status, signal }).toEqual({ status: 1, signal: null });
  expect(stderr).toMatch(/aten::mm\(float32\[2, 3\], float32\[2, 3\]\)/);
});
