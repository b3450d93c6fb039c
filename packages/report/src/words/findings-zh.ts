import type { Phrase } from './translate.ts';

/** What an evaluation found, in Chinese; the models of a list follow their sentence, one `; ` after the other. */
export const FINDINGS_ZH: readonly Phrase[] = [
  [
    'better than chance outside the home hospital (the {level} interval of the AUC lies above 0.5): {models*}',
    '在本院以外优于随机水平（AUC 的 {level} 置信区间高于 0.5）：{models}',
  ],
  [
    'no model is better than chance outside the home hospital (no {level} interval of an AUC lies above 0.5): {models*}',
    '在本院以外没有任何模型优于随机水平（没有 AUC 的 {level} 置信区间高于 0.5）：{models}',
  ],
  ['not better than chance outside the home hospital: {models*}', '在本院以外不优于随机水平：{models}'],
  [
    'worse than chance outside the home hospital (the {level} interval of the AUC lies below 0.5): {models*}',
    '在本院以外差于随机水平（AUC 的 {level} 置信区间低于 0.5）：{models}',
  ],
  [
    'external patients are too few, or of one label only, to tell an AUC from chance',
    '外部患者过少或仅有一类标签，无法判断 AUC 是否不同于随机水平',
  ],
  [
    'there is no external hospital: nothing is known of patients of other hospitals',
    '无外部医院：对其他医院的患者一无所知',
  ],
  ['not better than chance in single hospitals: {models*}', '在个别医院不优于随机水平：{models}'],
  ['worse than chance in single hospitals: {models*}', '在个别医院差于随机水平：{models}'],
  [
    'no model is better than chance even on the validation patients, on whom the epochs were chosen',
    '即使在用于选定轮次的验证集患者上，也没有任何模型优于随机水平',
  ],
  [
    "the AUC seems to differ between the external hospitals, so the pooled AUC may describe none of them (Cochran's Q, p below 0.1): {models*}",
    '各外部医院的 AUC 可能不同，合并的 AUC 未必代表其中任何一家（Cochran Q 检验 p 低于 0.1）：{models}',
  ],
  [
    'all external patients are predicted to have the same label, whose share is the accuracy: {models*}',
    '所有外部患者均被预测为同一标签，准确率即该标签的比例：{models}',
  ],
  [
    'all validation patients are predicted to have the same label, whose share is the accuracy: {models*}',
    '所有验证集患者均被预测为同一标签，准确率即该标签的比例：{models}',
  ],
  [
    'as many features as training patients or more, so that even noise separates them and probabilities become too extreme: {models*}',
    '特征数不少于训练患者数，即使噪声也能将其完全分开，概率过于极端：{models}',
  ],
  ['probabilities below {low} or above {high}: {models*}', '概率低于 {low} 或高于 {high}：{models}'],
  ['a label is rare among the training patients: {labels*}', '训练集患者中某一标签过少：{labels}'],
  [
    "all are predicted {label}: the accuracy is that label's share",
    '全部预测为 {label}：准确率即该标签的比例',
  ],
  [
    '{d} features for {n} training patients: the classifier separates them even where features are noise',
    '{n} 例训练患者对应 {d} 个特征：即使特征为噪声，分类器也能将其分开',
  ],
  [
    'fewer than 2 patients of a label, so left out: {hospitals}',
    '某一标签的患者不足 2 例，因此未纳入：{hospitals}',
  ],
  ['fewer than two groups have an AUC with a variance', '具有 AUC 方差的医院不足两家'],
  ['no group has at least 2 patients of each class', '没有医院每类至少有 2 例患者'],
  ['network {modality} in {hospital}, macro AUC {auc*}', '网络 {modality}（{hospital}），宏平均 AUC {auc}'],
  ['{model*} in {hospital}, macro AUC {auc*}', '{model}（{hospital}），宏平均 AUC {auc}'],
  ['network {modality}, macro AUC {auc*}', '网络 {modality}，宏平均 AUC {auc}'],
  ['{model*}, macro AUC {auc*}', '{model}，宏平均 AUC {auc}'],
  ['network {modality} in {hospital}, AUC {auc*}', '网络 {modality}（{hospital}），AUC {auc}'],
  ['{model*} in {hospital}, AUC {auc*}', '{model}（{hospital}），AUC {auc}'],
  ['network {modality}, AUC {auc*}', '网络 {modality}，AUC {auc}'],
  ['{model*}, AUC {auc*}', '{model}，AUC {auc}'],
  ['{auc} (exact p {p})', '{auc}（精确检验 p {p}）'],
  ['network {modality} ({label}), p {p}, I² {share}', '网络 {modality}（{label}），p {p}，I² {share}'],
  ['{model*} ({label}), p {p}, I² {share}', '{model}（{label}），p {p}，I² {share}'],
  ['network {modality}, p {p}, I² {share}', '网络 {modality}，p {p}，I² {share}'],
  ['{model*}, p {p}, I² {share}', '{model}，p {p}，I² {share}'],
  [
    'network {modality}, {label}, right for {right} of {n}',
    '网络 {modality}，{label}，{n} 例中 {right} 例正确',
  ],
  ['{model*}, {label}, right for {right} of {n}', '{model}，{label}，{n} 例中 {right} 例正确'],
  ['{model*}, {d} features, {n} patients', '{model}，{d} 个特征，{n} 例患者'],
  [
    'network {modality}, {certain} of {n} external patients, {wrong} of them wrong',
    '网络 {modality}，{n} 例外部患者中 {certain} 例，其中 {wrong} 例错误',
  ],
  [
    '{model*}, {certain} of {n} external patients, {wrong} of them wrong',
    '{model}，{n} 例外部患者中 {certain} 例，其中 {wrong} 例错误',
  ],
  ['{label}, {count} of {n}', '{label}，{n} 例中 {count} 例'],
];
