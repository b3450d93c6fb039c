import { MAP_NAMES } from '@radweave/artifacts';
import { percent, ZH } from '@radweave/remarks';
import { isShareKept } from '@radweave/stats';
import { byAggregation, byCalibrator, epochOf, type Facts, nameOf } from './facts.ts';
import { searchesInChinese } from './search-zh.ts';
import { settingsInChinese } from './settings-zh.ts';

const list = (items: readonly string[]): string => items.join('、');

const CALIBRATORS: Readonly<Record<string, string>> = {
  platt: 'Platt 校准',
  isotonic: '保序回归',
  temperature: '温度缩放',
};

const COMPARISONS = [
  ['delong', '配对 DeLong 检验（Holm 校正）'],
  ['mcnemar', 'McNemar 精确检验'],
  ['nri', '连续型净重分类改善'],
  ['idi', '综合判别改善'],
] as const;

const RULES: Readonly<Record<string, string>> = {
  youden: '按最大 Youden 指数在验证集患者上选定',
  fixed_sensitivity: '按目标灵敏度在验证集患者上选定',
  fixed: '取固定值 0.5',
};

/** The methods paragraph in Chinese, from what was really run. */
export function methodsInChinese(facts: Facts): string[] {
  return [cohort(facts), training(facts), decisions(facts), statistics(facts)].filter((text) => text !== '');
}

function cohort(facts: Facts): string {
  const { home, external, patients: n, complete, division, modalities, labels } = facts;
  const total = n.train + n.val + n.test;
  const test =
    external.length === 0
      ? '无外部医院。'
      : `${list(external)} 中${complete === total ? (modalities.length > 1 ? '具有全部模态' : '具有图像') : '至少具有一种模态'}的 ${n.test} 例患者构成${ZH.test[facts.test].set}集，不参与训练及任何选择。`;
  const all = complete === total ? '' : `（其中 ${complete} 例具有全部模态）`;
  const used = `共使用 ${total} 例患者的 ${list(modalities)} 图像${all}，标签共 ${labels.length} 类（${list(labels)}）`;
  const sets = `训练集（n = ${n.train}）与验证集（n = ${n.val}）`;
  const together = `同一患者的所有切片均在同一数据集中。${test}`;
  if (division === null) {
    return (
      `${used}。患者的划分由研究者给定，并非由 Radweave 完成，划分方式及此前排除的患者均无记录：` +
      `${home} 的患者分属${sets}；${together}`
    );
  }
  const { excluded, drawn } = division;
  const divided =
    drawn === null
      ? `各患者所属数据集由研究者的表格给定：${home} 的患者分属${sets}`
      : `本院（${home}）患者按标签分层随机分为${sets}，随机种子为 ${drawn.seed}，训练比例为 ${shareOf(drawn.trainShare, n)}`;
  return `${used}；排除 ${excluded} 例。${divided}；${together}`;
}

function shareOf(asked: number, { train, val }: Facts['patients']): string {
  const total = train + val;
  if (isShareKept(train, total, asked)) return percent(asked, 10);
  return `${percent(train / total, 1)}（设定为 ${percent(asked, 10)}）`;
}

function training({ runs, trainedAgain, searches, fusion, test }: Facts): string {
  const trained = runs.map(({ modality, model, epochs, best, settings }) => {
    const monitor = settings?.training.monitor;
    const unit = monitor === undefined ? '' : monitor === 'auc' ? '（按切片）' : '（按患者）';
    const kept = best === null || epochs === 1 ? '' : `，按验证集 AUC${unit}保留第 ${best} 轮`;
    return `${modality} 采用 ${model} 训练 ${epochs} 轮${kept}`;
  });
  const networks =
    trained.length === 0
      ? ''
      : `${trainedAgain ? '训练的网络' : `${runs.length > 1 ? '每种模态训练' : '训练'}一个网络`}：${trained.join('；')}。${settingsInChinese(runs)}${searchesInChinese(searches)}`;
  if (fusion === null) return networks;
  const scaled = fusion.standardize ? '，以训练集患者标准化' : '';
  const isMany = fusion.modalities.length > 1;
  const joined = isMany ? `，拼接 ${list(fusion.modalities)}` : '';
  const alone = isMany ? '各单一模态以同样方式分类。' : '';
  const lacking = fusion.lacking
    ? '缺少某一模态的患者仍参与其所具有模态的训练与评估：各分类器以具有其模态的全部训练集患者拟合，此类患者由与其所具有模态相应的分类器预测。'
    : '';
  const stacked =
    fusion.folds === null
      ? ''
      : `堆叠模型：${isMany ? '每种模态' : ''}按患者分组训练 ${fusion.folds} 个折网络，以每例训练集患者在未见过该患者的网络上得到的 logits 拟合逻辑回归；其余患者的 logits 取这 ${fusion.folds} 个网络的均值。`;
  const caution = fusion.inSample
    ? '训练集患者的特征来自见过这些患者的网络，因此训练集结果仅用于显示过拟合，不作为性能的证据。'
    : '';
  const silent =
    fusion.silent.length === 0
      ? ''
      : `${list(fusion.silent)} 特征所用网络以哪些患者训练不详，其中可能有验证集或${ZH.test[test].set}集的患者。`;
  const otherWeights = fusion.otherWeights
    .map(({ file, modalities }) => `${list(modalities)} 的特征以 ${weightsText(file)}提取。`)
    .join('');
  const source =
    fusion.imageSize === null
      ? '由其他程序生成'
      : `${list(fusion.models)}，${fusion.imageSize} × ${fusion.imageSize} 像素`;
  return (
    `${networks}将每例患者各切片的特征（${source}）取平均` +
    `${joined}${scaled}，并以训练集患者拟合 L2 惩罚逻辑回归（C = ${fusion.C}）进行分类。${otherWeights}${alone}${lacking}${caution}${silent}${stacked}`
  );
}

