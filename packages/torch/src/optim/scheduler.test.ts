import { python, referenceTest } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { CosineAnnealingLR } from './cosine-annealing.ts';
import { ReduceLROnPlateau } from './plateau.ts';
import type { Scheduled, Scheduler } from './scheduler.ts';
import { StepLR } from './step-lr.ts';

const STEPS = 60;

/** Rises, then stays: every branch of the plateau schedule is reached. */
const METRICS = Array.from({ length: STEPS }, (_, i) => (i < 8 ? 1 + i / 8 : 2 - (i % 7) / 100));

interface Case {
  name: string;
  lrs: number[];
  make: (optimizer: Scheduled) => Scheduler;
  python: string;
}

const CASES: Case[] = [
  {
    name: 'cosine, one descent',
    lrs: [0.1],
    make: (o) => new CosineAnnealingLR(o, { tMax: STEPS }),
    python: 'CosineAnnealingLR(o, T_max=60)',
  },
  {
    name: 'cosine, down and up again, with a minimum',
    lrs: [0.1, 0.003],
    make: (o) => new CosineAnnealingLR(o, { tMax: 13, etaMin: 1e-4 }),
    python: 'CosineAnnealingLR(o, T_max=13, eta_min=1e-4)',
  },
  {
    name: 'step',
    lrs: [0.1, 0.003],
    make: (o) => new StepLR(o, { stepSize: 7, gamma: 0.3 }),
    python: 'StepLR(o, step_size=7, gamma=0.3)',
  },
  {
    name: 'plateau',
    lrs: [0.1, 0.003],
    make: (o) => new ReduceLROnPlateau(o, { factor: 0.5, patience: 2 }),
    python: "ReduceLROnPlateau(o, mode='max', factor=0.5, patience=2)",
  },
  {
    name: 'plateau with defaults, of a rate that is next to nothing',
    lrs: [1e-7, 0.01],
    make: (o) => new ReduceLROnPlateau(o),
    python: "ReduceLROnPlateau(o, mode='max')",
  },
];

interface Reference {
  lrs: number[][];
  middle: Record<string, unknown>;
  end: Record<string, unknown>;
}

const SOURCE = `
import json, sys, copy, warnings, torch
from torch.optim.lr_scheduler import *
warnings.simplefilter('ignore')
cases, metrics = json.load(sys.stdin)
out = []
for case in cases:
    o = torch.optim.SGD([{'params': [torch.zeros(1)], 'lr': lr} for lr in case['lrs']], lr=1.0)
    s = eval(case['python'])
    lrs = []
    for i, metric in enumerate(metrics):
        if i == len(metrics) // 2: middle = copy.deepcopy(s.state_dict())
        s.step(metric) if isinstance(s, ReduceLROnPlateau) else s.step()
        lrs.append([g['lr'] for g in o.param_groups])
    out.append({'lrs': lrs, 'middle': middle, 'end': s.state_dict()})
print(json.dumps(out))
`;

function reference(): Reference[] {
  const input = JSON.stringify([CASES.map((item) => ({ lrs: item.lrs, python: item.python })), METRICS]);
  // JSON has no infinity; a number too large is one.
  return JSON.parse(python(SOURCE, { input }).replaceAll('Infinity', '1e999'));
}

function groupsOf(lrs: readonly number[]): Scheduled & { paramGroups: { lr: number; initialLr?: number }[] } {
  return { paramGroups: lrs.map((lr) => ({ lr })) };
}

function expectClose(actual: unknown, expected: unknown, place: string): void {
  if (typeof expected === 'number' && Number.isFinite(expected)) {
    const tolerance = 1e-12 * Math.max(1, Math.abs(expected));
    expect(Math.abs(Number(actual) - expected), `${place}: ${actual} for ${expected}`).toBeLessThan(
      tolerance,
    );
  } else if (typeof expected === 'object' && expected !== null) {
    expect(Object.keys(actual as object).sort(), place).toEqual(Object.keys(expected).sort());
    for (const [key, value] of Object.entries(expected)) {
      expectClose((actual as Record<string, unknown>)[key], value, `${place}.${key}`);
    }
  } else {
    expect(actual, place).toBe(expected);
  }
}

referenceTest('schedules give the learning rates and the saved state of torch', ['torch'], () => {
  for (const [index, expected] of reference().entries()) {
    const item = CASES[index];
    if (item === undefined) throw new Error('more results than cases');
    const optimizer = groupsOf(item.lrs);
    const scheduler = item.make(optimizer);
    const lrs = METRICS.map((metric) => {
      scheduler.step(metric);
      expect(scheduler.lastLr).toEqual(optimizer.paramGroups.map(({ lr }) => lr));
      return scheduler.lastLr;
    });
    expectClose(lrs, expected.lrs, item.name);
    expectClose(scheduler.stateDict(), expected.end, item.name);
    expect(optimizer.paramGroups.map(({ initialLr }) => initialLr)).toEqual(
      item.python.startsWith('Reduce') ? item.lrs.map(() => undefined) : item.lrs,
    );
  }
});

referenceTest('schedules go on from a state that torch saved', ['torch'], () => {
  const half = STEPS / 2;
  for (const [index, expected] of reference().entries()) {
    const item = CASES[index];
    if (item === undefined) throw new Error('more results than cases');
    const optimizer = groupsOf(item.lrs);
    const scheduler = item.make(optimizer);
    for (const [i, group] of optimizer.paramGroups.entries()) group.lr = expected.lrs[half - 1]?.[i] ?? 0;
    scheduler.loadStateDict(new Map(Object.entries(expected.middle)));
    const lrs = METRICS.slice(half).map((metric) => {
      scheduler.step(metric);
      return scheduler.lastLr;
    });
    expectClose(lrs, expected.lrs.slice(half), item.name);
    expectClose(scheduler.stateDict(), expected.end, item.name);
  }
});

test('a saved schedule overrides the settings given, as in torch', () => {
  const saved = new StepLR(groupsOf([1]), { stepSize: 2, gamma: 0.5 }).stateDict();
  const optimizer = groupsOf([1]);
  const scheduler = new StepLR(optimizer, { stepSize: 9, gamma: 0.1 });
  scheduler.loadStateDict(saved);
  scheduler.step();
  scheduler.step();
  expect(optimizer.paramGroups[0]?.lr).toBe(0.5);
});

test('settings and states that make no sense are refused', () => {
  const one = groupsOf([0.1]);
  expect(() => new CosineAnnealingLR(one, { tMax: 0 })).toThrow('tMax must be a whole number of at least 1');
  expect(() => new StepLR(one, { stepSize: 1.5 })).toThrow('stepSize must be a whole number');
  expect(() => new ReduceLROnPlateau(one, { factor: 1 })).toThrow('factor must be below 1, got 1');
  const plateau = new ReduceLROnPlateau(one);
  for (const other of [{ mode: 'min' }, { cooldown: 2 }, { threshold: 0.1 }, { min_lrs: [0.1] }]) {
    expect(() => plateau.loadStateDict({ ...plateau.stateDict(), ...other })).toThrow(
      /is .*, which is not supported here/,
    );
  }
  expect(() => plateau.step()).toThrow('needs the metric');
  const two = new StepLR(groupsOf([1, 2]), { stepSize: 3 });
  expect(() => two.loadStateDict(new StepLR(one, { stepSize: 3 }).stateDict())).toThrow(
    "'base_lrs' is for 1 group(s), not 2",
  );
  expect(() => two.loadStateDict(new ReduceLROnPlateau(groupsOf([1, 2])).stateDict())).toThrow(
    "StepLR state: 'base_lrs' should be a list, got nothing",
  );
});
