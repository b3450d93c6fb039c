import type { REPORT } from '../en/report.ts';
import type { Sentences } from '../entry.ts';
import { list, quoted } from './grammar.ts';

/** Facts of a machine among the versions; programs keep their names. */
const VERSIONS: Readonly<Record<string, string>> = {
  device: '设备',
  cpu_capability: 'CPU 指令集',
  threads: '线程数',
  gpu: 'GPU',
  compute_capability: '计算能力',
  gpu_memory: '显存',
  gpu_driver: '驱动',
  cuda: 'CUDA',
};

/** What left a record of its versions. */
const STEPS: Readonly<Record<string, string>> = {
  preprocess: '预处理',
  extract: '提取特征',
  fuse: '特征的分类器',
  evaluate: '评估',
  explain: '热图',
  report: '报告',
};

export const REPORT_ZH: Sentences<typeof REPORT> = {
  'explained-training': '网络以这些患者训练',
  'montages-without-text':
    '拼图上没有文字：本机缺少绘制文字的程序，或缺少含有某些名称用字的字体（可安装 Noto Sans CJK 等字体）',
  'coarse-maps': ({ layer, height, width, size, layers }) =>
    `层 ${layer} 的热图对 ${size}×${size} 像素仅有 ${height}×${width} 个值：请据此解读${layers.length === 0 ? '' : `，或用 --layer 指定热图更细的层（${list(layers)}）`}`,
  'no-network': ({ modalities }) => `热图需要训练好的网络，而 ${list(modalities)} 没有这样的网络`,
  'other-split': ({ file }) => `${file} 属于另一划分或其他切片`,
  'other-features': ({ file, modalities }) => `${list(modalities)} 的特征在生成 ${file} 之后已改变`,
  'other-network': ({ file }) => `${file} 所解释的网络并非被评估的网络`,
  'other-decision': ({ file }) => `${file} 判断预测是否正确所用的阈值或汇总方式与评估不同`,
  'audited-before': ({ file }) => `${file} 审查的标准化参数、阈值与校准器并非现有的`,
  'features-changed': ({ modality, again }) =>
    `${modality} 的特征与提取时不同，无法据此重现结果；重新提取的命令：${again}`,
  'fused-before': ({ modalities, isStacked }) =>
    `${list(modalities)} 的特征${isStacked ? '或折外 logit ' : ''}在 radweave fuse 读取后已改变，其结果属于此前的特征；重新生成的命令：radweave fuse${isStacked ? ' --stack' : ''}`,
  'clinical-missing': ({ name, words, n }) => `${name}：${quoted(words)} 按缺失处理（${n} 例患者）`,
  'clinical-spelt': ({ name, kept, others }) => `${name}：${quoted(others)} 与“${kept}”视为同一类`,
  'clinical-placeholder': ({ name, value, n, least, most }) =>
    `${name}：${n} 例患者的值为 ${value}，其余在 ${least} 至 ${most} 之间；现按有效取值计入；若表示未知，请在您的表格中将该单元格留空或写 NA，并重新运行 radweave preprocess`,

  machine: '机器',
  'recorded-step': ({ step, modality }) => `${STEPS[step] ?? step} ${modality}`.trim(),
  'trained-run': ({ modality, run }) => `训练 ${modality}（${run}）`,
  'trained-precision': ({ modality, run }) => `训练 ${modality}（${run}）的计算精度`,
  'not-recorded': '无记录',
  versions: ({ parts }) => parts.join('，'),
  version: ({ name, version }) => `${VERSIONS[name] ?? name.replaceAll('_', ' ')} ${version}`,
  'device-as-asked': ({ device }) => `设备 ${device}（按设置）`,

  'frozen-aggregation': ({ aggregation }) => aggregation,
  'frozen-youden': ({ threshold }) => `Youden 指数最大：${threshold}`,
  'frozen-sensitivity': ({ target, threshold }) => `灵敏度 ≥ ${target}：${threshold}`,
  'frozen-fixed': ({ threshold }) => `固定值：${threshold}`,
  'frozen-isotonic': '保序回归',
  'frozen-platt': ({ slope, intercept }) =>
    `Platt 校准：斜率 ${slope.toFixed(4)}，截距 ${intercept.toFixed(4)}`,
  'frozen-temperature': ({ temperature }) => `温度缩放：${temperature.toFixed(4)}`,
};
