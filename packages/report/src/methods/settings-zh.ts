import { searchedText } from '@radweave/artifacts';
import { percent } from '@radweave/remarks';
import type { TrainingSettings } from '../data.ts';
import { bySettings, type Facts, nameOf, randomStages, SCRATCH } from './facts.ts';

const OPTIMIZERS: Readonly<Record<string, string>> = { adam: 'Adam', adamw: 'AdamW', sgd: 'SGD' };

const PRECISIONS: Readonly<Record<string, string>> = {
  fp32: 'float32',
  'fp32-winograd': 'float32（Winograd 卷积）',
  tf32: 'TensorFloat-32',
  bf16: 'bfloat16 混合精度',
  fp16: 'float16 混合精度',
};

const list = (items: readonly string[]): string => items.join('、');

/** How the networks were trained, told once for modalities that were trained alike. */
export function settingsInChinese(runs: Facts['runs']): string {
  const groups = bySettings(runs, textOf);
  return groups
    .map(({ text, modalities }) => (groups.length === 1 ? text : `${list(modalities)}：${text}`))
    .join('');
}

function textOf({ settings, extractedIn }: Facts['runs'][number]): string {
  const extracted = extractedIn === null ? '' : `特征提取采用 ${nameOf(PRECISIONS, extractedIn)}。`;
  if (settings === null) return `网络的训练方式没有记录。${extracted}`;
  const { imageSize, mean, std, precision, training, seed } = settings;
  return (
    `${weightsText(settings)}切片为 ${imageSize} × ${imageSize} 像素，灰度缩放至 0–1 后按 (x − ${mean}) / ${std} 归一化，${augmentationText(settings)}。` +
    `优化器为 ${optimizerText(training)}，${scheduleText(training)}；批大小为 ${training.batch_size} 张切片${accumulationText(training)}${training.shuffle ? '' : '，按文件顺序读取'}。` +
    `损失函数为${lossText(training)}。设定训练 ${training.epochs} 轮${stoppingText(training)}。` +
    `训练采用 ${nameOf(PRECISIONS, precision)}（随机种子 ${seed}）。${extracted}`
  );
}

function weightsText(settings: TrainingSettings): string {
  const { initialWeights, frozenStages } = settings;
  const start =
    initialWeights === SCRATCH
      ? '训练从随机权重开始'
      : initialWeights.startsWith(SCRATCH)
        ? '训练从随机权重开始，每个残差块最后的批归一化的缩放以 1 而非 0 起始'
        : `训练的初始权重：${initialWeights}`;
  const untrained = randomStages(settings) > 0 ? '，其随机权重未经任何训练' : '';
  return `${start}；${frozenStages === 0 ? '未冻结任何阶段' : `冻结前 ${frozenStages} 个阶段${untrained}`}。`;
}

function augmentationText({ augmentation: a }: TrainingSettings): string {
  const parts = [
    a.horizontal_flip ? '水平翻转（概率 0.5）' : '',
    a.vertical_flip ? '垂直翻转（概率 0.5）' : '',
    a.rotation_degrees > 0 ? `至多 ${a.rotation_degrees}° 的旋转` : '',
    a.translation > 0 ? `至多 ${percent(a.translation, 4)} 的平移` : '',
    a.scale > 0 ? `至多 ${percent(a.scale, 4)} 的缩放` : '',
    a.brightness > 0 ? `至多 ${percent(a.brightness, 4)} 的亮度变化` : '',
    a.contrast > 0 ? `至多 ${percent(a.contrast, 4)} 的对比度变化` : '',
    a.random_erasing > 0 ? `随机擦除（概率 ${a.random_erasing}）` : '',
  ].filter((text) => text !== '');
  return a.enabled && parts.length > 0 ? `训练时以${list(parts)}作增强` : '未作数据增强';
}

function optimizerText(training: TrainingSettings['training']): string {
  const { optimizer, learning_rate, weight_decay, weight_decay_exclude_norm, momentum, clip_grad_norm } =
    training;
  return `${nameOf(OPTIMIZERS, optimizer)}（${[
    `学习率 ${searchedText(learning_rate)}`,
    ...(optimizer === 'sgd' ? [`动量 ${searchedText(momentum)}`] : []),
    `权重衰减 ${searchedText(weight_decay)}${weight_decay_exclude_norm ? '（不含归一化层与偏置）' : ''}`,
    ...(clip_grad_norm === null ? [] : [`梯度范数裁剪 ${searchedText(clip_grad_norm)}`]),
  ].join('，')}）`;
}

function scheduleText(training: TrainingSettings['training']): string {
  const { scheduler, cosine_min_lr, epochs, step_gamma, step_size, plateau_factor, plateau_patience } =
    training;
  if (scheduler === 'cosine') return `学习率在 ${epochs} 轮内按余弦降至 ${cosine_min_lr}`;
  if (scheduler === 'step') return `学习率每 ${step_size} 轮乘以 ${step_gamma}`;
  return `验证集 AUC 连续超过 ${plateau_patience} 轮未提高时学习率乘以 ${plateau_factor}`;
}

function accumulationText({ grad_accumulation, batch_size }: TrainingSettings['training']): string {
  if (grad_accumulation === 1) return '';
  return `（每 ${grad_accumulation} 批累积梯度更新一次，共 ${grad_accumulation * batch_size} 张切片）`;
}

function lossText(training: TrainingSettings['training']): string {
  const {
    loss_type,
    focal_gamma,
    asymmetric_gamma_pos,
    asymmetric_gamma_neg,
    asymmetric_clip,
    class_weights,
  } = training;
  const loss = {
    ce: '交叉熵',
    focal: ` focal loss（γ = ${focal_gamma}）`,
    asymmetric: ` asymmetric loss（γ+ = ${asymmetric_gamma_pos}，γ− = ${asymmetric_gamma_neg}，裕量 ${asymmetric_clip}）`,
  }[loss_type];
  if (class_weights === 'none') return `${loss}，无类别权重`;
  return class_weights === 'balanced'
    ? `${loss}，类别权重与其训练切片数成反比`
    : `${loss}，类别权重为 ${class_weights.join('、')}`;
}

function stoppingText({
  early_stop_enabled,
  early_stop_patience,
  epochs,
  monitor,
}: TrainingSettings['training']): string {
  const unit = monitor === 'auc' ? '按切片' : '按患者';
  if (!early_stop_enabled || early_stop_patience >= epochs)
    return epochs === 1 ? '' : `，不提前停止，由验证集 AUC（${unit}）选定轮次`;
  return `，验证集 AUC（${unit}）连续 ${early_stop_patience} 轮未提高则提前停止`;
}
