import type { AuditCheckName } from '@radweave/artifacts';
import { type Language, percent, say, type TestWords } from '@radweave/remarks';
import { methodsInChinese } from '../methods/zh.ts';
import { CLAIM_ZH, TRIPOD_ZH } from './checklist-zh.ts';
import { CLINICAL_ZH } from './clinical-zh.ts';
import { columnsInChinese } from './columns-zh.ts';
import type { Words } from './en.ts';
import { EXPLANATIONS_ZH } from './explanations-zh.ts';
import { TUNING_ZH } from './tuning-zh.ts';

const REASONS: Readonly<Record<string, string>> = {
  missing_modality: '缺少某一模态',
  conflict: '标签、医院或图像相互矛盾',
};

const AUDIT_CHECKS: Readonly<Record<AuditCheckName, string>> = {
  'patients across splits': '跨数据集的患者',
  'patients across hospitals': '跨医院的患者',
  'splits of the modalities': '各模态的数据集划分',
  'similar patient IDs': '相似的患者编号',
  labels: '标签',
  'identical slices': '完全相同的切片',
  'near-duplicate slices': '近似重复的切片',
  'changed slices': '改动过的切片',
  checkpoints: '检查点',
  'fold models': '折网络',
  features: '特征',
  fusion: '特征的分类器',
  'frozen decisions': '冻结的决策',
};

const FUSION_DECISIONS = {
  scaler: '以训练集患者拟合的标准化参数',
  chosen: '用于新患者的阈值（由验证集患者选定）',
  set: '用于新患者的阈值（事先设定）',
};

