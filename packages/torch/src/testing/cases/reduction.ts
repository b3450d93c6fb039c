import { type Case, f, functions, mask } from '../case.ts';
import { boxed } from '../evaluate.ts';

const check = functions('Tensor');

/** Reductions, orders and products. */
export const reduction: Case[] = [
  check('sum', 'a.sum()', (a) => a.sum(), [f(3, 4)]),
  check('sum', 'a.sum(-1)', (a) => a.sum(-1), [f(2, 3, 4)]),
  check('sum', 'a.sum([0, -1], True)', (a) => a.sum([0, -1], true), [f(2, 3, 4)]),
  check('sum', 'a.sum()', (a) => a.sum(), [mask(9)]),
  check('sum', 'a.sum(0)', (a) => a.sum(0), [f(0, 3)]),
  check('mean', 'a.mean()', (a) => a.mean(), [f(3, 4)]),
  check('mean', 'a.mean([2, 3])', (a) => a.mean([2, 3]), [f(2, 3, 4, 5)]),
  check('mean', 'a.mean()', (a) => a.mean(), [f(0)]),
  check('max', 'a.max()', (a) => a.max(), [f(3, 4)]),
  check('min', 'a.min()', (a) => a.min(), [f(3, 4)]),
  check('max', 'a.max()', (a) => a.max(), [f(0)], {
    rejects: ['float32', 'bfloat16', 'autocast'],
  }),
  check('norm', 'torch.linalg.vector_norm(a)', (a) => a.norm(), [f(3, 4)]),
  check('norm', 'a.norm(1, -1, True)', (a) => a.norm(1, -1, true), [f(3, 4)]),
  check('norm', "a.norm(float('inf'), 0)", (a) => a.norm(Number.POSITIVE_INFINITY, 0), [f(3, 4)]),
  check('sort', 'a.sort(stable=True)', (a) => a.sort(), [f(3, 5)]),
  check('sort', 'a.sort(dim=0, descending=True, stable=True)', (a) => a.sort(0, true), [f(5, 2)]),
  check('softmax', 'a.softmax(-1)', (a) => a.softmax(-1), [f(3, 5)]),
  check('softmax', 'a.softmax(1)', (a) => a.softmax(1), [f(2, 3, 4, 4)]),
  check('logSoftmax', 'a.log_softmax(0)', (a) => a.logSoftmax(0), [f(3, 5)]),
  check('item', 'a.sum().detach().double()', (a) => boxed(a.sum().item()), [f(3, 5)]),
  check('matmul', 'a.matmul(b)', (a, b) => a.matmul(b), [f(2, 1, 3, 4), f(5, 4, 6)]),
  check('matmul', 'a.matmul(b)', (a, b) => a.matmul(b), [f(3, 4), f(4)]),
  check('matmul', 'a.matmul(b)', (a, b) => a.matmul(b), [f(0, 4), f(4, 2)]),
  check('mm', 'a.mm(b)', (a, b) => a.mm(b), [f(3, 4), f(4, 5)]),
];
