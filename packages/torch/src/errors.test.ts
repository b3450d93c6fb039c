import { once } from 'node:events';
import { expect, test } from 'vitest';
import { grad } from './autograd.ts';
import { fromBytes, ones, randn, tensor, zeros } from './create.ts';
import { OperatorError } from './errors.ts';
import * as F from './nn/functional.ts';
import { dispatch, fromHandle, type Tensor } from './tensor.ts';
import { engineWorker } from './testing/processes.ts';

/** What plain JavaScript may pass where TypeScript would have refused it. */
function untyped<T>(value: unknown): T {
  return value as T;
}

function failure(body: () => unknown): Error {
  try {
    body();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('expected to fail');
}

const a = zeros([2, 3]).keep();
const b = zeros([4, 5]).keep();

const OPERATOR_FAILURES: [what: string, body: () => unknown, message: RegExp][] = [
  ['shapes that do not fit', () => a.mm(b), /^aten::mm\(float32\[2, 3\], float32\[4, 5\]\): .*2x3 and 4x5/],
  ['no broadcast', () => a.add(b), /^aten::add\.Tensor\(float32\[2, 3\], float32\[4, 5\], 1\): .*size/],
  ['wrong dtype', () => a.to('int64').mm(zeros([3, 2])), /^aten::mm\(int64\[2, 3\], float32\[3, 2\]\)/],
  ['a huge allocation', () => zeros([2 ** 50]), /^aten::zeros.*(out of memory|allocate)/],
  ['a huge product of sizes', () => zeros([2 ** 25, 2 ** 25]), /^aten::zeros.*(out of memory|allocate)/],
  ['a NaN size', () => zeros([Number.NaN]), /expected an integer, got nan/],
  ['an infinite size', () => zeros([Number.POSITIVE_INFINITY]), /expected an integer, got inf/],
  ['a broken size', () => zeros([1.5]), /expected an integer, got 1\.5/],
  ['a negative size', () => zeros([-1]), /negative dimension|must be non-negative/],
  ['a NaN dimension', () => a.sum(Number.NaN), /argument 'dim': expected an integer, got nan/],
  ['a number where a tensor belongs', () => a.mm(untyped(3)), /'mat2': expected a tensor, got number/],
  ['an object where a tensor belongs', () => a.mm(untyped({ owned: 1 })), /'mat2': expected a tensor/],
  ['a number in a list of tensors', () => F.cat([a, untyped(3)]), /'tensors': expected a tensor/],
  [
    'a tensor where a number belongs',
    () => a.softmax(untyped(b)),
    /'dim': expected a plain value, got Tensor/,
  ],
  ['a tensor in a list of numbers', () => a.reshape([untyped(b)]), /'shape': expected an integer/],
  ['text where a shape belongs', () => a.reshape(untyped('x')), /'shape': expected an array/],
  ['a missing argument', () => dispatch('mm', a), /'mat2': a value is missing/],
  ['too many arguments', () => dispatch('neg', a, 1, 2), /takes at most 1/],
  ['an index out of range', () => a.indexSelect(0, tensor([7n])), /^aten::index_select.*out of range/],
  [
    'a label out of range',
    () => F.crossEntropy(a, tensor([1n, 9n])),
    /^aten::cross_entropy_loss.*out of bounds/,
  ],
  ['an unknown device', () => zeros([1], { device: 'nonsense' }), /^aten::zeros.*nonsense/],
  ['item() of many', () => a.item(), /^aten::item\(float32\[2, 3\]\)/],
  ['backward without a graph', () => a.backward(), /^backward\(float32\[2, 3\].*does not require grad/],
  ['grad without a graph', () => grad([a], [b]), /^grad\(\[float32\[2, 3\]\].*does not require grad/],
];

test.each(OPERATOR_FAILURES)('%s is an error that says where and why', (_, body, message) => {
  const error = failure(body);
  expect(error).toBeInstanceOf(OperatorError);
  expect(error.message).toMatch(message);
});

test('no message carries a native backtrace or is endless', () => {
  for (const [, body] of OPERATOR_FAILURES) {
    const { message } = failure(body);
    expect(message).not.toMatch(/frame #|Exception raised from|\.cpp:\d/);
    expect(message.length).toBeLessThan(1000);
  }
});

test('an error in the backward pass can be caught, and its graph used again', () => {
  const w = zeros([2], { requiresGrad: true });
  const loss = w.mul(w).sum();
  loss.backward();
  expect(() => loss.backward()).toThrow(/second time/);
  expect(() => w.add_(1)).toThrow(/leaf/);
  w.mul(w).sum().backward();
});

test('a disposed tensor is refused and its name says so', () => {
  const gone = zeros([2]);
  gone.dispose();
  gone.dispose();
  expect(() => gone.add(1)).toThrow(/add.*Tensor\(disposed\).*was disposed/);
  expect(() => gone.shape).toThrow(/was disposed/);
  expect(() => F.cat([a, gone])).toThrow(/was disposed/);
});

test('stale and made-up handles are refused', () => {
  const first = zeros([2]);
  const stale = first.handle;
  first.dispose();
  zeros([2]).keep();
  for (const handle of [stale, 0.5, -1, Number.NaN, 2 ** 52, 123456789]) {
    expect(() => fromHandle(handle).shape).toThrow();
  }
});

test("another thread's tensor is refused, as an object and as a handle", async () => {
  const worker = engineWorker(
    `const report = [];
     for (const make of [() => workerData.tensor, () => torch.fromHandle(workerData.handle)]) {
       try { report.push(String(torch.zeros([2, 3]).add(make()))); } catch (error) { report.push(error.message); }
     }
     parentPort.postMessage(report);`,
    { tensor: structuredClone(a), handle: zeros([1]).keep().handle },
  );
  const [report] = await once(worker, 'message');
  await worker.terminate();
  expect(report[0]).toMatch(/'other': expected a tensor, got object/);
  expect(report[1]).toMatch(/not of this thread/);
});

test('an unknown operator, a ragged array and too few bytes are errors', () => {
  expect(() => dispatch('no_such_operator', a)).toThrow(/no operator aten::no_such_operator/);
  expect(() => tensor([[1], [1, 2]])).toThrow(/ragged/);
  expect(() => fromBytes(new Uint8Array(3), [2], 'float32')).toThrow(/3 bytes.*needs 8/);
  expect(() => a.t().memory()).toThrow(/contiguous/);
  expect(() => a.size(7)).toThrow(RangeError);
});

test('after all that the engine still computes', () => {
  const sum: Tensor = a.add(1).sum();
  expect(sum.item()).toBe(6);
});

test('a batch of one that has shrunk to one pixel is refused as something the user can fix', () => {
  const one = ones([4]);
  const state = { weight: one, bias: one, mean: one, variance: one };
  const train = () => F.batchNorm(randn([1, 4, 1, 1]), state, { training: true });
  expect(failure(train)).toMatchObject({
    exitCode: 2,
    message: expect.stringContaining('another batch size'),
  });
});