function weightsText(file: string): string {
  const epoch = epochOf(file);
  if (epoch === null) return `${file} `;
  return `${file}（${epoch === 'last' ? '训练结束时' : `第 ${epoch} 轮后`}的权重，与其验证集 AUC 无关）`;
}

function decisions(facts: Facts): string {
  const { models, labels, thresholds, calibration, takenOver, fitted, external, test } = facts;
  const aggregated = byAggregation(models).map(
    ({ how, names }) => `${ZH.aggregation(how)}（${list(names.map((name) => ZH.model(name)))}）`,
  );
  const aggregation = aggregated.length === 0 ? '' : `切片概率汇总为患者概率的方式为：${list(aggregated)}。`;
  const [calibrated, others] = byCalibrator(models).map((names) => list(names.map((name) => ZH.model(name))));
  const by = `概率经${nameOf(CALIBRATORS, calibration)}校准`;
  const how =
    calibrated === '' ? '' : others === '' ? `${by}。` : `${calibrated}的${by}，${others}的概率未校准。`;
  const rule =
    labels.length > 2
      ? '每例患者判为概率最高的标签。'
      : thresholds
          .map(({ rule: name, models: whose }) => {
            const names = thresholds.length === 1 ? '' : `（${list(whose.map((one) => ZH.model(one)))}）`;
            return `阈值${names}${nameOf(RULES, name)}。`;
          })
          .join('');
  if (labels.length > 2 && aggregation === '' && how === '') return rule;
  return `${rule}${aggregation}${how}${originText(fitted, takenOver)}；随后冻结${external.length === 0 ? '' : `，并原样应用于${ZH.test[test].patients}`}。`;
}

function originText(fitted: boolean, takenOver: Facts['takenOver']): string {
  if (!fitted) return '以上均为事先设定';
  if (takenOver === null) return '其中选定或拟合者仅依据验证集患者';
  const whom = takenOver.map(({ hospitals, n }) => `${list(hospitals)}，n = ${n}`);
  return `其中选定或拟合者沿用先前的评估，依据当时的验证集患者（${whom.join('；')}）`;
}

function statistics(facts: Facts): string {
  const level = percent(facts.level, 4);
  const isMany = facts.labels.length > 2;
  const areas = isMany
    ? `各标签对其余的 AUC 附 DeLong ${level} 置信区间，其与宏平均 AUC（各标签 AUC 的均值）均附`
    : `AUC 附 DeLong ${level} 置信区间及`;
  const macro = isMany ? '未注明标签时，模型的 AUC 为宏平均 AUC。' : '';
  const proportions = facts.proportionMethod === 'wilson' ? 'Wilson' : '精确（Clopper–Pearson）';
  const how = COMPARISONS.filter(([name]) => facts.compared[name]).map(([, text]) => text);
  const { delong, nri, idi } = facts.compared;
  const differences =
    delong || nri || idi ? `差值附正态近似区间${isMany ? '，宏平均 AUC 的差值附自助法区间' : ''}。` : '';
  const compared = how.length === 0 ? '' : `模型间采用${list(how)}进行比较。${differences}`;
  const hospitals =
    (facts.compared.cochran ? `各${ZH.test[facts.test].hospitals}的 AUC 是否不同以 Cochran Q 检验。` : '') +
    (facts.compared.within ? '医院内 AUC 仅比较同一医院的患者。' : '');
  const explained =
    facts.explained.length > 0 ? `采用 ${list(facts.explained.map((one) => MAP_NAMES[one]))} 解释网络。` : '';
  const site = facts.siteAudit
    ? `中心效应以特征预测医院的能力（五折交叉验证）衡量${facts.harmonised ? '，并比较折内估计的参考批次 ComBat 校正前后' : ''}。`
    : '';
  const version = facts.version === '' ? '' : ` ${facts.version}`;
  return (
    `表格与检验中的所有统计均以患者为单位。${areas} ${facts.replicates} 次患者自助重抽样区间（百分位数法，在每家医院的每个标签内重抽样）；平均精确率、平衡准确率、F1、Brier 分数与期望校准误差${isMany ? '以及其他各标签均值' : ''}亦附此区间，` +
    `比例附${proportions}区间，校准斜率与截距附 Wald 区间。${macro}` +
    `校准以 Brier 分数、斜率、截距（斜率固定为 1）与期望校准误差评价${isMany ? '' : '，临床应用价值以决策曲线评价'}。${compared}${hospitals}${explained}${site}全部分析由 Radweave${version} 完成。`
  );
}
