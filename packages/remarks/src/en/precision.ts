import { of } from '../entry.ts';
import { counted } from './grammar.ts';

/** Why something is computed in its precision. */
export const PRECISION = {
  'precision-asked': 'as requested',
  'precision-begun': 'as when the run was started',
  'precision-of-features': 'the same as for the features that the model was fitted on',
  'precision-of-maps': 'always, for maps',
  'precision-settled-training': of(
    { model: 'text', folder: 'text' },
    ({ model, folder }) => `as settled for training of ${model} in ${folder}`,
  ),
  'precision-settled-extraction': of(
    { model: 'text', folder: 'text' },
    ({ model, folder }) => `as settled for extraction of ${model} in ${folder}`,
  ),
  'precision-measured': of(
    { date: 'text', slices: 'number', speeds: 'remarks' },
    ({ date, slices, speeds }) =>
      `measured on the machine itself on ${date} in steps of ${counted(slices, 'slice')}: ${speeds.join(', ')} slices/s`,
  ),
  'precision-speed': of(
    { precision: 'text', speed: 'number' },
    ({ precision, speed }) => `${precision} ${speed.toPrecision(3)}`,
  ),
  'precision-nearly-fastest': 'nearly as fast as the fastest, and more exact',
  'precision-plain-cpu': 'this machine has neither native bfloat16 nor Winograd convolutions',
  'precision-kernels-off':
    'RADWEAVE_KERNELS=0 switches Winograd convolutions off, and this machine has no native bfloat16',
  'precision-mps': "the only precision on Apple's GPU",
  'precision-gpu-unread':
    "this GPU's compute capability cannot be read; run radweave doctor to see what is missing",
  'precision-gpu-bf16': of(
    { capability: 'text' },
    ({ capability }) => `a GPU of compute capability ${capability} computes bfloat16 natively`,
  ),
  'precision-gpu-fp16': of(
    { capability: 'text' },
    ({ capability }) =>
      `a GPU of compute capability ${capability} computes float16 natively, bfloat16 not; Radweave is untested on such a card`,
  ),
  'precision-gpu-fp32': of(
    { capability: 'text' },
    ({ capability }) =>
      `a GPU of compute capability ${capability} computes neither bfloat16 nor TF32 natively`,
  ),
  'precision-slow-bf16': of(
    { why: 'remark' },
    ({ why }) => `${why}, but this CPU has no bfloat16 instructions: fp32 is much faster here and more exact`,
  ),
  'precision-cpu-fp16': of(
    { why: 'remark' },
    ({ why }) => `${why}, but float16 is meant for GPUs: on most CPUs fp32 is faster, and it is more exact`,
  ),
  'precision-old-libtorch': of(
    { why: 'remark' },
    ({ why }) => `fp16 ${why}, but on a CPU float16 needs libtorch 2.3 or newer`,
  ),
  'precision-cpu-tf32': of(
    { why: 'remark' },
    ({ why }) => `tf32 ${why}, but only GPUs have it: a CPU computes in full float32`,
  ),
  'precision-cudnn': of(
    { why: 'remark', device: 'text' },
    ({ why, device }) => `${why}; on ${device} cuDNN chooses the algorithm by itself`,
  ),
  'precision-no-winograd': of(
    { why: 'remark' },
    ({ why }) =>
      `fp32-winograd ${why}, but that needs Linux and an x86 CPU with AVX2; results differ by rounding only`,
  ),
  'precision-winograd-off': of(
    { why: 'remark' },
    ({ why }) =>
      `fp32-winograd ${why}, but RADWEAVE_KERNELS=0 switches Winograd convolutions off; results differ by rounding only`,
  ),
  'precision-old-tf32': of(
    { why: 'remark', capability: 'text' },
    ({ why, capability }) => `tf32 ${why}, but a GPU of compute capability ${capability} has no units for it`,
  ),
  'precision-old-gpu': of(
    { why: 'remark', capability: 'text' },
    ({ why, capability }) =>
      `${why}, but a GPU of compute capability ${capability} has no units for it: fp32 is more exact and may be faster`,
  ),
};
