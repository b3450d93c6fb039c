import * as create from '../../create.ts';
import * as F from '../../nn/functional.ts';
import { init } from '../../nn/index.ts';
import { dispatch } from '../../tensor.ts';
import { type Case, f, functions, positive } from '../case.ts';

const made = functions('create');
const initial = functions('init');
const functional = functions('F');
const operator = functions('operator');

const EXACT = { exact: true };

/** Tensor makers and everything that draws random numbers: bit for bit what Python gives after the same seed. */
export const random: Case[] = [
  made('zeros', 'torch.zeros(2, 3)', () => create.zeros([2, 3]), [], EXACT),
  made(
    'zeros',
    'torch.zeros(0, 3, dtype=torch.int64)',
    () => create.zeros([0, 3], { dtype: 'int64' }),
    [],
    EXACT,
  ),
  made('ones', 'torch.ones(2, dtype=torch.bool)', () => create.ones([2], { dtype: 'bool' }), [], EXACT),
  made('full', 'torch.full((2, 2), -1.5)', () => create.full([2, 2], -1.5), [], EXACT),
  made('full', 'torch.full((2,), 2.0)', () => create.full([2], 2), [], EXACT),
  made('empty', 'torch.empty(2, 3).zero_()', () => create.empty([2, 3]).zero_(), [], EXACT),
  made('zerosLike', 'torch.zeros_like(a)', (a) => create.zerosLike(a), [f(2, 3)], EXACT),
  made('emptyLike', 'torch.empty_like(a).zero_()', (a) => create.emptyLike(a).zero_(), [f(2, 3)], EXACT),
  made('arange', 'torch.arange(5)', () => create.arange(5), [], EXACT),
  made('arange', 'torch.arange(1, 2, 0.3)', () => create.arange(2, 1, 0.3), [], EXACT),
  made(
    'tensor',
    'torch.tensor([[1.5, 2], [3, 4]])',
    () =>
      create.tensor([
        [1.5, 2],
        [3, 4],
      ]),
    [],
    EXACT,
  ),
  made('tensor', 'torch.tensor([[], []])', () => create.tensor([[], []]), [], EXACT),
  made('tensor', 'torch.tensor([True, False])', () => create.tensor([true, false]), [], EXACT),
  made('tensor', 'torch.tensor([2**40, -1])', () => create.tensor([2n ** 40n, -1n]), [], EXACT),
  made(
    'fromTypedArray',
    'torch.arange(6, dtype=torch.float64).reshape(2, 3)',
    () => create.fromTypedArray(Float64Array.of(0, 1, 2, 3, 4, 5), [2, 3]),
    [],
    EXACT,
  ),
  made(
    'fromBytes',
    'torch.tensor([1.0, -2.0], dtype=torch.bfloat16)',
    () => create.fromBytes(Uint8Array.of(0x80, 0x3f, 0x00, 0xc0), [2], 'bfloat16'),
    [],
    EXACT,
  ),
  made('rand', 'torch.rand(3, 5)', () => create.rand([3, 5]), [], EXACT),
  made(
    'rand',
    'torch.rand(20, dtype=torch.float64)',
    () => create.rand([20], { dtype: 'float64' }),
    [],
    EXACT,
  ),
  made('randn', 'torch.randn(3, 5)', () => create.randn([3, 5]), [], EXACT),
  made(
    'randn',
    '[torch.randn(7), torch.randn(40), torch.rand(1)]',
    () => [create.randn([7]), create.randn([40]), create.rand([1])],
    [],
    EXACT,
  ),
  made('randint', 'torch.randint(-3, 9, (4, 5))', () => create.randint(-3, 9, [4, 5]), [], EXACT),
  made('randperm', 'torch.randperm(50)', () => create.randperm(50), [], EXACT),
  functional('dropout', 'F.dropout(a, 0.3)', (a) => F.dropout(a, 0.3, true), [f(6, 7)], EXACT),
  functional('dropout', 'F.dropout(a, 0.3, False)', (a) => F.dropout(a, 0.3, false), [f(6, 7)], EXACT),
  functional(
    'dropPath',
    "torchvision.ops.stochastic_depth(a, 0.4, 'row')",
    (a) => F.dropPath(a, 0.4, true),
    [f(8, 2, 3)],
    EXACT,
  ),
  operator(
    'bernoulli',
    'torch.bernoulli(a.sigmoid())',
    (a) => dispatch('bernoulli', a.sigmoid()),
    [f(9)],
    EXACT,
  ),
  operator(
    'multinomial',
    'torch.multinomial(a, 4, True)',
    (a) => dispatch('multinomial', a, 4, true),
    [positive(3, 6)],
    EXACT,
  ),
  initial(
    'uniform_',
    'nn.init.uniform_(torch.empty(5, 7), -1, 3)',
    () => init.uniform_(create.empty([5, 7]), -1, 3),
    [],
    EXACT,
  ),
  initial(
    'normal_',
    'nn.init.normal_(torch.empty(5, 7), 1, 0.02)',
    () => init.normal_(create.empty([5, 7]), 1, 0.02),
    [],
    EXACT,
  ),
  initial(
    'constant_',
    'nn.init.constant_(torch.empty(3), 0.1)',
    () => init.constant_(create.empty([3]), 0.1),
    [],
    EXACT,
  ),
  initial('zeros_', 'nn.init.zeros_(torch.empty(3))', () => init.zeros_(create.empty([3])), [], EXACT),
  initial(
    'truncNormal_',
    'nn.init.trunc_normal_(torch.empty(5, 7), std=0.02)',
    () => init.truncNormal_(create.empty([5, 7]), 0, 0.02),
    [],
    EXACT,
  ),
  initial(
    'truncNormal_',
    'nn.init.trunc_normal_(torch.empty(50), 0.5, 1, -1, 1.5)',
    () => init.truncNormal_(create.empty([50]), 0.5, 1, -1, 1.5),
    [],
    EXACT,
  ),
  initial(
    'kaimingUniform_',
    'nn.init.kaiming_uniform_(torch.empty(5, 7, 3, 3))',
    () => init.kaimingUniform_(create.empty([5, 7, 3, 3])),
    [],
    EXACT,
  ),
  initial(
    'kaimingUniform_',
    "nn.init.kaiming_uniform_(torch.empty(5, 7), 0.2, 'fan_out', 'leaky_relu')",
    () => init.kaimingUniform_(create.empty([5, 7]), { a: 0.2, mode: 'fanOut' }),
    [],
    EXACT,
  ),
  initial(
    'kaimingNormal_',
    "nn.init.kaiming_normal_(torch.empty(5, 7, 3, 3), mode='fan_out', nonlinearity='relu')",
    () => init.kaimingNormal_(create.empty([5, 7, 3, 3]), { mode: 'fanOut' }),
    [],
    EXACT,
  ),
  initial(
    'calculateFan',
    'torch.tensor(nn.init._calculate_fan_in_and_fan_out(torch.empty(5, 7, 3, 2)))',
    () => {
      const { fanIn, fanOut } = init.calculateFan(create.empty([5, 7, 3, 2]));
      return create.tensor([BigInt(fanIn), BigInt(fanOut)]);
    },
    [],
    EXACT,
  ),
];