/** The report in Chinese. */
export const chinese = (test: TestWords, language: Language): Words => ({
  tag: 'zh-CN',
  chart: {
    epoch: '轮次',
    loss: '损失',
    auc: 'AUC',
    patients: '患者',
    counted: '统计单位',
    training: '训练',
    validation: '验证',
    perSlice: '按切片',
    perPatient: '按患者',
    oneMinusSpecificity: '1 − 特异度',
    sensitivity: '灵敏度',
    predicted: '预测',
    truth: '真实',
    shareOfTrue: '占真实标签比例',
    label: '标签',
    hospital: '医院',
    predictedProbability: '预测概率',
    observedShare: '实际阳性比例',
    thresholdProbability: '阈值概率',
    netBenefit: '净获益',
    treatAll: '全部干预',
    treatNone: '全不干预',
    gray: '灰度值（占量程的比例）',
    pixels: '像素占比（对数刻度）',
  },
  title: 'Radweave 报告',
  madeOn: (date) => `生成日期：${date}`,
  contents: '目录',
  sections: {
    summary: '摘要',
    flow: '队列',
    characteristics: '患者特征',
    data: '数据检查',
    tuning: '超参数搜索',
    training: '训练过程',
    roc: 'ROC 曲线',
    hospitals: '各医院结果',
    results: '性能指标',
    comparisons: '模型比较',
    confusion: '混淆矩阵',
    calibration: '校准',
    decision: '决策曲线',
    maps: '特征分布图',
    explanations: '热图',
    site: '中心效应',
    leakage: '数据泄漏审查',
    methods: '方法',
    configuration: '配置',
    environment: '运行环境',
    files: '文件与哈希',
    checklist: '报告规范清单',
    references: '参考文献',
  },
  figure: (number) => `图 ${number}`,
  readAs: (figure) => `读法同${figure}。`,
  table: (number) => `表 ${number}`,
  titled: (label, title) => `${label}　${title}`,
  downloadSvg: '保存为 SVG',
  downloadCsv: '保存为 CSV',
  pictureTakenOut: '此处的图片已从本副本中移除：其中可能显示患者编号。',
  splits: { train: '训练集', val: '验证集', test: `${test.set}集` },
  allHospitals: '合计',
  modelName: language.model,
  primary: (model) => `主要模型：${model}`,
  home: (hospital) => `本院：${hospital}`,
  nOf: (n, positives) => (positives === null ? `n = ${n}` : `n = ${n}，阳性 ${positives}`),
  macro: (name) => `宏平均${name === 'AUC' ? ' ' : ''}${name}`,
  intervals: (level) => `括号内为 ${percent(level, 4)} 置信区间。`,
  interval: (level) => `${percent(level, 4)} CI`,
  remark: (one) => say(one, language),
  aggregation: language.aggregation,
  pair: (name, text) => `${name}：${text}`,
  namesNote: (classifier, network, modality, file) =>
    `“${classifier}”指${file === null ? '仅' : ''}以模态 ${modality} 的提取特征拟合的逻辑回归${file === null ? '' : `（文件中称为 ${file}）`}${network === null ? '' : `；“${network}”指模态 ${modality} 的网络本身（用其最后一层分类），并将各切片的概率汇总为每例患者一个概率`}。`,
  optimism: (exempt) =>
    `网络及其特征的分类器的验证集 AUC 偏乐观：训练轮次即由这些患者选定（见摘要的注意事项）${exempt.length === 0 ? '' : `；${exempt.map((name) => `“${name}”`).join('、')}不在此列`}。`,
  parts: (texts) => texts.join('；'),
  stop: '。',
  sentences: (texts) => texts.join(''),
  items: (texts) => texts.join('，'),
  list: (names) => names.join('、'),
  added: (text) => `（${text}）`,
  nothingOf: (split, [label, another]) => {
    const set = { train: '训练集', val: '验证集', test: `${test.set}集` }[split];
    if (label === undefined) return split === 'test' ? '无外部医院。' : `${set}中没有患者。`;
    return another === undefined
      ? `${set}的患者标签均为 ${label}，因此无图可绘。`
      : `${set}中得到预测的患者标签不足两类，因此无图可绘。`;
  },
  notMade: (command, reason) =>
    `本报告未包含此部分${reason === '' ? '' : `：${reason}`}。${command === null ? '' : `生成命令：${command}`}`,
  column: columnsInChinese(test),
  yes: '是',
  no: '否',
  unknown: '未知',
  summary: {
    synthetic: (hospitals) =>
      hospitals === null
        ? '本研究的所有患者均为合成数据，其图像由 Radweave 自行绘制；结果不能说明任何真实患者的情况。'
        : `${hospitals.join('、')} 的患者为合成数据，其图像由 Radweave 自行绘制；凡包含这些患者的结果均不能说明真实患者的情况。`,
    found: '主要发现',
    olderEvaluation: '此评估由旧版本生成，未说明模型是否学到了任何信息。重新生成命令：radweave evaluate',
    lead: ([model = '', ...beside], rule) => {
      const how =
        rule === null
          ? '每例患者判为概率最高的标签。'
          : rule.chosen
            ? rule.takenOver === null
              ? `其阈值由验证集患者确定（${rule.text}），此后保持不变。`
              : `其阈值（${rule.text}）沿用先前的评估，当时的拟合数据为：${rule.takenOver}。`
            : `其阈值为设定值，并非由患者选定（${rule.text}）。`;
      return `以下为模型“${model}”在患者层面的结果${beside.length === 0 ? '' : `，并附“${beside.join('”、“')}”的 AUC`}。${how}`;
    },
    caution: '注意事项',
    byKind: '缺少某一模态的患者',
    byKindCaption: (primary) =>
      `主要结果为“${primary}”，即具有全部模态的患者。“全部患者”还包括缺少某些模态的患者：每例患者由以训练集患者拟合、与其所具有模态相应的模型预测。“仅 …”为其中仅有该模态的患者。`,
  },
  flow: {
    title: '患者流程图',
    alt: (found, used) => `流程图：共发现 ${found} 例患者，使用 ${used} 例。`,
    found: (n) => `发现患者：${n} 例`,
    given: (n) => `划分文件中的患者：${n} 例`,
    givenCaption: '患者由研究者自行划分，此前排除的患者无记录。',
    excluded: (n) => `排除：${n} 例`,
    included: (n, hospitals) => `纳入：${n} 例，来自 ${hospitals} 家医院`,
    home: (hospital, n) => `本院 ${hospital}：${n} 例`,
    external: (hospitals, n) => `${test.title}，${hospitals} 家医院：${n} 例`,
    noExternal: '无外部医院',
    set: (split, n, positives) => `${split === 'train' ? '训练集' : '验证集'}：${n}（${positives}）`,
    hospital: (name, n, positives) => `${name}：${n}（${positives}）`,
    positives: (parts) => parts.map(([label, n]) => `${label}：${n}`).join('，'),
    reasons: (code) => REASONS[code] ?? code.replaceAll('_', ' '),
    exclusions: '被排除的患者',
    kinds: '按所具有的模态统计患者',
    kindsCaption: (all) =>
      `全部模态：${all}。缺少某一模态的患者计入其所具有模态的数据集；同一患者在各模态中属于同一数据集。`,
    allModalities: '全部模态',
    only: (modalities) => `仅 ${modalities}`,
    caption: '以患者为单位，任何患者都不会同时出现在两个数据集中。',
  },
  data: {
    given: '划分文件并非由 Radweave 生成，因此未比较各医院的图像。',
    unknown: '该划分由较早版本生成，未比较各医院的图像：请重新运行 preprocess。',
    none: (manyModalities, manyHospitals) =>
      `未发现异常：${[
        ...(manyModalities ? ['没有患者缺少模态'] : []),
        '没有图像像掩膜',
        ...(manyHospitals ? ['各医院的灰度值与本院相差不大'] : []),
      ].join('，')}。`,
    found: '数据中的异常。每一项都可能影响结果，应予解释或更正：',
    title: (modality) => `各医院 ${modality} 的灰度值`,
    caption: '各医院切片的平均直方图，左侧为黑。与本院相差较大的曲线提示图像黑白反转、未缩放或窗宽窗位不同。',
    alt: (modality, hospitals) => `${modality} 的灰度直方图：${hospitals}。`,
  },
  characteristics: {
    title: (manyHospitals) => (manyHospitals ? '各医院与各数据集的患者' : '各数据集的患者'),
    caption:
      '计数以例数（百分比）表示，连续变量以中位数（四分位数）表示。标准化差异的绝对值大于 0.1 通常提示不均衡。',
    patients: '患者数',
    label: (name) => `标签 ${name}`,
    slices: (modality) => `每例患者的 ${modality} 切片数`,
    pHospitals: 'p（医院间）',
    difference: (first, second) => `标准化差异，${first} – ${second}`,
    fisher: '医院间 Fisher 精确检验',
    chiSquare: (least) => `医院间 χ² 检验，最小期望频数 ${least.toFixed(1)}`,
    kruskal: '医院间 Kruskal–Wallis 检验',
  },
  clinical: CLINICAL_ZH,
  tuning: TUNING_ZH,
  training: {
    title: (modality, what) => `模态 ${modality} 的训练：${what}`,
    caption: (run, model, best, batches) =>
      `运行 ${run}（${model}）。${best === null ? '' : `竖线：第 ${best} 轮，其权重被保留${batches === null ? '' : `（共经历 ${batches} 批）`}。`}`,
    how: ({ augmented, batchNorm }) =>
      `训练曲线取自学习过程中的网络${augmented ? '，使用增强后的切片' : ''}${batchNorm === null ? '' : `，${batchNorm.frozen ? '未冻结的（如有）' : ''}批归一化层采用每批自身的均值与方差`}。${batchNorm === null ? '' : '验证曲线与各表则采用其滑动平均：每批仅更新十分之一，因此滞后于权重，约需 50 批才能摆脱初始值。批数较少时，训练集患者的 AUC 在各表中可能远低于此处。'}`,
    alt: (modality, what, epochs) => `折线图：模态 ${modality} 训练集与验证集的${what}，共 ${epochs} 轮。`,
    none: '没有任何训练运行留下记录。请运行：radweave train --modality …',
  },
  roc: {
    title: (split) => `ROC 曲线，${split}`,
    how: (level, replicates, areByHospital) =>
      `色带：灵敏度的逐点 ${percent(level, 4)} 自助法区间（${areByHospital ? '在每家医院的每个标签内' : '不分医院，在每个标签内'}对患者重抽样 ${replicates} 次）。`,
    circle: (model, threshold) => `圆圈：${model}在冻结阈值 ${threshold} 处。`,
    alt: (split, lines) => `${split}患者的 ROC 曲线。${lines.join('；')}。`,
    rest: (label) => `${label} 对其余`,
  },
  hospitals: {
    title: (manyHospitals, isMacro) =>
      `${manyHospitals ? '各医院的' : ''}${isMacro ? '宏平均 AUC' : manyHospitals ? ' AUC' : 'AUC'}`,
    how: (manyLabels, level) =>
      `${manyLabels ? '各标签对其余的宏平均 AUC。横线：自助法' : '横线：DeLong'} ${percent(level, 4)} 置信区间。虚线：AUC 0.5，即随机水平。`,
    heterogeneity: `各${test.hospitals}之间的差异`,
    heterogeneityCaption: `合并：所有${test.patients}一起排序。医院内：仅比较同一医院的患者（各医院的 AUC 按阳性与阴性患者的配对数加权平均），因此医院间的差异既不会造成也不会掩盖该 AUC。Cochran Q 检验各医院的 AUC 是否相同；医院较少时检验效能低。I² 为偶然性无法解释的变异所占比例。`,
    pooled: 'AUC，合并',
    within: 'AUC，医院内',
    alt: (rows) => `各医院、各模型 AUC 的森林图。${rows.join('；')}。`,
  },
  results: {
    title: {
      discrimination: (split) => `判别与校准，${split}患者`,
      classification: (split) => `分类，${split}患者`,
    },
    noSkill: '以患者为单位。若无判别能力，平均精确率约等于阳性比例。',
    predicted: (hasThreshold) =>
      `以患者为单位。预测标签${hasThreshold ? '由冻结的阈值判定' : '为概率最高的标签'}。`,
    aggregation: '从切片到患者',
    aggregationCaption: '如有选择，只有验证集患者参与。',
    frozen: '冻结的决策',
    frozenCaption: (besides) =>
      `各项决策以所列患者拟合或事先设定，并原样应用于其他所有患者；其他患者不影响各项决策。${besides.length === 0 ? '' : `本表仅列评估的决策；数据泄漏审查还计入 fusion/model.json 中的决策：${besides.map(([kind, n]) => `${n} 项${FUSION_DECISIONS[kind]}`).join('；')}。`}`,
    what: { aggregation: '汇总方式', threshold: '阈值', calibrator: '校准器' },
    fittedOn: '拟合数据',
    setBeforehand: '事先设定',
  },
  comparisons: {
    title: '模型的配对比较',
    caption:
      'AUC 差值、NRI 与 IDI 为正时，支持该行中排在前面的模型。对 DeLong 检验 p 值的 Holm 校正在同一数据集、同一医院的所有比较之间进行；McNemar 检验（精确）的 p 值未校正。NRI 为连续型。',
    none: '没有两个可比较的模型。',
    versus: (first, second) => `${second} − ${first}`,
  },
  confusion: {
    title: (model, split, hospital) => `${model}，${split}，${hospital}`,
    alt: (rows) => `混淆矩阵。${rows.join('；')}。`,
    row: (truth, predicted, n) => `真实 ${truth}，预测 ${predicted}：${n}`,
    how: '患者例数及其占真实标签的比例。',
  },
  calibration: {
    title: (split) => `校准曲线，${split}`,
    how: (level) =>
      `各分组的实际阳性比例与平均预测概率，附 ${percent(level, 4)} 置信区间。虚线上两者一致。ECE：期望校准误差，即 10 个等宽分组中到虚线的平均距离，以患者数加权；即使完全校准的模型，其值也大于 0，患者越少越高。截距在斜率固定为 1 时估计（总体校准）。`,
    alt: (points) => `校准图，共 ${points} 个分组。`,
    none: '患者过少，无法绘制校准曲线。',
  },
  decision: {
    title: (split) => `决策曲线，${split}`,
    how: '依据各模型决策的净获益，与全部干预和全不干预相比较。',
    alt: (models) => `净获益随阈值概率的变化：${models.join('、')}、全部干预、全不干预。`,
    none: '没有决策曲线：需要两类标签，且两类患者均存在。',
  },
  maps: {
    title: (method, features, by) => `${features}的 ${method}，按${by === 'label' ? '标签' : '医院'}`,
    fused: '融合特征',
    ofModality: (modality) => `模态 ${modality} 特征`,
    how: (method, parameter, n, components) =>
      `${n} 例患者一起计算，未使用标签（${method === 'UMAP' ? '邻居数' : '困惑度'} ${parameter}${method === 'UMAP' ? '' : '，Barnes–Hut 近似'}${components === null ? '' : `；邻居按前 ${components} 个主成分寻找`}）。`,
    sampled: (drawn, n) =>
      `图中只画出 ${n} 例患者中的 ${drawn} 例：按数据集、医院和标签以大致相同的比例随机抽取；全部患者的坐标见 embeddings 文件夹。`,
    looks: { train: '空心：训练集', val: '浅色：验证集', test: `实心：${test.set}集` },
    alt: (n, by) => `${n} 例患者的二维散点图，颜色与形状表示${by === 'label' ? '标签' : '医院'}。`,
  },
  explanations: EXPLANATIONS_ZH,
  site: {
    title: '由特征预测医院的能力',
    caption: (level) =>
      `交叉验证下由特征预测医院，并作单侧置换检验；准确率附精确 ${percent(level, 4)} 置信区间。AUC 为 0.5、准确率接近随机水平表示中心效应小。`,
    transductive: `直推式：使用了${test.hospital}自身的无标签特征`,
    scope: { all: '全部', 'val and test': `验证集与${test.set}集` },
  },
  leakage: {
    title: '数据泄漏审查',
    caption: '检查了什么，发现了什么。',
    check: (name) => AUDIT_CHECKS[name as AuditCheckName] ?? name,
    outcome: {
      passed: '通过',
      warning: '警告',
      leak: '泄漏',
      'partly checked': '部分检查，未发现问题',
      'not checked': '未检查',
    },
  },
  methods: {
    paragraphs: methodsInChinese,
    note: '根据实际运行内容生成。请核对，并补充软件无法得知的内容。',
  },
  configuration: {
    ofRun: (run) => `训练运行 ${run}`,
    ofPart: { split: '患者划分', fusion: '特征的分类器', evaluation: '评估' },
  },
  environment: { title: '版本与机器' },
  files: { title: '生成本报告所用的文件', caption: '各输入文件的 SHA-256。' },
  checklist: {
    note: '条目为我们自己的表述，原文请见相应指南。所列章节为本报告可提供帮助之处，正文仍须由作者撰写。',
    claimTitle: 'CLAIM（2024）',
    tripodTitle: 'TRIPOD+AI',
    filled: '见',
    author: '报告中没有：须由作者撰写',
    adds: (left) => `作者须补充：${left}。`,
    claim: CLAIM_ZH,
    tripod: TRIPOD_ZH,
  },
});
