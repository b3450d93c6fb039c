import type { PRECISION } from '../en/precision.ts';
import type { Sentences } from '../entry.ts';

export const PRECISION_ZH: Sentences<typeof PRECISION> = {
  'precision-asked': '按设置',
  'precision-of-features': '与模型所用特征相同',
  'precision-of-maps': '热图一律如此',
  'precision-begun': '与该次运行开始时相同',
  'precision-settled-training': ({ model, folder }) => `沿用 ${folder} 中已为训练 ${model} 选定的精度`,
  'precision-settled-extraction': ({ model, folder }) => `沿用 ${folder} 中已为 ${model} 特征提取选定的精度`,
  'precision-measured': ({ date, slices, speeds }) =>
    `${date} 在所用机器上以每步 ${slices} 张切片实测：${speeds.join('、')} 张/秒`,
  'precision-speed': ({ precision, speed }) => `${precision} 为 ${speed.toPrecision(3)}`,
  'precision-nearly-fastest': '与最快者速度相近，且更精确',
  'precision-plain-cpu': '本机既无原生 bfloat16 指令，也无 Winograd 卷积',
  'precision-kernels-off': 'RADWEAVE_KERNELS=0 关闭了 Winograd 卷积，且本机无原生 bfloat16 指令',
  'precision-mps': 'Apple GPU 上仅提供这一种',
  'precision-gpu-unread': '无法读取此 GPU 的计算能力；运行 radweave doctor 查看缺少什么',
  'precision-gpu-bf16': ({ capability }) => `计算能力 ${capability} 的 GPU 原生支持 bfloat16`,
  'precision-gpu-fp32': ({ capability }) =>
    `计算能力 ${capability} 的 GPU 既不原生支持 bfloat16，也不原生支持 TF32`,
  'precision-slow-bf16': ({ why }) => `${why}；但该 CPU 无 bfloat16 指令，fp32 快得多，且更精确`,
  'precision-cpu-tf32': ({ why }) => `tf32 ${why}；但那仅用于 GPU，CPU 以完整的 float32 计算`,
  'precision-cudnn': ({ why, device }) => `${why}；在 ${device} 上由 cuDNN 自行选择算法`,
  'precision-no-winograd': ({ why }) =>
    `fp32-winograd ${why}，但这需要 Linux 与支持 AVX2 的 x86 CPU；结果仅有舍入差异`,
  'precision-winograd-off': ({ why }) =>
    `fp32-winograd ${why}，但 RADWEAVE_KERNELS=0 关闭了 Winograd 卷积；结果仅有舍入差异`,
  'precision-old-tf32': ({ why, capability }) =>
    `tf32 ${why}；但计算能力 ${capability} 的 GPU 无相应运算单元`,
  'precision-old-gpu': ({ why, capability }) =>
    `${why}；但计算能力 ${capability} 的 GPU 无相应运算单元，fp32 更精确，也可能更快`,
  'precision-gpu-fp16': ({ capability }) =>
    `计算能力 ${capability} 的 GPU 原生支持 float16，不原生支持 bfloat16；Radweave 尚未在这类显卡上试用过`,
  'precision-cpu-fp16': ({ why }) => `${why}；但 float16 适用于 GPU，在多数 CPU 上 fp32 更快，且更精确`,
  'precision-old-libtorch': ({ why }) => `fp16 ${why}；但在 CPU 上需要 libtorch 2.3 或更新版本`,
};
