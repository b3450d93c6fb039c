import type { FINDINGS } from '../en/findings.ts';
import type { Sentences } from '../entry.ts';
import { areaParts, digitsApart, isOneNumber, percent, pValue, two } from '../numbers.ts';
import { list } from './grammar.ts';

const placed = (model: string, hospital: string, isMacro: boolean): string =>
  `${model}${hospital === '' ? '' : `（${hospital}）`}，${isMacro ? '宏平均 AUC' : 'AUC'}`;

const listed = (head: string, items: readonly string[]): string => `${head}：${items.join('；')}`;

export const FINDINGS_ZH: Sentences<typeof FINDINGS> = {
  'found-better': ({ level, models, test }) =>
    listed(`${test.where}优于随机水平（AUC 的 ${percent(level, 4)} 置信区间高于 0.5）`, models),
  'found-better-exact': ({ limit, models, test }) =>
    listed(`${test.where}优于随机水平（AUC 为 1 时没有置信区间；精确检验 p 低于 ${limit}）`, models),
  'found-only-between': ({ models, test }) =>
    listed(
      `模型区分的可能是医院而不是标签，因为所有${test.patients}的 AUC 高于 0.5，但没有任何${test.hospital}在两个标签中各有至少两例患者`,
      models,
    ),
  'found-not-within': ({ level, models, test }) =>
    listed(
      `模型区分的可能是医院而不是标签，因为所有${test.patients}的 AUC 高于 0.5，但仅比较同一医院患者的医院内 AUC 并非如此（没有 ${percent(level, 4)} 置信区间高于 0.5）`,
      models,
    ),
  'found-none-better': ({ level, models, test }) =>
    listed(
      `${test.where}没有任何模型显示优于随机水平（须所有${test.patients}的 AUC 的 ${percent(level, 4)} 置信区间高于 0.5，且得到秩检验与患者数的支持）`,
      models,
    ),
  'found-not-better': ({ models, test }) => listed(`${test.where}未显示优于随机水平`, models),
  'found-worse': ({ level, models, test }) =>
    listed(`${test.where}差于随机水平（AUC 的 ${percent(level, 4)} 置信区间低于 0.5）`, models),
  'found-worse-exact': ({ limit, models, test }) =>
    listed(`${test.where}差于随机水平（AUC 为 0 时没有置信区间；精确检验 p 低于 ${limit}）`, models),
  'found-internal-test': ({ hospitals }) =>
    `测试为内部测试，不能说明其他医院的患者：${list(hospitals)} 的患者既在测试集，又在训练集或验证集`,
  'found-partly-internal-test': ({ hospitals }) =>
    `测试集的患者仅部分来自外部：${list(hospitals)} 的患者既在测试集，又在训练集或验证集`,
  'found-untold': ({ test }) => `${test.patients}过少或仅有一类标签，无法判断 AUC 是否不同于随机水平`,
  'found-only-label': ({ label, test }) => `全部${test.patients}的标签均为 ${label}：无法计算 AUC`,
  'found-no-external': '无外部医院：对其他医院的患者一无所知',
  'found-single-not-better': ({ models }) => listed('在个别医院未显示优于随机水平', models),
  'found-single-better': ({ models }) => listed('在个别医院优于随机水平', models),
  'found-single-worse': ({ models }) => listed('在个别医院差于随机水平', models),
  'found-opposed': ({ models, test }) =>
    listed(
      `在某一医院优于随机水平而在另一医院差于随机水平，所有${test.patients}的 AUC 不代表其中任何一家`,
      models,
    ),
  'found-validation-chance':
    '即使在用于选定轮次和阈值的验证集患者上，也没有任何模型显示优于随机水平（须 AUC 的置信区间高于 0.5，且得到秩检验与患者数的支持）',
  'found-validation-few': ({ labels }) =>
    listed('用于选定轮次和阈值的验证集患者过少，无法判断任何 AUC 是否不同于随机水平', labels),
  'found-spread': ({ limit, models, test }) =>
    listed(
      `各${test.hospitals}的 AUC 可能不同，合并的 AUC 未必代表其中任何一家（Cochran Q 检验 p 低于 ${limit}）`,
      models,
    ),
  'found-one-label-test': ({ models, test }) =>
    listed(`所有${test.patients}均被预测为同一标签，准确率即该标签的比例`, models),
  'found-one-label-val': ({ models }) =>
    listed('所有验证集患者均被预测为同一标签，准确率即该标签的比例', models),
  'found-one-label-hospital': ({ models }) =>
    listed('某一医院的患者虽有多个标签，却均被预测为同一标签', models),
  'found-never-predicted': ({ models }) =>
    listed('有标签从未被预测：请查看训练集中该标签的患者数及 training.class_weights', models),
  'found-many-features': ({ models }) =>
    listed('特征数不少于训练患者数，即使噪声也能将其完全分开，概率过于极端', models),
  'found-certain': ({ high, models }) => listed(`概率最高的标签的概率高于 ${two(high)}`, models),
  'found-same': ({ models, test }) => listed(`所有${test.patients}的概率相同，不说明任何问题`, models),
  'found-alike': ({ models, test }) =>
    listed(`${test.patients}的概率几乎相同，除患者的排序外几乎不提供信息`, models),
  'found-rare-label': ({ labels }) => listed('训练集患者中某一标签过少', labels),

  'of-auc': ({ model, hospital, isMacro, auc, lower, upper }) => {
    const { value, interval } = areaParts(auc, lower, upper);
    return `${placed(model, hospital, isMacro)} ${value}（${interval}）`;
  },
  'of-too-few': ({ auc }) => `${auc}，患者过少，不足以说明任何问题`,
  'of-unsupported': ({ auc, p }) => `${auc}，秩检验 p ${pValue(p)}`,
  'of-auc-exact': ({ model, hospital, isMacro, auc, p }) =>
    `${placed(model, hospital, isMacro)} ${two(auc)}（精确检验 p ${pValue(p)}）`,
  'of-auc-alone': ({ model, hospital, isMacro, auc }) =>
    `${placed(model, hospital, isMacro)} ${two(auc)}（无置信区间）`,
  'of-auc-same': ({ model, hospital, isMacro, auc }) =>
    `${placed(model, hospital, isMacro)} ${two(auc)}（患者的所有重抽样结果相同）`,
  'of-within': ({ model, label, auc, lower, upper }) => {
    const { value, interval } = areaParts(auc, lower, upper);
    const told = isOneNumber(lower, upper) ? '无置信区间' : interval;
    return `${model}${label === '' ? '' : `（${label}）`}，医院内 AUC ${value}（${told}）`;
  },
  'of-spread': ({ model, label, p, i2 }) =>
    `${model}${label === '' ? '' : `（${label}）`}，p ${pValue(p)}，I² ${percent(i2, 0)}`,
  'of-one-label': ({ model, label, right, n }) => `${model}，${label}，${n} 例中 ${right} 例正确`,
  'of-one-label-in': ({ model, hospital, label, right, n }) =>
    `${model}（${hospital}），${label}，${n} 例中 ${right} 例正确`,
  'of-never-val': ({ model, label, n }) => `${model}，${label}，验证集患者中有 ${n} 例`,
  'of-never-test': ({ model, label, n, test }) => `${model}，${label}，${test.patients}中有 ${n} 例`,
  'of-features': ({ model, features, patients }) => `${model}，${features} 个特征，${patients} 例患者`,
  'of-certain': ({ model, certain, n, wrong, test }) =>
    `${model}，${n} 例${test.patients}中 ${certain} 例，其中 ${wrong} 例概率最高的标签有误`,
  'of-calibrated': ({ finding }) => `${finding}（校准后）`,
  'of-uncalibrated': ({ finding }) => `${finding}（校准前）`,
  'of-alike': ({ model, label, low, high, n, test }) => {
    const digits = digitsApart(low, high, 2);
    const range = isOneNumber(low, high)
      ? `均为 ${two(low)}`
      : `介于 ${low.toFixed(digits)} 和 ${high.toFixed(digits)} 之间`;
    return `${model}，${n} 例${test.patients}的 ${label} 概率${range}`;
  },
  'of-label': ({ label, n, total }) => `${label}，${total} 例中 ${n} 例`,
  'of-label-by': ({ model, label, n, total }) => `${model}，${label}，${total} 例中 ${n} 例`,
};
