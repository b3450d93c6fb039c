// The addon's functions with arguments and at moments that `@radweave/torch` keeps from them.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { native } from './load.ts';
import { PACKAGE_ROOT } from './setup/cache.ts';

const FLOAT32 = 6;
const WRONG = [-1, 99, 127, 262, 2 ** 40];

const threeByTwo = () => native().fromBytes(new Float32Array(6), [3, 2], FLOAT32);
const liveTensors = () => native().memory()[0];

afterEach(() => {
  Reflect.deleteProperty(Array.prototype, '1');
});

test('numbers that stand for no dtype, memory format or layout are refused', () => {
  const tensor = threeByTwo();
  const [to] = native().lookup('aten::to', 'dtype');
  const [empty] = native().lookup('aten::empty', 'memory_format');
  const message = /expected a number from 0 to \d+, got -?\d+/;
  for (const wrong of WRONG) {
    expect(() => native().fromBytes(new Uint8Array(4), [4], wrong), `dtype ${wrong}`).toThrow(message);
    expect(() => native().isContiguous(tensor, wrong), `memory format ${wrong}`).toThrow(message);
    expect(() => native().pushAutocast('cpu', true, wrong), `autocast ${wrong}`).toThrow(message);
    expect(() => native().call(to, tensor, wrong), `argument dtype ${wrong}`).toThrow(message);
    expect(() => native().call(empty, [2], FLOAT32, wrong), `argument layout ${wrong}`).toThrow(message);
    expect(() => native().call(empty, [2], FLOAT32, 0, 'cpu', false, wrong), `format ${wrong}`).toThrow(
      message,
    );
  }
  expect(() => native().popMode()).toThrow('no mode to leave');
  native().dispose([tensor]);
});

test('results that JavaScript did not get leave no tensor behind', () => {
  const tensor = threeByTwo();
  const [unbind] = native().lookup('aten::unbind', 'int');
  const [max] = native().lookup('aten::max', 'dim');
  native().setRequiresGrad(tensor, true);
  const [sum] = native().lookup('aten::sum', '');
  const total = native().call(sum, tensor) as number;
  const before = liveTensors();
  const calls: [string, () => unknown][] = [
    ['a list of tensors', () => native().call(unbind, tensor, 0)],
    ['several results', () => native().call(max, tensor, 0)],
    ['gradients', () => native().gradOf([total], [tensor, tensor], null, false)],
  ];
  for (const [what, call] of calls) {
    Object.defineProperty(Array.prototype, '1', {
      configurable: true,
      set() {
        throw new Error('the array refuses');
      },
    });
    expect(call, what).toThrow('the array refuses');
    Reflect.deleteProperty(Array.prototype, '1');
    expect(liveTensors(), what).toBe(before);
  }
  native().dispose([tensor, total]);
});

test('RADWEAVE_KERNELS=0 leaves all computing to libtorch', () => {
  const index = JSON.stringify(join(PACKAGE_ROOT, 'dist', 'index.js'));
  const program = `const { native } = await import(${index}); console.log(native().hasWinograd());`;
  const ask = (kernels: string): string =>
    execFileSync(process.execPath, ['--input-type=module', '-e', program], {
      encoding: 'utf8',
      env: { ...process.env, RADWEAVE_KERNELS: kernels },
      stdio: ['ignore', 'pipe', 'pipe'],
    }).trim();
  expect(ask('0')).toBe('false');
  expect(ask('1')).toBe(String(native().hasWinograd()));
  expect(() => ask('none')).toThrow("RADWEAVE_KERNELS must be 0 or 1, not 'none'");
});
