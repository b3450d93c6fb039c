import { AUDIT_ZH } from './audit-zh.ts';
import { DATA_ZH } from './data-zh.ts';
import { FINDINGS_ZH } from './findings-zh.ts';
import { REASONS_ZH, TERMS_ZH } from './reasons-zh.ts';
import { type Phrase, translator } from './translate.ts';

/** What stands beside the numbers of an evaluation. */
const EVALUATION: readonly Phrase[] = [
  ['no test: {reason*}', '未检验：{reason}'],
  ['McNemar: {reason*}', 'McNemar 检验：{reason}'],
  ['reported for each class', '按各类别分别报告'],
  ['given for each class', '按各类别分别给出'],
  [
    'the interval of the macro AUC is by bootstrap; DeLong, NRI and IDI are given for each class',
    '宏平均 AUC 的置信区间采用自助法；DeLong、NRI 与 IDI 按各类别分别给出',
  ],
  [
    'no interval: its limits are the same number, which says nothing of the uncertainty',
    '无置信区间：上下限为同一数值，不反映不确定性',
  ],
  [
    'no interval: all resamples of the patients give the same value',
    '无置信区间：对患者的所有重抽样结果相同',
  ],
  // After those of it that are known: the first that fits is taken.
  ['no interval: {reason*}', '无置信区间：{reason}'],
  [
    'biased upward in small groups, and in resamples still more: the interval lies too high and may lie above the value',
    '例数少时偏高，重抽样时更甚：置信区间偏高，可能高于该值',
  ],
  ['there is no external hospital', '无外部医院'],
  ['there are no patients in {split*}', '{split}中无患者'],
  ['the threshold was chosen on these patients', '阈值由这些患者选定'],
  [
    'the calibrator was fitted on these patients: Brier score and calibration are optimistic here',
    '校准器由这些患者拟合：此处的 Brier 分数与校准结果偏乐观',
  ],
  [
    'the threshold was taken over from an earlier evaluation, which chose it on {n} patients of {hospitals+} ({splits*}), perhaps some of these',
    '阈值沿用先前的评估，当时由 {hospitals} 的 {n} 例患者（{splits}）选定，其中可能有部分为这些患者',
  ],
  [
    'the threshold was taken over from an earlier evaluation, which chose it on {n} patients of {hospitals+} ({splits*})',
    '阈值沿用先前的评估，当时由 {hospitals} 的 {n} 例患者（{splits}）选定',
  ],
  [
    'the calibrator was taken over from an earlier evaluation, which fitted it on {n} patients of {hospitals+} ({splits*}), perhaps some of these',
    '校准器沿用先前的评估，当时由 {hospitals} 的 {n} 例患者（{splits}）拟合，其中可能有部分为这些患者',
  ],
  [
    'the calibrator was taken over from an earlier evaluation, which fitted it on {n} patients of {hospitals+} ({splits*})',
    '校准器沿用先前的评估，当时由 {hospitals} 的 {n} 例患者（{splits}）拟合',
  ],
  ['the threshold is 0.5, not chosen: {reason*}', '阈值取 0.5，未经选择：{reason}'],
  ['not calibrated: {reason*}', '未校准：{reason}'],
  ['the best epoch was chosen on these patients', '最佳轮次由这些患者选定'],
  ['the classifier was fitted on these patients', '分类器由这些患者拟合'],
  ['in-sample: the network was trained on these patients', '样本内：网络以这些患者训练'],
  [
    'in-sample: the network of {names+} was trained on these patients: too good to report, use cross-fitting',
    '样本内：{names} 的网络以这些患者训练，结果过于乐观，不宜报告，请使用交叉拟合',
  ],
  [
    'the classifier was fitted on in-sample features of {names+}: use cross-fitting',
    '分类器以 {names} 的样本内特征拟合：请使用交叉拟合',
  ],
  [
    "in-sample: the network of {names+} was trained on these patients: too good to report, which is why 'stacked' was fitted on out-of-fold logits",
    '样本内：{names} 的网络以这些患者训练，结果过于乐观，不宜报告，因此另以折外 logits 拟合了“堆叠”',
  ],
  [
    "the classifier was fitted on in-sample features of {names+}: report 'stacked', which was fitted on out-of-fold logits",
    '分类器以 {names} 的样本内特征拟合：应报告以折外 logits 拟合的“堆叠”',
  ],
  [
    'the checkpoint of {names+} does not say which patients it was trained on',
    '{names} 的检查点未记录其训练患者',
  ],
  ['not converged after {n} iterations: raise --max_iter', '迭代 {n} 次后未收敛：请增大 --max_iter'],
  ['chosen on validation', '由验证集选定'],
  ['set beforehand, not by these numbers', '事先设定，未参考这些数值'],
  ['frozen before', '此前已冻结'],
  ['no validation AUC: {reason*}', '无验证集 AUC：{reason}'],
  [
    'the fusion was fitted on in-sample features of {names+}, which look better than those of new patients: cross-fitting is the remedy',
    '融合模型以 {names} 的样本内特征拟合，这些特征优于新患者的特征：应采用交叉拟合',
  ],
  [
    "the fusion was fitted on in-sample features of {names+}, which look better than those of new patients: report 'stacked', which was fitted on out-of-fold logits",
    '融合模型以 {names} 的样本内特征拟合，这些特征优于新患者的特征：应报告以折外 logits 拟合的“堆叠”',
  ],
  ['not evaluated: {what*}; make it with: {command}', '未评估：{what}；生成命令：{command}'],
  ['not evaluated: {what*}', '未评估：{what}'],
  ['there is no fusion in {folder}', '{folder} 中没有融合结果'],
  ['the fusion in {folder} is unfinished', '{folder} 中的融合未完成'],
  ['the fusion was finished after the evaluation', '融合在评估之后才完成'],
  [
    "the training run '{run}' of modality {modality} is unfinished",
    '模态 {modality} 的训练运行 {run} 未完成',
  ],
  ['no finished training run of modality {modality}', '模态 {modality} 没有已完成的训练运行'],
  [
    "run '{run}' has no slice_predictions_*.csv: it is of an older version, train again",
    '运行 {run} 没有 slice_predictions_*.csv：由旧版本生成，请重新训练',
  ],
  [
    'frozen decisions were taken over from an earlier evaluation, not fitted here',
    '冻结的决策沿用先前的评估，未在此重新拟合',
  ],
  [
    "slices become patients by the aggregation of highest validation AUC, so the networks' validation AUC is optimistic",
    '切片按验证集 AUC 最高的方式汇总为患者，因此各网络的验证集 AUC 偏乐观',
  ],
  [
    'slices become patients by {how*}, set beforehand; the aggregation table compares the alternatives',
    '切片按事先设定的方式（{how}）汇总为患者；其他方式的比较见汇总方式表',
  ],
  ["network {modality} is run '{run}'", '网络 {modality} 即运行 {run}'],
  [
    'network {modality} is another checkpoint than the one whose features were fused ({file})',
    '网络 {modality} 的检查点与融合所用特征的检查点（{file}）不同',
  ],
  [
    'thresholds apply to probabilities before calibration; Brier score, calibration, net benefit, NRI and IDI are of calibrated probabilities',
    '阈值用于校准前的概率；Brier 分数、校准、净获益、NRI 与 IDI 均基于校准后的概率',
  ],
  [
    'AUC and average precision belong to probabilities before calibration; Brier score, calibration, net benefit, NRI and IDI are of calibrated probabilities',
    'AUC 与平均精确率基于校准前的概率；Brier 分数、校准、净获益、NRI 与 IDI 均基于校准后的概率',
  ],
  ['NRI is the continuous (category-free) index', 'NRI 为连续型（无类别）净重分类改善指数'],
  [
    'bootstrap intervals are percentiles of resampled patients, stratified by label and hospital',
    '自助法置信区间为按标签与医院分层的患者重抽样百分位数区间',
  ],
  [
    'the smaller a group, the wider its intervals; where there is none, a note says why',
    '组越小，置信区间越宽；没有区间之处附有原因',
  ],
  ['the network was trained on these patients', '网络以这些患者训练'],
  [
    'montages carry no texts: this machine has no painter or font for them',
    '拼图上没有文字：本机缺少绘制文字的程序或字体',
  ],
  [
    'maps of layer {layer} have only {grid} values for {size} pixels: read them as such, or give an earlier --layer ({layers})',
    '层 {layer} 的热图对 {size} 像素仅有 {grid} 个值：请据此解读，或用 --layer 指定更靠前的层（{layers}）',
  ],
];

