import { pythonJson, referenceTest } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { tensor, zeros } from '../create.ts';
import { BatchNorm2d } from '../nn/batch-norm.ts';
import { Sequential } from '../nn/containers.ts';
import { Conv2d } from '../nn/conv.ts';
import { Parameter } from '../nn/parameter.ts';
import { memoryStats } from '../runtime.ts';
import { tidy } from '../scope.ts';
import { Tensor } from '../tensor.ts';
import { Adam } from './adam.ts';
import { AdamW } from './adamw.ts';
import { decayGroups } from './groups.ts';
import type { Optimizer } from './optimizer.ts';
import { SGD } from './sgd.ts';

const STEPS = 12;

/** Starting values of three parameters. */
const START = [
  [0.5, -1.25, 2, 0.125],
  [0.25, -0.75, 1.5],
  [4, 5],
];

/** The second parameter has no gradient now and then, the third one never (it is frozen). */
const GRADS = Array.from({ length: STEPS }, (_, step) => [
  [0, 1, 2, 3].map((i) => Math.sin(step * 1.7 + i)),
  step % 4 === 0 ? null : [0, 1, 2].map((i) => Math.cos(step * 0.9 + i) / 4),
  null,
]);

interface Case {
  make: (params: Parameter[]) => Optimizer;
  python: string;
}

const CASES: Case[] = [
  { make: (p) => new SGD(p, { lr: 0.1 }), python: 'SGD(p, lr=0.1)' },
  {
    make: (p) => new SGD(p, { lr: 0.1, momentum: 0.9, weightDecay: 0.05 }),
    python: 'SGD(p, lr=0.1, momentum=0.9, weight_decay=0.05)',
  },
  { make: (p) => new Adam(p), python: 'Adam(p)' },
  {
    make: (p) => new Adam(p, { lr: 0.03, betas: [0.8, 0.95], eps: 1e-5, weightDecay: 0.1 }),
    python: 'Adam(p, lr=0.03, betas=(0.8, 0.95), eps=1e-5, weight_decay=0.1)',
  },
  { make: (p) => new AdamW(p), python: 'AdamW(p)' },
  {
    make: (p) => new AdamW(p, { lr: 0.03, weightDecay: 0.2 }),
    python: 'AdamW(p, lr=0.03, weight_decay=0.2)',
  },
  {
    make: ([a, b, c]) => {
      if (a === undefined || b === undefined || c === undefined) throw new Error('three parameters');
      const groups = [
        { params: [a], lr: 0.02, weightDecay: 0 },
        { params: [b, c], eps: 1e-3 },
      ];
      return new AdamW(groups, { lr: 0.1, weightDecay: 0.3 });
    },
    python:
      "AdamW([{'params': p[:1], 'lr': 0.02, 'weight_decay': 0}, {'params': p[1:], 'eps': 1e-3}], lr=0.1, weight_decay=0.3)",
  },
];

interface Reference {
  values: number[][][];
  state: SavedState;
}

/** A state dict with tensors as lists and numbered states by the text of their number. */
interface SavedState {
  state: Record<string, Record<string, number | number[] | null>>;
  param_groups: Record<string, unknown>[];
}

const SOURCE = `
import json, sys, torch
from torch.optim import *
cases, start, grads = json.load(sys.stdin)
plain = lambda v: v.tolist() if isinstance(v, torch.Tensor) else v
out = []
for case in cases:
    p = [torch.nn.Parameter(torch.tensor(v, dtype=torch.float32)) for v in start]
    o = eval(case)
    values = []
    for step in grads:
        for parameter, grad in zip(p, step):
            parameter.grad = None if grad is None else torch.tensor(grad, dtype=torch.float32)
        o.step()
        values.append([v.tolist() for v in p])
    saved = o.state_dict()
    saved['state'] = {k: {n: plain(v) for n, v in s.items()} for k, s in saved['state'].items()}
    out.append({'values': values, 'state': saved})
print(json.dumps(out))
`;

function reference(): Reference[] {
  return pythonJson(SOURCE, { input: JSON.stringify([CASES.map((item) => item.python), START, GRADS]) });
}

function parameters(): Parameter[] {
  return START.map((values) => new Parameter(tensor(values)));
}

/** Gives the gradients of one step, updates, and returns the parameters' values. */
function advance(optimizer: Optimizer, params: readonly Parameter[], step: number): number[][] {
  optimizer.zeroGrad();
  for (const [i, parameter] of params.entries()) {
    const grad = GRADS[step]?.[i] ?? null;
    parameter.grad = grad === null ? null : tensor(grad);
  }
  optimizer.step();
  return params.map((parameter) => Array.from(parameter.toFloat32Array()));
}

