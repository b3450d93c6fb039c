import { type Case, f, functions, whole } from '../case.ts';

const check = functions('Tensor');

/** Shapes, views and indexing. */
export const shape: Case[] = [
  check('reshape', 'a.reshape(4, -1)', (a) => a.reshape([4, -1]), [f(2, 3, 4)]),
  check('reshape', 'a.reshape(0, 7)', (a) => a.reshape([0, 7]), [f(0, 3)]),
  check('view', 'a.view(6, -1)', (a) => a.view([6, -1]), [f(2, 3, 4)], { rejects: ['strided'] }),
  check('flatten', 'a.flatten()', (a) => a.flatten(), [f(2, 3, 4)]),
  check('flatten', 'a.flatten(1, -2)', (a) => a.flatten(1, -2), [f(2, 3, 4, 5)]),
  check('permute', 'a.permute(2, 0, -2)', (a) => a.permute([2, 0, -2]), [f(2, 3, 4)]),
  check('transpose', 'a.transpose(0, -1)', (a) => a.transpose(0, -1), [f(2, 3, 4)]),
  check('t', 'a.t()', (a) => a.t(), [f(2, 3)]),
  check('squeeze', 'a.squeeze()', (a) => a.squeeze(), [f(1, 3, 1)]),
  check('squeeze', 'a.squeeze(-1)', (a) => a.squeeze(-1), [f(1, 3, 1)]),
  check('unsqueeze', 'a.unsqueeze(-2)', (a) => a.unsqueeze(-2), [f(2, 3)]),
  check('expand', 'a.expand(4, -1, 3)', (a) => a.expand([4, -1, 3]), [f(2, 1)]),
  check('repeat', 'a.repeat(2, 1, 3)', (a) => a.repeat([2, 1, 3]), [f(2, 3)]),
  check('narrow', 'a.narrow(-1, 1, 2)', (a) => a.narrow(-1, 1, 2), [f(3, 4)]),
  check('select', 'a.select(1, -1)', (a) => a.select(1, -1), [f(3, 4)]),
  check('slice', 'a[:, 1:]', (a) => a.slice(1, 1), [f(3, 6)]),
  check('slice', 'a[:, 1:-1:2]', (a) => a.slice(-1, 1, -1, 2), [f(3, 6)]),
  check('indexSelect', 'a.index_select(1, b)', (a, b) => a.indexSelect(1, b), [f(3, 4), whole(4, 5)]),
  check('gather', 'a.gather(-1, b)', (a, b) => a.gather(-1, b), [f(3, 4), whole(4, 3, 2)]),
  check('roll', 'a.roll((1, -2), (0, 2))', (a) => a.roll([1, -2], [0, 2]), [f(2, 3, 4)]),
  check('split', 'a.split(2)', (a) => a.split(2), [f(5, 2)]),
  check('unbind', 'a.unbind(-1)', (a) => a.unbind(-1), [f(2, 3)]),
];
