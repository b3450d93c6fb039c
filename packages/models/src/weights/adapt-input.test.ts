import { python, referenceTest } from '@radweave/testkit';
import { fromTypedArray, ones } from '@radweave/torch';
import { expect, test } from 'vitest';
import { adaptInputConv } from './adapt-input.ts';

/** The rules of timm's `adapt_input_conv`, said again in Python: timm itself may not be installed. */
const RULES = `
import json, math, sys, torch
out = []
for inputs, wanted in json.loads(sys.argv[1]):
    w = torch.arange(2 * inputs * 9, dtype=torch.float32).sin().reshape(2, inputs, 3, 3)
    if wanted == 1 and inputs > 3:
        a = w.reshape(2, inputs // 3, 3, 3, 3).sum(2)
    elif wanted == 1:
        a = w.sum(1, keepdim=True)
    else:
        a = w.repeat(1, math.ceil(wanted / 3), 1, 1)[:, :wanted] * (3 / wanted)
    out.append([list(a.shape), a.flatten().tolist()])
print(json.dumps(out))
`;

referenceTest('adaptInputConv follows timm', ['torch'], () => {
  const cases: [inputs: number, wanted: number][] = [
    [3, 1],
    [1, 1],
    [2, 1],
    [12, 1],
    [3, 2],
    [3, 4],
    [3, 7],
  ];
  const expected: [number[], number[]][] = JSON.parse(python(RULES, { args: [JSON.stringify(cases)] }));
  for (const [i, [inputs, wanted]] of cases.entries()) {
    const values = Float32Array.from({ length: 2 * inputs * 9 }, (_, k) => Math.sin(k));
    const adapted = adaptInputConv(fromTypedArray(values, [2, inputs, 3, 3]), wanted);
    const [shape, numbers = []] = expected[i] ?? [];
    expect(adapted.shape).toEqual(shape);
    for (const [k, value] of adapted.toFloat32Array().entries())
      expect(value).toBeCloseTo(numbers[k] ?? 0, 6);
  }
});

test('three channels stay as they are, in a tensor of their own', () => {
  const weight = ones([2, 3, 1, 1], { dtype: 'float16' });
  const same = adaptInputConv(weight, 3);
  weight.zero_();
  expect(same.dtype).toBe('float16');
  expect(same.sum().item()).toBe(6);
});

test('half-precision weights are summed in float32', () => {
  const weight = fromTypedArray(Float32Array.of(2048, 1, 1), [1, 3, 1, 1]).to('float16');
  expect(adaptInputConv(weight, 1).item()).toBe(2050);
});

test('what cannot be converted is refused', () => {
  expect(() => adaptInputConv(ones([2, 4, 1, 1]), 1)).toThrow('for 4 channels cannot be made one for 1');
  expect(() => adaptInputConv(ones([2, 1, 1, 1]), 2)).toThrow('for 1 channels cannot be made one for 2');
  expect(() => adaptInputConv(ones([2, 3]), 1)).toThrow('[out, in, kH, kW], not [2,3]');
});
