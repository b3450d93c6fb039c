import { PythonSession, referenceTest } from '@radweave/testkit';
import { fromTypedArray, type Tensor, tensor } from '@radweave/torch';
import { expect, test } from 'vitest';
import { classWeights } from './class-weights.ts';
import { asymmetricLoss, crossEntropyLoss, focalLoss, type Loss } from './losses.ts';

/** The published formulas, written with numpy and torch independently of ours; gradients by torch's autograd. */
const REFERENCE = `
import json, sys, torch
def focal(x, y, w, gamma):
    p = torch.softmax(x, 1)[torch.arange(len(y)), y]
    l = -((1 - p) ** gamma) * torch.log(p)
    return ((w[y] if w is not None else 1) * l).mean()
def asymmetric(x, y, w, gp, gn, clip):
    P = torch.softmax(x, 1); K = x.shape[1]; total = 0
    for k in ([1] if K == 2 else range(K)):
        p = P[:, k]; pm = torch.clamp(p - clip, min=0); t = (y == k).double()
        total = total - t * (1 - p) ** gp * torch.log(torch.clamp(p, min=1e-8)) - (1 - t) * pm ** gn * torch.log(torch.clamp(1 - pm, min=1e-8))
    return ((w[y] if w is not None else 1) * total).mean()
def answer(case):
    x = torch.tensor(case['x'], dtype=torch.float64, requires_grad=True); y = torch.tensor(case['y'])
    w = torch.tensor(case['w'], dtype=torch.float64) if case['w'] else None
    f = {'ce': lambda: torch.nn.functional.cross_entropy(x, y, weight=w), 'focal': lambda: focal(x, y, w, case['a'][0]), 'asymmetric': lambda: asymmetric(x, y, w, *case['a'])}[case['loss']]
    l = f(); l.backward()
    return dict(loss=l.item(), grad=x.grad.flatten().tolist())
for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
`;

const reference = new PythonSession(REFERENCE);

const LOGITS = [
  [0.3, -1.2, 2.1],
  [4.0, -6.0, 0.5],
  [-0.2, 0.1, 0.0],
  [1.5, 1.4, -3.0],
];

const CASES: [name: string, loss: Loss, params: number[]][] = [
  ['ce', crossEntropyLoss(), []],
  ['focal', focalLoss(2), [2]],
  ['focal', focalLoss(0.5), [0.5]],
  ['asymmetric', asymmetricLoss(1, 4, 0.05), [1, 4, 0.05]],
  ['asymmetric', asymmetricLoss(0, 2, 0.2), [0, 2, 0.2]],
];

for (const [name, loss, params] of CASES) {
  for (const classes of [2, 3]) {
    for (const weights of [null, [0.5, 2, 1.5].slice(0, classes)]) {
      const title = `${name}(${params}) of ${classes} classes${weights === null ? '' : ', weighted'} is the published formula`;
      referenceTest(title, ['torch'], async () => {
        const x = LOGITS.map((row) => row.slice(0, classes));
        const y = [classes - 1, 0, 1, 0];
        const question = { loss: name, x, y, w: weights, a: params };
        const expected = await reference.ask<{ loss: number; grad: number[] }>(question);
        const logits = tensor(x, { requiresGrad: true });
        const targets = fromTypedArray(BigInt64Array.from(y, BigInt));
        const value = loss(logits, targets, weights === null ? null : tensor(weights));
        expect(value.item()).toBeCloseTo(expected.loss, 5);
        value.backward();
        const grad = logits.grad as Tensor;
        grad.toFloat32Array().forEach((g, i) => {
          expect(g).toBeCloseTo(expected.grad[i] ?? Number.NaN, 5);
        });
      });
    }
  }
}

test('balanced class weights are n / (classes · n_c), as in scikit-learn', () => {
  expect(classWeights('balanced', [0, 0, 0, 1], 2)).toEqual([4 / 6, 2]);
  expect(classWeights('none', [0, 1], 2)).toBeNull();
  expect(() => classWeights('balanced', [0, 0], 2)).toThrow(/class 1, there are none/);
  expect(() => classWeights([1, 2, 3], [0, 1], 2)).toThrow(/is for 3 classes, but there are 2/);
});