/** The site effect and harmonisation. */
const SITE: readonly Phrase[] = [
  [
    'harmonised anew inside each fold by its training patients, two fifths of a hospital at a time, and applied to those held out: that removes less than all patients of the hospital do, so the AUC is too high rather than too low',
    '在每折内以训练患者（每次为该医院的五分之二）重新估计校正参数，再应用于留出患者：其校正程度低于使用该医院全部患者，因此 AUC 偏高而非偏低',
  ],
  [
    'the network of {names+} was trained on the home training patients: what sets them apart may be that and not the hospital',
    '{names} 的网络以本院训练患者训练：其差别可能源于此而非医院',
  ],
  [
    'transductive: the location and scale of the hospital come from the unlabelled features of these very patients; not part of the primary analysis',
    '直推式：医院的位置与尺度参数由这些患者自身的无标签特征估计；不属于主要分析',
  ],
  [
    'without the label as covariate, a hospital with another share of positives is shifted for that as well',
    '未以标签为协变量，因此阳性比例不同的医院也会因比例差异而被平移',
  ],
  [
    'the reference is in-sample: the network of {names+} was trained on the home training patients, whose features new patients’ would differ from at the same hospital too',
    '参考批次为样本内：{names} 的网络以本院训练患者训练，即使同一医院的新患者，其特征也会与之不同',
  ],
  ['{hospital} was left unharmonised: {reason*}', '{hospital} 未校正：{reason}'],
  ['left unharmonised: {reason*}', '未校正：{reason}'],
  ['the hospital of these patients is not known', '这些患者所属医院未知'],
  ['it is a hospital of the reference: it has training patients', '该医院属于参考批次：有训练患者'],
  ['left out for too few patients: {hospitals}', '因患者过少未纳入：{hospitals}'],
  [
    'the site audit needs two hospitals with at least {least} patients; there are {n}',
    '中心效应审查需要两家至少有 {least} 例患者的医院，现有 {n} 家',
  ],
  [
    '{hospital} has {n} training patients in a fold: harmonising inside the folds needs at least {least}',
    '{hospital} 在某一折中仅有 {n} 例训练患者：折内校正至少需要 {least} 例',
  ],
  [
    "{n} patients: a site's location and scale need at least {least}",
    '{n} 例患者：估计一家医院的位置与尺度参数至少需要 {least} 例',
  ],
  ['{n} home train patients: ComBat needs at least 2', '{n} 例本院训练患者：ComBat 至少需要 2 例'],
  [
    'ComBat needs at least 2 features that vary; there are {n}',
    'ComBat 至少需要 2 个有变异的特征，现有 {n} 个',
  ],
  [
    'all features vary alike at this site: ComBat has no prior for the scale',
    '该医院所有特征的变异相同：ComBat 的尺度参数没有先验',
  ],
  [
    'class {label} has {n} patients: {folds} folds need at least {least}',
    '类别 {label} 有 {n} 例患者：{folds} 折至少需要 {least} 例',
  ],
];

