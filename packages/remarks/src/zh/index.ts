import type { Language } from '../language.ts';
import type { Term } from '../terms.ts';
import { AUDIT_ZH } from './audit.ts';
import { DATA_ZH } from './data.ts';
import { EVALUATION_ZH } from './evaluation.ts';
import { faultName } from './faults.ts';
import { FINDINGS_ZH } from './findings.ts';
import { PRECISION_ZH } from './precision.ts';
import { REASONS_ZH } from './reasons.ts';
import { REPORT_ZH } from './report.ts';
import { SITE_ZH } from './site.ts';

const AGGREGATIONS: Readonly<Record<string, string>> = { mean: '均值', max: '最大值', median: '中位数' };

/** Chinese sets a space between Latin letters and its own. */
const TERMS: Readonly<Record<Term, string>> = {
  AUC: 'AUC ',
  NRI: 'NRI ',
  IDI: 'IDI ',
  'average precision': '平均精确率',
  calibration: '校准',
  'net benefit': '净获益',
  'the Brier score': 'Brier 分数',
  'the temperature': '温度',
  'the aggregation': '汇总方式',
  'the Youden threshold': 'Youden 阈值',
  'a fixed-sensitivity threshold': '固定灵敏度阈值',
  'Platt scaling': 'Platt 校准',
  'isotonic calibration': '保序回归校准',
  'the DeLong interval': 'DeLong 置信区间',
  'the DeLong test': 'DeLong 检验',
  'the DeLong covariance': 'DeLong 协方差',
  'the ROC curve': 'ROC 曲线',
  'the ROC band': 'ROC 置信带',
};

const MODELS = new Map([
  ['fused', '融合'],
  ['stacked', '堆叠'],
  ['everyone', '全部患者'],
]);
const KINDS = new Map([
  ['only', '仅'],
  ['network', '网络'],
]);

export const ZH: Language = {
  sentences: {
    'as-written': ({ text }) => text,
    fault: ({ fault }) => fault,
    several: ({ parts }) => parts.join('；'),
    ...AUDIT_ZH,
    ...DATA_ZH,
    ...REASONS_ZH,
    ...EVALUATION_ZH,
    ...FINDINGS_ZH,
    ...SITE_ZH,
    ...PRECISION_ZH,
    ...REPORT_ZH,
  },
  splits: { train: '训练集', val: '验证集', test: '测试集' },
  aggregation: (name) => AGGREGATIONS[name] ?? `前 ${name.replace(/\D/g, '') || 'k'} 个最高概率的均值`,
  term: (name) => TERMS[name],
  test: {
    external: {
      set: '外部测试',
      title: '外部测试',
      patient: '外部患者',
      patients: '外部患者',
      hospital: '外部医院',
      hospitals: '外部医院',
      where: '在本院以外',
    },
    internal: {
      set: '测试',
      title: '测试',
      patient: '测试患者',
      patients: '测试患者',
      hospital: '测试集医院',
      hospitals: '测试集医院',
      where: '在测试集中',
    },
  },
  model: modelName,
  fault: faultName,
};

/** `fused`, `network A`, `only A`: what a model is comes first, and modalities keep their names. */
function modelName(name: string): string {
  const whole = MODELS.get(name);
  if (whole !== undefined) return whole;
  const [kind = '', ...modalities] = name.split(' ');
  const told = KINDS.get(kind);
  return told === undefined || modalities.length === 0 ? name : `${told} ${modalities.join(' ')}`;
}
