import type { EVALUATION } from '../en/evaluation.ts';
import type { Sentences } from '../entry.ts';
import { list } from './grammar.ts';

const CALIBRATED = 'Brier 分数、校准、净获益、NRI 与 IDI 均基于校准后的概率（模型可校准时）';

interface Earlier {
  n: number;
  hospitals: readonly string[];
  splits: readonly string[];
  isPartlyHere: boolean;
}

function earlier(verb: string, { n, hospitals, splits, isPartlyHere }: Earlier): string {
  const overlap = isPartlyHere ? '，其中可能有部分为这些患者' : '';
  return `沿用先前的评估，当时由 ${list(hospitals)} 的 ${n} 例患者（${list(splits)}）${verb}${overlap}`;
}

export const EVALUATION_ZH: Sentences<typeof EVALUATION> = {
  'no-interval': ({ reason }) => `无置信区间：${reason}`,
  'no-test': ({ reason }) => `未检验：${reason}`,
  'no-mcnemar': ({ reason }) => `McNemar 检验：${reason}`,
  'no-width': '无置信区间：上下限为同一数值，不反映不确定性',
  'same-in-resamples': '无置信区间：对患者的所有重抽样结果相同',
  'biased-upward': '例数少时偏高，重抽样时更甚：置信区间偏高，可能高于该值',
  'outside-interval': '置信区间不包含该值：例数很少时，对患者的重抽样会使该值偏移',
  'reported-per-class': '按各标签分别报告',
  'given-per-class': '按各标签分别给出',
  'macro-by-bootstrap': '宏平均 AUC 的置信区间采用自助法；DeLong、NRI 与 IDI 按各标签分别给出',
  'few-of-label': ({ hospitals }) => `某一标签的患者不足 2 例，因此未纳入：${list(hospitals)}`,

  'few-for-delong': ({ least }) =>
    `其中一个标签的患者不足 ${least} 例：DeLong 检验的 p 值可能过小，差值的置信区间可能过窄，因二者均以患者较多为前提（该界限为 Radweave 自定）`,
  'no-variance-in': ({ hospitals }) =>
    `${list(hospitals)} 的 AUC 无方差（为 0 或 1，或所有患者的概率相同）：置信区间过窄，Q 检验不含${hospitals.length === 1 ? '该医院' : '这些医院'}`,
  'no-external-hospital': '无外部医院',
  'nobody-in': ({ split }) => `${split}中无患者`,
  'all-predicted': ({ label }) => `全部预测为 ${label}：准确率即该标签的比例`,
  'threshold-chosen-here': '阈值由这些患者选定',
  'threshold-taken-over': (given) => `阈值${earlier('选定', given)}`,
  'threshold-unchosen': ({ reason }) => `阈值取 0.5，未经选择：${reason}`,
  'calibrator-fitted-here': '校准器由这些患者拟合：此处的 Brier 分数与校准结果偏乐观',
  'calibrator-taken-over': (given) => `校准器${earlier('拟合', given)}`,
  'not-calibrated': ({ reason }) => `未校准：${reason}`,
  'epoch-chosen-here': '最佳轮次由这些患者选定',
  'network-trained-here': '样本内：网络以这些患者训练',
  'classifier-fitted-here': '分类器由这些患者拟合',
  'classifier-many-features': ({ features, patients }) =>
    `${patients} 例训练患者对应 ${features} 个特征：即使特征为噪声，分类器也能将其分开`,
  'network-in-sample': ({ modalities }) =>
    `样本内：${list(modalities)} 的网络以这些患者训练，结果过于乐观，不宜报告，请使用交叉拟合`,
  'network-in-sample-stacked': ({ modalities }) =>
    `样本内：${list(modalities)} 的网络以这些患者训练，结果过于乐观，不宜报告，因此另以折外 logit 拟合了“堆叠”`,
  'classifier-in-sample': ({ modalities }) => `分类器以 ${list(modalities)} 的样本内特征拟合：请使用交叉拟合`,
  'classifier-in-sample-stacked': ({ modalities }) =>
    `分类器以 ${list(modalities)} 的样本内特征拟合：“堆叠”则以折外 logit 拟合`,
  'training-unknown': ({ modalities }) => `${list(modalities)} 的检查点未记录其训练患者`,
  'not-converged': ({ n }) => `迭代 ${n} 次后未收敛：请增大 --max_iter`,
  'stack-fitted-here': '堆叠分类器以这些患者的折外 logit 拟合',

  'aggregation-chosen': '由验证集选定',
  'aggregation-set': '事先设定，未参考这些数值',
  'aggregation-frozen': '此前已冻结',
  'no-validation-auc': ({ reason }) => `无验证集 AUC：${reason}`,

  'fusion-in-sample': ({ modalities }) =>
    `逻辑回归以 ${list(modalities)} 的样本内特征拟合，这些特征看似优于新患者的特征：应采用交叉拟合`,
  'fusion-in-sample-stacked': ({ modalities }) =>
    `逻辑回归以 ${list(modalities)} 的样本内特征拟合，这些特征看似优于新患者的特征：“堆叠”则以折外 logit 拟合`,
  unevaluated: ({ what, command }) => `未评估：${what}；生成命令：${command}`,
  'fusion-missing': ({ folder }) => `${folder} 中没有融合结果`,
  'fusion-unfinished': ({ folder }) => `${folder} 中的融合未完成`,
  'fusion-not-evaluated': '已有融合，但评估中未包含它',
  'run-missing': ({ modality }) => `模态 ${modality} 没有已完成的训练运行`,
  'run-unfinished': ({ run, modality }) => `模态 ${modality} 的训练运行 ${run} 未完成`,
  'run-other-split': ({ run, modality }) =>
    `模态 ${modality} 没有以当前划分训练的运行；最新的运行 ${run} 以另一划分训练`,
  'run-other-test': ({ run, modality }) => `模态 ${modality} 的训练运行 ${run} 的测试患者与当前测试集不同`,
  'run-without-predictions': ({ run }) =>
    `运行 ${run} 没有 slice_predictions_*.csv：由旧版本生成，请重新训练`,
  'decisions-taken-over': '冻结的决策沿用先前的评估，未在此重新拟合',
  'validation-optimistic': ({ modalities }) =>
    `${list(modalities)} 的网络及其特征的分类器的验证集 AUC 偏乐观：训练轮次即由验证集患者的 AUC 选定`,
  'validation-optimistic-networks': ({ modalities }) =>
    `${list(modalities)} 的网络的验证集 AUC 偏乐观：训练轮次即由验证集患者的 AUC 选定`,
  'slices-by-best': '各切片的概率按验证集 AUC 最高的方式汇总为患者的概率，因此各网络的验证集 AUC 偏乐观',
  'slices-by': ({ aggregation }) =>
    `各切片的概率按事先设定的方式（${aggregation}）汇总为患者的概率；其他方式的比较见汇总方式表`,
  'nobody-has': ({ split }) => `${split}中无人具有这些模态`,
  'kind-all': ({ n }) => `全部模态 ${n} 例`,
  'kind-only': ({ modalities, n }) => `仅 ${list(modalities)} ${n} 例`,
  'kind-all-by': ({ model }) => `具有全部模态的患者由 ${model} 预测`,
  'kind-by': ({ modalities, model }) => `仅具有 ${list(modalities)} 的患者由 ${model} 预测`,
  'kinds-here': ({ kinds }) => `本数据集患者按所具有的模态：${list(kinds)}`,
  'kinds-elsewhere': ({ kinds }) => `未计入这些数字、由其所具有模态的模型预测的患者：${list(kinds)}`,
  'network-is-run': ({ network, run }) => `${network} 即运行 ${run}`,
  'frozen-at-random': ({ network, stages }) =>
    `${network} 的前 ${stages} 个阶段冻结于未经任何训练的随机权重：从头训练时应将 model.freeze_stages 设为 0`,
  'other-checkpoint': ({ network, file }) => `${network} 的检查点与所分类特征的检查点（${file}）不同`,
  'unknown-checkpoint': ({ network, modality }) =>
    `所分类的 ${modality} 特征来自其他程序，无法得知是否为${network} 的特征`,
  'thresholds-uncalibrated': `阈值用于校准前的概率；${CALIBRATED}`,
  'ranks-uncalibrated': `AUC 与平均精确率基于校准前的概率；${CALIBRATED}`,
  'nri-continuous': 'NRI 为连续型（无类别）净重分类改善指数',
  'bootstrap-percentiles': '自助法置信区间为重抽样的百分位数区间，患者在每家医院的每个标签内分别重抽样',
  'small-groups': '组越小，置信区间越宽；没有区间之处附有原因',
};