function plainState(optimizer: Optimizer): SavedState {
  const { state, param_groups } = optimizer.stateDict();
  const plain = Array.from(state, ([number, entry]) => {
    const values = Object.entries(entry).map(([key, value]) => [key, value?.toArray() ?? null]);
    return [number, Object.fromEntries(values)];
  });
  return { state: Object.fromEntries(plain), param_groups };
}

/** Float32 results of the same roundings: the last digit may differ between multi- and single-tensor code. */
function expectNumbers(actual: unknown, expected: unknown, place: string): void {
  const a = [actual].flat(3).map(Number);
  const b = [expected].flat(3).map(Number);
  expect(a.length, place).toBe(b.length);
  for (const [i, value] of b.entries()) {
    const difference = Math.abs((a[i] ?? Number.NaN) - value);
    expect(difference, `${place}: ${a[i]} for ${value}`).toBeLessThanOrEqual(
      5e-7 * Math.max(1, Math.abs(value)),
    );
  }
}

referenceTest('parameters follow torch through every step', ['torch'], () => {
  for (const [index, expected] of reference().entries()) {
    const params = parameters();
    const optimizer = CASES[index]?.make(params);
    if (optimizer === undefined) throw new Error('more results than cases');
    for (const [step, values] of expected.values.entries()) {
      expectNumbers(advance(optimizer, params, step), values, `${CASES[index]?.python}, step ${step}`);
    }
  }
});

referenceTest('state dicts have the layout and the values of torch', ['torch'], () => {
  for (const [index, expected] of reference().entries()) {
    const params = parameters();
    const optimizer = CASES[index]?.make(params);
    if (optimizer === undefined) throw new Error('more results than cases');
    for (let step = 0; step < STEPS; step++) advance(optimizer, params, step);
    const actual = plainState(optimizer);
    expect(actual.param_groups).toEqual(expected.state.param_groups);
    expect(Object.keys(actual.state)).toEqual(Object.keys(expected.state.state));
    expect(Object.keys(actual.state)).not.toContain('2');
    for (const [number, entry] of Object.entries(expected.state.state)) {
      const own = actual.state[number] ?? {};
      expect(Object.keys(own)).toEqual(Object.keys(entry));
      for (const [key, value] of Object.entries(entry)) {
        if (value === null) expect(own[key]).toBeNull();
        else expectNumbers(own[key], value, `${CASES[index]?.python} ${number}.${key}`);
      }
    }
  }
});

test('an optimizer that loads a state continues as if it had never stopped', () => {
  for (const { make, python } of CASES) {
    const params = parameters();
    const optimizer = make(params);
    for (let step = 0; step < 6; step++) advance(optimizer, params, step);
    const others = params.map((parameter) => new Parameter(parameter.detach().clone()));
    const resumed = make(others);
    for (const group of resumed.paramGroups) group.lr = 7;
    resumed.loadStateDict(optimizer.stateDict());
    expect(resumed.lrs).toEqual(optimizer.lrs);
    for (let step = 6; step < STEPS; step++) {
      expect(advance(resumed, others, step), python).toEqual(advance(optimizer, params, step));
    }
  }
});

test('gradients are only read, even with weight decay and momentum', () => {
  const makers = [
    (p: Parameter[]) => new SGD(p, { lr: 0.1, momentum: 0.9, weightDecay: 0.1 }),
    (p: Parameter[]) => new SGD(p, { lr: 0.1, momentum: 0.9 }),
    (p: Parameter[]) => new Adam(p, { weightDecay: 0.1 }),
  ];
  for (const make of makers) {
    const params = parameters();
    const optimizer = make(params);
    for (const step of [1, 2]) {
      advance(optimizer, params, step);
      const grad = params[0]?.grad;
      expect(Array.from(grad?.toFloat32Array() ?? [])).toEqual((GRADS[step]?.[0] ?? []).map(Math.fround));
    }
  }
});

test('steps leave no tensors behind but the state', () => {
  const params = parameters();
  const optimizer = new Adam(params);
  tidy(() => void advance(optimizer, params, 1));
  const before = memoryStats().tensors;
  for (let step = 2; step < STEPS; step++) tidy(() => void advance(optimizer, params, step));
  expect(memoryStats().tensors).toBe(before);
});

test('loading a state frees the one before', () => {
  const params = parameters();
  const optimizer = new Adam(params);
  tidy(() => void advance(optimizer, params, 1));
  const saved = optimizer.stateDict();
  const before = memoryStats().tensors;
  optimizer.loadStateDict(saved);
  expect(memoryStats().tensors).toBe(before);
});