/** Patients left out, the machine, and parts of the report that were not made. */
const OTHER: readonly Phrase[] = [
  ['no slices of {modalities}', '缺少 {modalities} 的切片'],
  ['found as {places+}', '同时见于 {places}'],
  ['shares an image with patient {patient}', '与患者 {patient} 有相同图像'],
  ['machine', '机器'],
  ['not recorded', '无记录'],
  ['train {modality} ({run})', '训练 {modality}（{run}）'],
  ['precision of train {modality} ({run})', '训练 {modality}（{run}）的计算精度'],
  ['{precision}: as asked', '{precision}：按设置'],
  [
    '{precision}: as settled for training of {model} in {folder}',
    '{precision}：沿用 {folder} 中已为训练 {model} 选定的精度',
  ],
  [
    '{precision}: measured here on {date} in steps of {n} slices: {speeds} slices/s',
    '{precision}：{date} 在训练所用机器上以每步 {n} 张切片实测：{speeds} 张/秒',
  ],
  ['nearly as fast as the fastest, and more exact', '与最快者速度相近，且更精确'],
  [
    '{precision}: this machine has neither native bfloat16 nor Winograd convolutions',
    '{precision}：本机既无原生 bfloat16 指令，也无 Winograd 卷积',
  ],
  [
    '{precision}: a GPU of compute capability {capability} computes bfloat16 natively',
    '{precision}：计算能力 {capability} 的 GPU 原生支持 bfloat16',
  ],
  [
    '{precision}: a GPU of compute capability {capability} computes neither bfloat16 nor TF32 natively',
    '{precision}：计算能力 {capability} 的 GPU 不原生支持 bfloat16 与 TF32',
  ],
  [
    '{precision}: a GPU of compute capability {capability} computes float16 natively, bfloat16 not',
    '{precision}：计算能力 {capability} 的 GPU 原生支持 float16，不原生支持 bfloat16',
  ],
  ['nobody has tried Radweave on such a card', 'Radweave 尚未在这类显卡上试用过'],
  [
    '{precision}: as asked, but float16 is meant for GPUs: on most CPUs fp32 is faster, and it is more exact',
    '{precision}：按设置；但 float16 适用于 GPU，在多数 CPU 上 fp32 更快，且更精确',
  ],
  [
    '{precision}: fp16 as asked, but on a CPU that needs libtorch 2.3 or newer',
    '{precision}：设置为 fp16，但在 CPU 上需要 libtorch 2.3 或更新版本',
  ],
  [
    '{precision}: fp16 as the run was started, but on a CPU that needs libtorch 2.3 or newer',
    '{precision}：训练以 fp16 开始，但在 CPU 上需要 libtorch 2.3 或更新版本',
  ],
  [
    '{precision}: as asked, but this CPU has no bfloat16 instructions: fp32 is much faster here and more exact',
    '{precision}：按设置；但该 CPU 无 bfloat16 指令，fp32 快得多，且更精确',
  ],
  [
    '{precision}: as asked, but a GPU of compute capability {capability} has no units for it: fp32 is more exact and may be faster',
    '{precision}：按设置；但计算能力 {capability} 的 GPU 无相应运算单元，fp32 更精确，也可能更快',
  ],
  [
    '{precision}: tf32 as asked, but a GPU of compute capability {capability} has no units for it',
    '{precision}：设置为 tf32，但计算能力 {capability} 的 GPU 无相应运算单元',
  ],
  [
    '{precision}: tf32 as asked, but only GPUs have it: a CPU computes in full float32',
    '{precision}：设置为 tf32，但那仅用于 GPU；CPU 以完整的 float32 计算',
  ],
  [
    '{versions}, cpu capability {name}, threads {n}, gpu {card}, compute capability {capability}, gpu memory {memory}, gpu driver {driver}, cuda {cuda}',
    '{versions}，CPU 指令集 {name}，线程数 {n}，GPU {card}，计算能力 {capability}，显存 {memory}，驱动 {driver}，CUDA {cuda}',
  ],
  ['{versions}, cpu capability {name}, threads {n}', '{versions}，CPU 指令集 {name}，线程数 {n}'],
  ['{file} is of another split', '{file} 属于另一划分'],
  ['{file} explains another network than those evaluated', '{file} 所解释的网络并非被评估的网络'],
  ['radweave fuse, then radweave evaluate', 'radweave fuse，然后 radweave evaluate'],
];

/** Ready-made English remarks in Chinese. The modality before a reason comes last: it would match much else. */
export const translatedToChinese: (text: string) => string = translator(
  [
    ...TERMS_ZH,
    ...REASONS_ZH,
    ...DATA_ZH,
    ...EVALUATION,
    ...FINDINGS_ZH,
    ...SITE,
    ...OTHER,
    ...AUDIT_ZH,
    ['{whose}: {reason!}', '{whose}：{reason}'],
  ],
  { separator: '；', and: '、', colon: '：' },
);
