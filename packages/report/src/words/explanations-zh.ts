import { IN_PART } from '@radweave/artifacts';
import type { Words } from './en.ts';

/** What is said beside heat maps, in Chinese. */
export const EXPLANATIONS_ZH: Words['explanations'] = {
  title: (method, modality, group) =>
    `${method}，模态 ${modality}：${{ right: '预测正确的患者', wrong: '预测错误的患者', asked: '指定的患者' }[group]}`,
  caption: (method, layer, aggregation) =>
    `热图（${method}）叠加在切片上，取自“${layer}”层。图片与图注均给出所示依据对应标签的概率：每张切片下方为该切片的概率，图片上方与图注中为患者的概率（对全部切片取${aggregation}）。颜色表示占该患者自身最大值的比例；各图注给出该最大值占全部所示患者最大值的比例。热图只含支持该标签的依据，网络发现较少时热图微弱或为空。`,
  confident: (by, manyHospitals) =>
    by === null
      ? `“最有把握”指${manyHospitals ? '各医院中' : ''}概率最高的标签领先次高标签最多的患者（各预测标签轮流选取）；与判断是否正确无关。`
      : `“最有把握”指${manyHospitals ? '各医院中 ' : ' '}${by.label} 的概率离阈值 ${by.threshold} 最远的患者（高于阈值时按到 1 的距离、低于阈值时按到 0 的距离的比例计；各预测标签轮流选取）；与判断是否正确无关。`,
  chance: (network, split, isMacro, auc, says) =>
    `注意：${network} 在这些患者上${says === 'worse' ? '差于随机水平' : '未显示优于随机水平'}（${split}：${isMacro ? '宏平均 ' : ''}AUC ${auc}${says === 'too few' ? '，患者过少，不足以说明任何问题' : ''}）。其热图显示网络关注的位置，并不说明区分标签的依据。`,
  chanceUnknown: (network, split, reason) =>
    `无法判断 ${network} 在这些患者（${split}）上是否优于随机水平${reason === '' ? '' : `：${reason}`}。`,
  between: (finding) => `注意：${finding}。热图显示网络关注的位置，并不说明区分标签的依据。`,
  betweenInFigure: '注意：该网络区分的可能是医院而不是标签',
  chanceInFigure: '注意：未显示该网络优于随机水平',
  patient: (patient, hospital) => `${patient}（${hospital}）`,
  verdict: (truth, predicted, explained, probability) =>
    `真实 ${truth}，预测 ${predicted}；${explained} 的概率 ${probability}`,
  explained: (label) => `${label} 的依据`,
  strength: (share) => `热图最大值为所示最大者的 ${share}`,
  empty: (layer) => `全部热图为空：“${layer}”层中没有支持该标签的依据`,
  emptySlices: (slices) => `所示热图中有 ${slices} 张为空`,
  category: {
    most_confident_right: '预测正确中最有把握者',
    least_confident_right: '预测正确中最无把握者',
    most_confident_wrong: '预测错误中最有把握者',
    least_confident_wrong: '预测错误中最无把握者',
    asked: '指定的患者',
  },
  alt: (method, who, verdict) => `患者 ${who} 的切片及热图（${method}）；${verdict}。`,
  noImage: (file, modality) => `缺少图片 ${file}。重新生成命令：radweave explain --modality ${modality}`,
  none: '此组没有患者。',
  sanity: (modality) => `随机化检验，模态 ${modality}`,
  sanityCaption: (slices, outcome) =>
    `自分类器起逐级将网络部分权重随机化，并将 ${slices} 张切片的热图与原热图比较：全部像素的 Spearman 秩相关与结构相似性（SSIM），对切片取平均。${outcome}Adebayo 等（2018）的解读：取决于网络所学内容的热图会与原热图不再相似；仍然相似（接近 1）的热图来自图像与网络结构。该文未给出界值。热图改变并不说明其标示的位置正确。`,
  sanityOutcome: (correlation, limit) =>
    correlation === null
      ? '所列部分全部随机化后，没有切片的热图在随机化前后均有起伏，无法计算秩相关，因此该检验无法说明问题；SSIM 比较的是没有内容的热图。'
      : correlation < limit
        ? `所列部分全部随机化后秩相关为 ${correlation.toFixed(3).replace('-', '−')}：热图${correlation < IN_PART ? '' : '仅部分'}改变，因此${correlation < IN_PART ? '' : '仅部分'}取决于这些部分所学内容（Radweave 自定：${IN_PART} 及以上视为仅部分改变，${limit} 及以上视为未改变）。`
        : `所列部分全部随机化后秩相关仍为 ${correlation.toFixed(3)}：热图仍相似（Radweave 自定：${limit} 及以上视为未改变）。热图更多反映图像本身而非网络所学内容，不应作为解释。`,
  sanityAlike: (parts, correlation) =>
    `随机化 ${parts} 时秩相关仍为 ${correlation.toFixed(3)}：这些权重对热图几乎没有影响。`,
  randomised: '随机化部分',
};
