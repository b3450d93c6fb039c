import { searchedText } from '@radweave/artifacts';
import { and, counted, percent } from '@radweave/remarks';
import type { TrainingSettings } from '../data.ts';
import { bySettings, type Facts, nameOf, randomStages, SCRATCH } from './facts.ts';

const OPTIMIZERS: Readonly<Record<string, string>> = { adam: 'Adam', adamw: 'AdamW', sgd: 'SGD' };

const PRECISIONS: Readonly<Record<string, string>> = {
  fp32: 'float32',
  'fp32-winograd': 'float32 with Winograd convolutions',
  tf32: 'TensorFloat-32',
  bf16: 'bfloat16 mixed precision',
  fp16: 'float16 mixed precision',
};

/** How the networks were trained, told once for modalities that were trained alike. */
export function settingsInEnglish(runs: Facts['runs']): string {
  const groups = bySettings(runs, textOf);
  return groups
    .map(({ text, modalities }) => (groups.length === 1 ? text : `${and(modalities)}: ${text}`))
    .join(' ');
}

function textOf({ settings, extractedIn }: Facts['runs'][number]): string {
  const extracted =
    extractedIn === null ? '' : ` Features were extracted in ${nameOf(PRECISIONS, extractedIn)}.`;
  if (settings === null) return `How the network was trained is not recorded.${extracted}`;
  const { imageSize, mean, std, precision, training, seed } = settings;
  return (
    `${weightsText(settings)} Slices of ${imageSize} × ${imageSize} pixels, scaled to 0–1, were normalised as (x − ${mean}) / ${std} ${augmentationText(settings)}. ` +
    `The optimizer was ${optimizerText(training)}, with ${scheduleText(training)}, in batches of ${counted(training.batch_size, 'slice')}${accumulationText(training)}${training.shuffle ? '' : ' in the order of the file'}. ` +
    `The loss was ${lossText(training)}. Training was set to ${training.epochs} ${training.epochs === 1 ? 'epoch' : 'epochs'}${stoppingText(training)}. ` +
    `Training was computed in ${nameOf(PRECISIONS, precision)} (seed ${seed}).${extracted}`
  );
}

function weightsText(settings: TrainingSettings): string {
  const { initialWeights, frozenStages } = settings;
  const start =
    initialWeights === SCRATCH
      ? 'Training began with random weights'
      : initialWeights.startsWith(SCRATCH)
        ? 'Training began with random weights, the last batch norm of each residual block with scale 1 instead of 0'
        : `Training began with ${initialWeights}`;
  const frozen =
    frozenStages === 0
      ? 'no stage was frozen'
      : `the first ${frozenStages === 1 ? 'stage' : `${frozenStages} stages`} stayed frozen${randomStages(settings) > 0 ? ', with random weights that nothing trained' : ''}`;
  return `${start}; ${frozen}.`;
}

function augmentationText({ augmentation: a }: TrainingSettings): string {
  const parts = [
    a.horizontal_flip ? 'horizontal flips (probability 0.5)' : '',
    a.vertical_flip ? 'vertical flips (probability 0.5)' : '',
    a.rotation_degrees > 0 ? `rotations up to ${a.rotation_degrees}°` : '',
    a.translation > 0 ? `shifts up to ${percent(a.translation, 4)}` : '',
    a.scale > 0 ? `scaling up to ${percent(a.scale, 4)}` : '',
    a.brightness > 0 ? `brightness changes up to ${percent(a.brightness, 4)}` : '',
    a.contrast > 0 ? `contrast changes up to ${percent(a.contrast, 4)}` : '',
    a.random_erasing > 0 ? `random erasing (probability ${a.random_erasing})` : '',
  ].filter((text) => text !== '');
  return a.enabled && parts.length > 0 ? `and, in training, augmented by ${and(parts)}` : 'and not augmented';
}

function optimizerText(training: TrainingSettings['training']): string {
  const { optimizer, learning_rate, weight_decay, weight_decay_exclude_norm, momentum, clip_grad_norm } =
    training;
  const decay = `weight decay ${searchedText(weight_decay)}${weight_decay_exclude_norm ? ', none on norm layers and biases' : ''}`;
  return [
    `${nameOf(OPTIMIZERS, optimizer)} (learning rate ${searchedText(learning_rate)}`,
    ...(optimizer === 'sgd' ? [`momentum ${searchedText(momentum)}`] : []),
    decay,
    ...(clip_grad_norm === null ? [] : [`gradient norm clipped at ${searchedText(clip_grad_norm)}`]),
  ]
    .join(', ')
    .concat(')');
}

function scheduleText(training: TrainingSettings['training']): string {
  const { scheduler, cosine_min_lr, epochs, step_gamma, step_size, plateau_factor, plateau_patience } =
    training;
  if (scheduler === 'cosine')
    return `a cosine schedule to ${cosine_min_lr} over ${epochs} ${epochs === 1 ? 'epoch' : 'epochs'}`;
  if (scheduler === 'step')
    return `the rate multiplied by ${step_gamma} ${step_size === 1 ? 'every epoch' : `every ${step_size} epochs`}`;
  return `the rate multiplied by ${plateau_factor} after more than ${counted(plateau_patience, 'epoch')} without a better validation AUC`;
}

function accumulationText({ grad_accumulation, batch_size }: TrainingSettings['training']): string {
  if (grad_accumulation === 1) return '';
  return ` (gradients of ${grad_accumulation} batches made one step, ${counted(grad_accumulation * batch_size, 'slice')})`;
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
    ce: 'cross-entropy',
    focal: `focal loss (γ = ${focal_gamma})`,
    asymmetric: `asymmetric loss (γ+ = ${asymmetric_gamma_pos}, γ− = ${asymmetric_gamma_neg}, margin ${asymmetric_clip})`,
  }[loss_type];
  if (class_weights === 'none') return `${loss} without class weights`;
  return class_weights === 'balanced'
    ? `${loss}, with classes weighted inversely to their training slices`
    : `${loss}, with class weights ${class_weights.join(', ')}`;
}

function stoppingText({
  early_stop_enabled,
  early_stop_patience,
  epochs,
  monitor,
}: TrainingSettings['training']): string {
  const unit = monitor === 'auc' ? 'per slice' : 'per patient';
  if (!early_stop_enabled || early_stop_patience >= epochs)
    return epochs === 1 ? '' : `, without early stopping; the validation AUC ${unit} chose the epoch`;
  return `, to end early after ${early_stop_patience} ${early_stop_patience === 1 ? 'epoch' : 'epochs'} without a better validation AUC ${unit}`;
}
