import { expect, test } from 'vitest';
import type { TrainingSettings } from '../data.ts';
import { settingsOf } from '../testing/study.ts';
import type { Facts } from './facts.ts';
import { settingsInEnglish } from './settings-en.ts';
import { settingsInChinese } from './settings-zh.ts';

type Run = Facts['runs'][number];

function run(modality: string, more: Partial<TrainingSettings> = {}): Run {
  const settings = { ...settingsOf(), ...more };
  return { modality, model: 'resnet18', epochs: 6, best: 5, settings, extractedIn: null };
}

test('defaults: every setting that a paper must name is named, once for modalities trained alike', () => {
  expect(settingsInEnglish([run('A'), run('P')])).toBe(
    'Training began with random weights; no stage was frozen. Slices of 224 × 224 pixels, scaled to 0–1, were normalised as ' +
      '(x − 0.5) / 0.5 and, in training, augmented by horizontal flips (probability 0.5) and rotations up to 15°. The optimizer was ' +
      'AdamW (learning rate 0.0001, weight decay 0.0001), with a cosine schedule to 0 over 100 epochs, in batches of 64 slices. ' +
      'The loss was cross-entropy without class weights. Training was set to 100 epochs, to end early after 10 epochs without a ' +
      'better validation AUC per slice. Training was computed in float32 (seed 42).',
  );
  const chinese = settingsInChinese([run('A'), run('P')]);
  for (const text of ['随机权重', 'AdamW', '学习率 0.0001', '余弦', '64 张', '交叉熵', '100 轮', 'float32']) {
    expect(chinese).toContain(text);
  }
});

const BASE = settingsOf();
const CHANGES: [what: string, change: Partial<TrainingSettings>, english: string, chinese: string][] = [
  [
    'weights',
    { initialWeights: 'weights of w.pth' },
    'began with weights of w.pth',
    '初始权重：weights of w.pth',
  ],
  [
    'weights of which a scale starts at 1',
    {
      initialWeights:
        "trained from scratch, the last batch norm of each block starting at 1 instead of timm's 0",
    },
    'began with random weights, the last batch norm of each residual block with scale 1',
    '训练从随机权重开始，每个残差块最后的批归一化的缩放以 1',
  ],
  [
    'patience beyond the end',
    { training: { ...BASE.training, epochs: 6, early_stop_patience: 10 } },
    'set to 6 epochs, without early stopping; the validation AUC per slice chose the epoch',
    '设定训练 6 轮，不提前停止',
  ],
  ['TF32', { precision: 'tf32' }, 'computed in TensorFloat-32', '训练采用 TensorFloat-32'],
  [
    'freezing',
    { frozenStages: 3, initialWeights: 'weights of w.pth' },
    'the first 3 stages stayed frozen. ',
    '冻结前 3 个阶段。',
  ],
  [
    'freezing random weights',
    { frozenStages: 3, initialWeights: 'trained from scratch' },
    'the first 3 stages stayed frozen, with random weights that nothing trained',
    '冻结前 3 个阶段，其随机权重未经任何训练',
  ],
  ['size', { imageSize: 64 }, '64 × 64 pixels', '64 × 64 像素'],
  ['normalisation', { mean: 0.449, std: 0.226 }, '(x − 0.449) / 0.226', '(x − 0.449) / 0.226'],
  ['precision', { precision: 'bf16' }, 'computed in bfloat16', '训练采用 bfloat16'],
  ['float16', { precision: 'fp16' }, 'computed in float16 mixed', '训练采用 float16 混合精度'],
  ['seed', { seed: 7 }, '(seed 7)', '随机种子 7'],
  ...(
    [
      [
        { optimizer: 'sgd', momentum: 0.8 },
        'SGD (learning rate 0.0001, momentum 0.8,',
        'SGD（学习率 0.0001，动量 0.8',
      ],
      [{ clip_grad_norm: 2 }, 'gradient norm clipped at 2', '梯度范数裁剪 2'],
      [{ weight_decay_exclude_norm: true }, 'none on norm layers and biases', '不含归一化层与偏置'],
      [{ scheduler: 'step' }, 'multiplied by 0.1 every 30 epochs', '每 30 轮乘以 0.1'],
      [
        { scheduler: 'plateau' },
        'multiplied by 0.1 after more than 5 epochs without',
        '连续超过 5 轮未提高时学习率乘以 0.1',
      ],
      [{ batch_size: 16 }, 'batches of 16 slices', '16 张切片'],
      [
        { grad_accumulation: 4 },
        'gradients of 4 batches made one step, 256 slices',
        '每 4 批累积梯度更新一次，共 256 张',
      ],
      [{ shuffle: false }, 'in the order of the file', '按文件顺序'],
      [{ loss_type: 'focal' }, 'focal loss (γ = 2)', 'focal loss（γ = 2）'],
      [{ loss_type: 'asymmetric' }, 'asymmetric loss (γ+ = 1, γ− = 4, margin 0.05)', 'γ− = 4'],
      [{ class_weights: 'balanced' }, 'weighted inversely to their training slices', '成反比'],
      [{ class_weights: [1, 3] }, 'with class weights 1, 3', '类别权重为 1、3'],
      [{ learning_rate: 0.00920199344424513 }, 'learning rate 0.0092,', '学习率 0.0092'],
      [{ epochs: 1 }, 'was set to 1 epoch. ', '设定训练 1 轮。'],
      [{ early_stop_enabled: false }, 'without early stopping', '不提前停止'],
      [{ monitor: 'patient_auc' }, 'validation AUC per patient', 'AUC（按患者）'],
    ] satisfies [Partial<TrainingSettings['training']>, string, string][]
  ).map(([change, english, chinese]): (typeof CHANGES)[number] => [
    Object.keys(change).join(),
    { training: { ...BASE.training, ...change } },
    english,
    chinese,
  ]),
  ...(
    [
      [{ enabled: false }, 'and not augmented', '未作数据增强'],
      [{ vertical_flip: true }, 'vertical flips', '垂直翻转'],
      [{ translation: 0.1 }, 'shifts up to 10 %', '至多 10 % 的平移'],
      [{ scale: 0.1 }, 'scaling up to 10 %', '至多 10 % 的缩放'],
      [{ brightness: 0.1 }, 'brightness changes up to 10 %', '亮度'],
      [{ contrast: 0.2 }, 'contrast changes up to 20 %', '对比度'],
      [{ random_erasing: 0.25 }, 'random erasing (probability 0.25)', '随机擦除（概率 0.25）'],
    ] satisfies [Partial<TrainingSettings['augmentation']>, string, string][]
  ).map(([change, english, chinese]): (typeof CHANGES)[number] => [
    Object.keys(change).join(),
    { augmentation: { ...BASE.augmentation, ...change } },
    english,
    chinese,
  ]),
];

test.each(CHANGES)('%s is told as it was set', (_, change, english, chinese) => {
  expect(settingsInEnglish([run('A', change)])).toContain(english);
  expect(settingsInChinese([run('A', change)])).toContain(chinese);
});

test('modalities trained in different ways are told apart, and what is not recorded is said', () => {
  const other = { ...run('P'), settings: null, extractedIn: 'bf16' };
  const text = settingsInEnglish([run('A'), other]);
  expect(text).toMatch(/^A: Training began .* P: How the network was trained is not recorded\./);
  expect(text).toMatch(/Features were extracted in bfloat16 mixed precision\.$/);
  expect(settingsInChinese([other])).toBe('网络的训练方式没有记录。特征提取采用 bfloat16 混合精度。');
});
