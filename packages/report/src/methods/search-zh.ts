import { searchedText } from '@radweave/artifacts';
import { lastPart, type Search, type UsedSearch } from './search.ts';
import type { SEARCH_EN } from './search-en.ts';

export const SEARCH_ZH: typeof SEARCH_EN = {
  how: {
    random: ({ modality, trials, rungs: [epochs = 0] }) =>
      `对模态 ${modality} 随机抽取了 ${trials.length} 组超参数，每组最多训练 ${epochs} 轮。`,
    asha: ({ modality, trials, rungs }) =>
      `对模态 ${modality} 随机抽取了 ${trials.length} 组超参数，用异步连续减半法（ASHA，Li 等，2020）在训练 ${rungs.join('、')} 轮后比较，较好者继续训练。`,
  },
  space: ({ keys }) => `搜索范围：${keys.map(rangeText).join('；')}。`,
  whom: ({ patients, folds }) =>
    `全部试验均在 ${patients} 例训练集患者的 ${folds} 折上训练和评分；搜索过程未读取其他患者。`,
  ofOthers:
    '这些患者是另一次患者划分的训练集，其中可能有现在验证集或测试集的患者；所选超参数在此类患者上的结果偏乐观。',
};

function rangeText({ key, log, space }: Search['keys'][number]): string {
  if (space === undefined) return lastPart(key);
  const range = Array.isArray(space)
    ? space.map(searchedText).join('、')
    : `${space.low} 至 ${space.high}${log ? '，按对数均匀' : ''}`;
  return `${lastPart(key)}（${range}）`;
}

export function searchesInChinese(searches: readonly UsedSearch[]): string {
  const { how, space, whom, ofOthers } = SEARCH_ZH;
  return searches
    .map(({ search, isUsed, isOfOthers }) =>
      [
        how[search.strategy](search),
        space(search),
        whom(search),
        isOfOthers ? ofOthers : '',
        isUsed
          ? '采用训练最久的试验中患者水平 AUC 最高者的超参数。'
          : '训练最久的试验中患者水平 AUC 最高者的超参数与该网络相同。',
      ].join(''),
    )
    .join('');
}
