import { referenceTest } from '@radweave/testkit';
import { expect, test } from 'vitest';
import * as create from './create.ts';
import * as F from './nn/functional.ts';
import * as nn from './nn/index.ts';
import { Tensor } from './tensor.ts';
import type { Case, Variant } from './testing/case.ts';
import { differences } from './testing/compare.ts';
import { evaluate } from './testing/evaluate.ts';
import { reference } from './testing/reference.ts';
import { CASES, REQUESTS, variantsOf } from './testing/requests.ts';

/** What computes nothing and is tested in values.test.ts, scope.test.ts and errors.test.ts. */
const EXEMPT = new Set([
  ...['constructor', 'shape', 'strides', 'ndim', 'numel', 'dtype', 'device', 'isContiguous', 'size'],
  ...['toString', 'toTypedArray', 'toFloat32Array', 'memory', 'toArray', 'copyTo'],
  ...['requiresGrad', 'isLeaf', 'grad', 'backward'],
]);

/** It fills nothing: tested in random.test.ts. */
const NOT_FILLING = 'leftOut';

/** Modules that only hold others or have no forward pass of their own. */
const NOT_LAYERS = new Set(['Module', 'ModuleList']);

let answer: ReturnType<typeof reference> | undefined;

/** Python's answers; all cases are asked at once, the first time one is needed. */
function asked(): ReturnType<typeof reference> {
  answer ??= reference(REQUESTS);
  return answer;
}

/** How a case differs from Python in one variant. */
function problemsOf(wanted: Case, variant: Variant): string[] {
  const { outcomes, sameVersion } = asked();
  const theirs = outcomes[REQUESTS.findIndex(([c, v]) => c === wanted && v === variant)];
  if (theirs === undefined) throw new Error(`Python gave no answer for ${wanted.covers}`);
  return differences(evaluate(wanted, variant), theirs, variant, wanted.options, sameVersion).map(
    (problem) => `${variant}: ${problem}`,
  );
}

for (const c of CASES) {
  const mode = c.options.eval ? ' in eval mode' : '';
  const shapes = c.inputs.map((input) => `[${input.shape}]`).join(' ');
  referenceTest(`${c.covers}: ${c.python}${mode} ${shapes}`, ['torch', 'torchvision'], () => {
    expect(variantsOf(c).flatMap((variant) => problemsOf(c, variant))).toEqual([]);
  });
}

/** Names that have no case. */
function uncovered(space: string, names: Iterable<string>): string[] {
  const covered = new Set(CASES.map((c) => c.covers));
  return [...names].filter((name) => !covered.has(`${space}.${name}`));
}

test('every method of Tensor has a conformance case', () => {
  const methods = Object.getOwnPropertyNames(Tensor.prototype).filter((name) => !EXEMPT.has(name));
  expect(methods).toEqual(expect.arrayContaining(['add', 'matmul', 'relu']));
  expect(uncovered('Tensor', methods)).toEqual([]);
});

test('every function of functional, create and init has a conformance case', () => {
  expect(uncovered('F', Object.keys(F))).toEqual([]);
  expect(uncovered('create', Object.keys(create))).toEqual([]);
  expect(uncovered('init', Object.keys(nn.init))).toEqual([NOT_FILLING]);
});

test('every layer has a conformance case', () => {
  const names = Object.entries(nn)
    .filter(([name, value]) => isModuleClass(value) && !NOT_LAYERS.has(name))
    .map(([name]) => name);
  expect(names).toEqual(expect.arrayContaining(['Conv2d', 'BatchNorm2d', 'Linear']));
  expect(uncovered('nn', names)).toEqual([]);
});

function isModuleClass(value: unknown): boolean {
  return typeof value === 'function' && (value === nn.Module || value.prototype instanceof nn.Module);
}

test('exemptions name what exists', () => {
  const own = new Set(Object.getOwnPropertyNames(Tensor.prototype));
  expect([...EXEMPT].filter((name) => !own.has(name))).toEqual([]);
  expect([...NOT_LAYERS].filter((name) => !(name in nn))).toEqual([]);
});
