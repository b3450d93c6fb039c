import { SEARCH_ZH } from '../methods/search-zh.ts';
import type { TUNING_EN } from './tuning-en.ts';

export const TUNING_ZH: typeof TUNING_EN = {
  none: '未用 radweave tune 搜索超参数。',
  ...SEARCH_ZH,
  best: (trial, auc, trials, tied) =>
    `选中第 ${trial} 号试验，其各折患者水平 AUC 的均值为 ${auc}。${tied.length === 0 ? '' : `第 ${tied.join('、')} 号试验的 AUC 与之相同。`}它是 ${trials} 次试验中的最好值，因此该 AUC 偏乐观，不是本研究的结果。`,
  byChance: '该 AUC 不高于随机水平（0.5）：搜索未显示任何超参数能使网络学到适用于其他患者的内容。',
  byChanceIn: (few, folds) => `在 ${folds} 折中的 ${few} 折，其 AUC 不高于随机水平（0.5）。`,
  noBest: '没有一次试验得到评分。',
  figure: (modality) => `模态 ${modality} 的超参数搜索`,
  figureCaption:
    '每条线是一次试验：依次为各项超参数，最后一条轴为患者水平 AUC（各折均值）。粗线为选中的试验；虚线为提前结束的试验，其 AUC 是较少轮数后的值。',
  alt: (trials, auc) =>
    `${trials} 次试验的平行坐标图；${auc === null ? '均无评分' : `选中试验的 AUC 为 ${auc}`}`,
  table: (modality) => `模态 ${modality} 的各次试验`,
  tableCaption: '最好的在前；训练轮数较少的排在其后。AUC 为患者水平，各折均值。',
  trial: '试验',
  stateHead: '状态',
  state: { trained: '训练完成', halved: '提前结束', failed: '失败' },
  epochs: '轮数',
  ofFolds: '各折 AUC',
  failed: '训练失败；原因见 trials.csv',
};
