import type { SITE } from '../en/site.ts';
import type { Sentences } from '../entry.ts';
import { list } from './grammar.ts';

export const SITE_ZH: Sentences<typeof SITE> = {
  'one-site': '所有患者来自同一家医院，没有可衡量的中心效应',
  'site-harmonised-anew':
    '在每折内以训练患者（每次为该医院的五分之二）重新估计校正参数，再应用于留出患者：其校正程度低于使用该医院全部患者，因此 AUC 偏高而非偏低',
  'site-in-sample': ({ modalities }) =>
    `${list(modalities)} 的网络以本院训练患者训练：其差别可能源于此而非医院`,
  'site-few-patients': ({ hospitals }) => `因患者过少未纳入：${list(hospitals)}`,
  'site-one-label': ({ hospitals }) =>
    `${list(hospitals)} 的患者只有一种标签：可据以区分${hospitals.length === 1 ? '该医院' : '这些医院'}的差别可能只是标签之别`,
  transductive: '直推式：医院的位置与尺度参数由这些患者自身的无标签特征估计；不属于主要分析',
  'no-covariate': '未以标签为协变量，因此阳性比例不同的医院也会因比例差异而被平移',
  'reference-in-sample': ({ modalities }) =>
    `参考批次为样本内：${list(modalities)} 的网络以本院训练患者训练，即使同一医院的新患者，其特征也会与之不同`,
  'hospital-left': ({ hospital, reason }) => `${hospital} 未校正：${reason}`,
  'left-unharmonised': ({ reason }) => `未校正：${reason}`,
  'hospital-unknown': '这些患者所属医院未知',
  'hospital-of-reference': '该医院属于参考批次：有训练患者',
};
