import { CLINICAL_LIMITS, type ClinicalReason } from '../data.ts';
import type { CLINICAL_EN } from './clinical-en.ts';

const { categories, codes } = CLINICAL_LIMITS;

const REASONS: Readonly<Record<ClinicalReason, string>> = {
  identity: '可能识别患者身份',
  date: '日期',
  varied: `不同取值超过 ${categories} 个或很少重复的文本`,
  label: '标签本身',
  row: '图像或就诊',
  empty: '无取值',
};

/** The clinical variables in Chinese. */
export const CLINICAL_ZH: typeof CLINICAL_EN = {
  title: '各医院与各数据集的临床变量',
  caption: `取自患者表格。数值以中位数（下四分位数至上四分位数）表示；分类变量及不同取值不超过 ${codes} 个的整数以例数（占有取值患者的百分比）表示。未列出缺失行的变量无缺失。各数据集仅作描述，不作组间检验。`,
  severalRows: '有多行的患者取其首个取值。',
  median: (name) => `${name}，中位数（四分位数）`,
  missing: (name) => `${name}，缺失`,
  leftOut: (columns) =>
    `患者表格中未列出的列：${columns.map(([names, reason]) => `${names}（${REASONS[reason]}）`).join('；')}。`,
};
