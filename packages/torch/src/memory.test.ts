import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { full, ones, zeros } from './create.ts';
import { allocatorStats, emptyCache, memoryStats } from './runtime.ts';
import { tidy } from './scope.ts';
import type { Tensor } from './tensor.ts';
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

test('freed neighbours are one piece for a larger tensor, and nothing is counted twice', () => {
  emptyCache();
  const before = allocatorStats();
  const small = Array.from({ length: 24 }, () => zeros([MB]));
  expect(allocatorStats().live - before.live).toBeGreaterThanOrEqual(24 * 4 * MB);
  // Every second one first, so that each freed later joins what lies on both sides.
  for (const parity of [0, 1]) for (let i = parity; i < small.length; i += 2) small[i]?.dispose();
  const freed = allocatorStats();
  expect(freed.live).toBe(before.live);
  const large = ones([20 * MB]);
  const after = allocatorStats();
  expect(after.cached).toBeLessThan(freed.cached - 20 * 4 * MB + 1);
  expect(after.live + after.cached).toBe(freed.live + freed.cached);
  expect(large.sum().item()).toBe(20 * MB);
  large.dispose();
  emptyCache();
  expect(allocatorStats()).toEqual({ live: before.live, cached: 0, largestLive: before.live });
});

test('an emptied cache is returned to the system, also between tensors that live', () => {
  const tensors = Array.from({ length: 128 }, () => ones([(3 * MB) / 4]));
  for (let i = 0; i < tensors.length; i += 2) tensors[i]?.dispose();
  const before = residentMegabytes();
  emptyCache();
  // 64 tensors of 3 MB; the last tenth is for what else the process does meanwhile.
  expect(before - residentMegabytes()).toBeGreaterThan(0.9 * 64 * 3);
  for (let i = 1; i < tensors.length; i += 2) {
    expect(tensors[i]?.sum().item()).toBe((3 * MB) / 4);
    tensors[i]?.dispose();
  }
});

test('what is live and what is kept stay below one and a half times the most that was live', () => {
  emptyCache();
  let state = 7;
  const random = (below: number): number => {
    state = (state * 48271) % 2147483647;
    return state % below;
  };
  const held = new Map<number, { tensor: Tensor; value: number }>();
  for (let i = 0; i < 3000; i++) {
    const slot = random(40);
    const old = held.get(slot);
    if (old !== undefined) {
      expect([old.tensor.min().item(), old.tensor.max().item()]).toEqual([old.value, old.value]);
      old.tensor.dispose();
    }
    const tensor = full([(1 + random(9)) * (MB / 4) + random(999)], i);
    held.set(slot, { tensor, value: i });
    const { live, cached, largestLive } = allocatorStats();
    expect(live + cached).toBeLessThanOrEqual(1.5 * largestLive + 64 * MB);
  }
  for (const { tensor } of held.values()) tensor.dispose();
  emptyCache();
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
