import type { Phrase } from './translate.ts';

/** Checks of the leakage audit, what they looked at and what they found, in Chinese. */
export const AUDIT_ZH: readonly Phrase[] = [
  // Before the findings: one may end in anything, also in such a count.
  ['{finding!} (at least {n} case(s))', '{finding}（至少 {n} 项）'],
  ['{finding!} ({n} case(s))', '{finding}（{n} 项）'],
  ['patients across splits', '跨数据集的患者'],
  ['patients across hospitals', '跨医院的患者'],
  ['splits of the modalities', '各模态的数据集划分'],
  ['similar patient IDs', '相似的患者编号'],
  ['labels', '标签'],
  ['changed slices', '改动过的切片'],
  ['identical slices', '完全相同的切片'],
  ['near-duplicate slices', '近似重复的切片'],
  ['checkpoints', '检查点'],
  ['fold models', '折网络'],
  ['features', '特征'],
  ['fusion', '融合'],
  ['frozen decisions', '冻结的决策'],

  ['{n} patient IDs', '{n} 个患者编号'],
  ['{n} patients', '{n} 例患者'],
  ['split files and {file}', '划分文件与 {file}'],
  ['split files', '划分文件'],
  ['{n} slice(s), at most {bits} bit(s) of 64 different', '{n} 张切片，64 位哈希至多相差 {bits} 位'],
  ['{n} slice(s), {constant} constant one(s) not compared', '{n} 张切片，另有 {constant} 张灰度恒定者未比较'],
  ['{n} slice(s)', '{n} 张切片'],
  ['{n} run(s)', '{n} 次训练运行'],
  ['{n} fold model(s), {records} record(s) of logits', '{n} 个折网络，{records} 份 logit 记录'],
  ['features of {modalities+}', '{modalities} 的特征'],
  ['the fusion of {modalities+}', '{modalities} 的融合'],
  [
    '{n} frozen decision(s) ({evaluated} of the evaluation, {fused} of the fusion: scalers and thresholds)',
    '{n} 项冻结的决策（评估 {evaluated} 项；融合 {fused} 项，即标准化参数与阈值）',
  ],

  ['not checked: {reasons*}', '未检查：{reasons}'],
  ['pixels were not to be looked at', '按要求未检查像素'],
  ['there was nothing to look at', '没有可检查的内容'],
  ['nothing was cross-validated or cross-fitted', '未做交叉验证或交叉拟合'],
  ['modality {modality} has no trained run', '模态 {modality} 没有训练运行'],
  ['modality {modality} has no features', '模态 {modality} 没有特征'],
  ['run {run} has no split files', '运行 {run} 没有划分文件'],
  ['there is no cohort.csv to compare the split files with', '没有可与划分文件比较的 cohort.csv'],
  ['there is no cohort.csv to compare labels with', '没有可与标签比较的 cohort.csv'],
  [
    'more than {n} pairs have near hashes; the others were not compared',
    '超过 {n} 对切片的哈希相近；其余未作比较',
  ],
  ['there is no summary.json with hashes of the slices', '没有记录切片哈希的 summary.json'],
  ['there is one modality only', '只有一种模态'],
  ['there is no fusion: {file}', '没有融合结果：{file}'],
  ['there is no evaluation in {folder}', '{folder} 中没有评估结果'],
  ['there is no {file}', '缺少 {file}'],
  [
    'the checkpoint of the features of {modality} is gone or was changed since: {file}',
    '{modality} 特征所用的检查点已不存在或已改动：{file}',
  ],
  ['{file} of {modality} does not say whom it was trained on', '{modality} 的 {file} 未记录其训练患者'],
  [
    '{file} was started from weights of which nothing is known: {reason*}',
    '{file} 的初始权重来源不明：{reason}',
  ],
  [
    '{file} is of another program and does not say whom it was trained on',
    '{file} 由其他程序生成，未记录其训练患者',
  ],
  ['{file} does not say whom it was trained on', '{file} 未记录其训练患者'],
  [
    'the features of {modality} were made by another program: it is not known whom their network was trained on',
    '{modality} 的特征由其他程序生成：其网络以哪些患者训练不详',
  ],
  ['{file} is not there', '{file} 不存在'],

  ['the same patient is in two splits', '同一患者出现在两个数据集中'],
  ['the same patient ID is in two hospitals', '同一患者编号出现在两家医院'],
  ['a patient is in different splits, depending on the file', '不同文件中同一患者所属数据集不同'],
  [
    'IDs in different splits differ in case, separators or zero padding only',
    '不同数据集中的编号仅大小写、分隔符或前导零不同',
  ],
  [
    'IDs in one split differ in case, separators or zero padding only: a patient may count twice',
    '同一数据集中的编号仅大小写、分隔符或前导零不同：同一患者可能被计两次',
  ],
  [
    'IDs in different splits differ in a suffix only: visits of one patient?',
    '不同数据集中的编号仅后缀不同：是否为同一患者的多次就诊？',
  ],
  [
    'more than {n} IDs share all but a suffix: taken for numbered patients, not for visits',
    '超过 {n} 个编号仅后缀不同：视为按序编号的患者，而非多次就诊',
  ],
  ['the same patient has two labels', '同一患者有两个标签'],
  ['images of one grade folder have different labels', '同一分级文件夹中的图像标签不同'],
  ['slices have changed since the patients were divided', '患者划分之后切片有改动'],
  ['patients in different splits share an image, pixel for pixel', '不同数据集的患者有逐像素相同的图像'],
  ['patients in one split share an image, pixel for pixel', '同一数据集的患者有逐像素相同的图像'],
  ['patients in different splits have nearly the same image', '不同数据集的患者有近乎相同的图像'],
  [
    'patients in different splits have near hashes, but images that correlate below {limit}',
    '不同数据集的患者图像哈希相近，但相关系数低于 {limit}',
  ],
  [
    'a network was trained on patients who are now in validation or test',
    '网络以现属验证集或外部测试集的患者训练',
  ],
  [
    'the epoch of a network was chosen on patients who are now in test',
    '网络的轮次由现属外部测试集的患者选定',
  ],
  [
    'older runs have seen patients who are now in validation or test',
    '较早的运行见过现属验证集或外部测试集的患者',
  ],
  [
    'features come from a network trained on patients of validation or test',
    '特征来自以验证集或外部测试集患者训练的网络',
  ],
  [
    'features come from a network whose epoch was chosen on patients of test',
    '特征来自由外部测试集患者选定轮次的网络',
  ],
  ['features stand in another split than their patients do now', '特征所在数据集与患者现属数据集不同'],
  ['fold models have seen patients of their held-out fold', '折网络见过其留出折的患者'],
  [
    'cross-fitted logits come from models that have seen patients now in validation or test',
    '交叉拟合的 logit 来自见过现属验证集或外部测试集患者的模型',
  ],
  [
    'the fusion was fitted on patients who are now in validation or test',
    '融合模型以现属验证集或外部测试集的患者拟合',
  ],
  [
    'the threshold of the fusion was chosen on patients who are now in test',
    '融合模型的阈值由现属外部测试集的患者选定',
  ],
  [
    "the classifier 'fused' was fitted on in-sample features; 'stacked' was fitted on out-of-fold logits ({n} case(s))",
    '融合分类器以样本内特征拟合；堆叠分类器以折外 logit 拟合（{n} 项）',
  ],
  [
    'the fusion was fitted on in-sample features: their network was trained on the same patients',
    '融合模型以样本内特征拟合：其网络以同一批患者训练',
  ],
  [
    'a decision was fitted on patients it is judged by: external or test',
    '某项决策以用于评价它的患者（外部或测试）拟合',
  ],
  ['a frozen decision was changed after it was fitted', '冻结的决策在拟合后被改动'],
  ['a file that had to be looked at cannot be read', '需要检查的文件无法读取'],
];