test('decay groups: kernels decay, norm layers and biases do not', () => {
  const model = new Sequential([
    new Conv2d(1, 2, 3),
    new BatchNorm2d(2),
    new Conv2d(2, 3, 1, { bias: false }),
  ]);
  const [decayed, exempt, ...rest] = decayGroups(model, 0.05);
  expect(decayed?.params.map((p) => p.ndim)).toEqual([4, 4]);
  expect(exempt?.params.map((p) => p.ndim)).toEqual([1, 1, 1]);
  expect(rest).toEqual([]);
  const optimizer = new AdamW(decayGroups(model, 0.05), { lr: 0.5 });
  expect(optimizer.paramGroups.map(({ weightDecay, lr }) => [weightDecay, lr])).toEqual([
    [0.05, 0.5],
    [0, 0.5],
  ]);
  expect(decayGroups(new Conv2d(1, 1, 1, { bias: false }), 0.1)).toHaveLength(1);
});

test('options and parameters that make no sense are refused', () => {
  const params = parameters();
  expect(() => new SGD([], { lr: 1 })).toThrow('SGD: there are no parameters to optimize');
  expect(() => new SGD(params, { lr: -1 })).toThrow('SGD: lr must be 0 or more, got -1');
  expect(() => new SGD(params, { lr: Number.NaN })).toThrow('lr must be 0 or more, got NaN');
  expect(() => new Adam(params, { betas: [0.9, 1] })).toThrow('Adam: betas must be at least 0 and below 1');
  expect(() => new AdamW([{ params, weightDecay: -2 }])).toThrow(
    'AdamW: weightDecay must be 0 or more, got -2',
  );
  expect(() => new Adam([...params, ...params])).toThrow(
    'parameter 3 of group 0 (float32[4]) occurs more than once',
  );
  const result = zeros([2], { requiresGrad: true }).mul(2);
  expect(() => new Adam([result])).toThrow('is not a leaf');
  expect(() => new Adam(params, { lr: Number.POSITIVE_INFINITY })).toThrow('lr must be 0 or more');
});

test('a state that does not fit is refused, and nothing changes', () => {
  const params = parameters();
  const optimizer = new Adam(params, { lr: 0.5 });
  advance(optimizer, params, 1);
  const good = optimizer.stateDict();
  const [group = {}] = good.param_groups;
  const refused: [state: unknown, message: string][] = [
    [{ ...good, param_groups: [] }, 'expected 1 group(s) of 3 parameters, got 0 group(s)'],
    [{ ...good, param_groups: [{ ...group, params: [0] }] }, 'got 1 group(s) of 1 parameters'],
    [{ ...good, param_groups: [{ ...group, lr: 'fast' }] }, "'lr' should be a number, got string fast"],
    [{ ...good, param_groups: [{ ...group, maximize: true }] }, "'maximize' is on, which is not supported"],
    [{ ...good, param_groups: [{ ...group, amsgrad: true }] }, "'amsgrad' is on, which is not supported"],
    [{ ...good, state: new Map([[9, good.state.get(0)]]) }, 'there is no parameter 9'],
    [
      { ...good, state: new Map([[0, good.state.get(1)]]) },
      "'exp_avg' is float32[3], but the parameter is float32[4]",
    ],
    [
      new SGD(params, { lr: 1 }).stateDict(),
      "Adam state[param_groups][0]: 'betas' should be a list, got nothing",
    ],
    [null, 'Adam state: expected a dict, got None'],
  ];
  const sgd = new SGD(params, { lr: 1 });
  const own = sgd.stateDict();
  for (const [option, found] of [
    [{ nesterov: true }, 'on'],
    [{ dampening: 0.3 }, '0.3'],
  ] as const) {
    const other = { ...own, param_groups: [{ ...own.param_groups[0], ...option }] };
    expect(() => sgd.loadStateDict(other)).toThrow(
      `'${Object.keys(option)}' is ${found}, which is not supported`,
    );
  }
  for (const [state, message] of refused) {
    expect(() => optimizer.loadStateDict(state)).toThrow(message);
    expect(optimizer.lrs).toEqual([0.5]);
    expect(optimizer.stateDict().state.get(0)?.exp_avg).toBeInstanceOf(Tensor);
  }
});

test('a state of torch 2 is read: lr as a tensor, unknown keys passed over', () => {
  const params = parameters();
  const optimizer = new AdamW(params);
  const { state, param_groups } = optimizer.stateDict();
  const [group] = param_groups;
  const newer = { ...group, lr: tensor(0.25), fused: null, decoupled_weight_decay: true };
  optimizer.loadStateDict({ state, param_groups: [newer] });
  expect(optimizer.lrs).toEqual([0.25]);
  const adam = new Adam(params);
  expect(() => adam.loadStateDict({ state, param_groups: [newer] })).toThrow(
    "'decoupled_weight_decay' is on",
  );
});
