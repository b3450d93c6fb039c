import type { REASONS } from '../en/reasons.ts';
import type { Sentences } from '../entry.ts';

export const REASONS_ZH: Sentences<typeof REASONS> = {
  'no-patients': '无患者',
  'no-patients-for': ({ what }) => `无患者：${what}无法计算`,
  'only-positive': ({ n, what }) => `仅有阳性患者（n = ${n}）：${what}需要两种标签的患者`,
  'only-negative': ({ n, what }) => `仅有阴性患者（n = ${n}）：${what}需要两种标签的患者`,
  'few-of-class': ({ what, least, positives, negatives }) =>
    `${what}要求每个标签至少 ${least} 例患者（阳性 ${positives} 例，阴性 ${negatives} 例）`,
  'of-class': ({ label, reason }) => `标签 ${label}：${reason}`,
  'of-name': ({ name, reason }) => `${name}：${reason}`,
  'no-positive-patients': '无阳性患者',
  'no-negative-patients': '无阴性患者',
  'none-predicted-positive': '无患者被预测为阳性',
  'none-predicted-negative': '无患者被预测为阴性',
  'none-positive': '既无阳性患者，也无患者被预测为阳性',
  'nothing-counted': '例数为 0',
  'no-classes': '没有任何标签',
  'no-candidates': '无可选方案',

  'no-threshold-reaches': ({ target }) => `没有阈值能达到灵敏度 ${target}`,
  'platt-diverges': 'Platt 校准未收敛：各患者的概率相同',
  'temperature-infinite': 'logit 并不偏向真实标签：温度为无穷大',
  'temperature-zero': 'logit 对每例患者均正确：温度趋于 0',
  'intercept-diverges': '校准截距未收敛',
  'slope-diverges': '校准斜率未收敛',
  'same-probability': '所有患者的概率相同',
  'classes-separated': '概率将两种标签完全分开：校准斜率为无穷大',
  clipped: ({ clip, n }) => `距 0 或 1 不足 ${clip} 而被截断至该距离的概率：${n} 个`,

  'few-categories': '有患者的组别或类别不足两个',
  'few-groups': '有患者的组别不足两个',
  'group-of-two-empty': '两组中有一组无患者',
  'group-empty': '有一组无患者',
  'group-of-one': '有一组患者不足 2 例',
  'too-many-tables': '列联表过多，无法作精确检验：请用 χ² 检验',
  'all-equal': '所有取值相同',
  'variable-constant': '该变量无变异',
  'features-constant': '特征无变异',
  'no-shared-category': '各组无共同类别：差异无上界',

  'few-resamples': ({ defined, replicates }) => `${replicates} 次自助重抽样中仅 ${defined} 次可计算该指标`,
  'same-changes': ({ what }) => `${what.trim()}：两个模型对每例患者的结果一致`,
  'same-ranking':
    '差值的方差为零：两个模型对患者的排序完全相同，或各自的 AUC 为 0 或 1，或对所有患者给出同一概率',
  'same-decisions': '两个模型正确分类的患者相同',
  'auc-exact': ({ value }) => `AUC 恰为 ${value}，无法计算置信区间`,
  'same-rank': '所有患者的排序相同，无法计算置信区间',
  'no-varying-groups': '具有 AUC 方差的医院不足两家',
  'no-group-with-both': '没有任何一家医院的每个标签均有至少 2 例患者',

  'class-empty': ({ label }) => `没有标签为 ${label} 的患者：逻辑回归要求每个标签均有患者`,
  'none-to-standardise': '无可用于标准化的患者',
  'many-components': ({ components, patients, features }) =>
    `${components} 个主成分所需多于现有的 ${patients} 例患者 × ${features} 个特征`,
  'few-patients-placed': ({ n, least }) => `${n} 例患者过少（至少 ${least} 例）`,

  'none-to-split': '没有可划分的患者',
  'class-of-one': ({ label, n }) => `标签 ${label} 有 ${n} 例患者：至少需要 2 例，每侧一例`,
  'none-to-fold': '没有可分折的患者',
  'few-for-folds': ({ label, n, folds }) => `标签 ${label} 有 ${n} 例患者：${folds} 折至少需要 ${folds} 例`,

  'combat-reference-small': ({ n }) => `${n} 例本院训练患者：ComBat 至少需要 2 例`,
  'combat-site-small': ({ n, least }) => `${n} 例患者：估计一家医院的位置与尺度参数至少需要 ${least} 例`,
  'combat-fold-small': ({ hospital, n, least }) =>
    `${hospital} 在某一折中仅有 ${n} 例训练患者：折内校正至少需要 ${least} 例`,
  'combat-features': ({ n }) => `ComBat 至少需要 2 个有变异的特征，现有 ${n} 个`,
  'combat-no-prior': '该医院所有特征的变异相同：ComBat 的尺度参数没有先验',
  'site-audit-hospitals': ({ least, n }) => `中心效应审查需要两家至少有 ${least} 例患者的医院，现有 ${n} 家`,
};
