import { CLINICAL_LIMITS } from '../data.ts';
import type { CLINICAL_EN } from './clinical-en.ts';

const { codes } = CLINICAL_LIMITS;

/** The clinical variables in Chinese. */
export const CLINICAL_ZH: typeof CLINICAL_EN = {
  title: (manyHospitals) => (manyHospitals ? '各医院与各数据集的临床变量' : '各数据集的临床变量'),
  caption: `取自患者表格。数值以中位数（下四分位数至上四分位数）表示；分类变量及不同取值不超过 ${codes} 个的整数以例数（占有取值患者的百分比）表示。未列出缺失行的变量无缺失。各数据集仅作描述，不作组间检验。`,
  severalRows: '有多行的患者取其首个取值。',
  median: (name) => `${name}，中位数（四分位数）`,
  missing: (name) => `${name}，缺失`,
  notNamed: (columns) =>
    `患者表格中未汇总的列：${columns}。需要汇总的列由报告命令的 --clinical 参数或配置中的 data.clinical 指定。`,
};
