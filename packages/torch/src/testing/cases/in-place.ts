import { type Case, f, functions, positive, whole } from '../case.ts';

const check = functions('Tensor');

/** In-place methods, on a copy so that autograd sees them too, and what detaches or moves. */
export const inPlaceCases: Case[] = [
  check('add_', 'a.clone().add_(b, alpha=2)', (a, b) => a.clone().add_(b, 2), [f(2, 3), f(3)]),
  check('add_', 'a.clone().add_(1)', (a) => a.clone().add_(1), [whole(9, 3)]),
  check('mul_', 'a.clone().mul_(b)', (a, b) => a.clone().mul_(b), [f(2, 3), f(2, 1)]),
  check('mul_', 'a.clone().mul_(-3)', (a) => a.clone().mul_(-3), [f(2, 3)]),
  check('div_', 'a.clone().div_(b)', (a, b) => a.clone().div_(b), [f(2, 3), positive(3)]),
  check('div_', 'a.clone().div_(8)', (a) => a.clone().div_(8), [f(2, 3)]),
  check('zero_', 'a.clone().zero_()', (a) => a.clone().zero_(), [f(2, 3)]),
  check('fill_', 'a.clone().fill_(2.5)', (a) => a.clone().fill_(2.5), [f(2, 3)]),
  check('copy_', 'a.clone().copy_(b)', (a, b) => a.clone().copy_(b), [f(2, 3), f(3)]),
  check('copy_', 'a.clone().copy_(b)', (a, b) => a.clone().copy_(b), [f(2, 3), whole(9, 3)]),
  check('clamp_', 'a.clone().clamp_(min=0.2)', (a) => a.clone().clamp_(0.2), [f(2, 3)]),
  check('clamp_', 'a.clone().clamp_(-1, 1)', (a) => a.clone().clamp_(-1, 1), [f(2, 3)]),
  check('to', 'a.to(torch.float64)', (a) => a.to('float64'), [f(2, 3)]),
  check('to', 'a.to(torch.bfloat16)', (a) => a.to('bfloat16'), [f(2, 3)]),
  check('to', 'a.to(torch.int64)', (a) => a.to('int64'), [f(2, 3)]),
  check('toDevice', "a.to('cpu')", (a) => a.toDevice('cpu'), [f(2, 3)]),
  check('cpu', 'a.cpu()', (a) => a.cpu(), [f(2, 3)]),
  check('contiguous', 'a.contiguous()', (a) => a.contiguous(), [f(2, 3, 4)]),
  check(
    'contiguous',
    'a.contiguous(memory_format=torch.channels_last)',
    (a) => a.contiguous('channelsLast'),
    [f(2, 3, 4, 5)],
  ),
  check('clone', 'a.clone()', (a) => a.clone(), [f(2, 3)]),
  check('detach', 'a.detach() * a', (a) => a.detach().mul(a), [f(2, 3)]),
];
