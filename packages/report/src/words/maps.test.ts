import { expect, test } from 'vitest';
import { WORDS } from './index.ts';

const { en: EN, zh: ZH } = WORDS;

test('captions of maps of many patients say how they were placed, and how many are drawn', () => {
  expect(EN.maps.how('t-SNE', 30, 200, null)).toBe(
    '200 patients together, without their labels (perplexity 30, Barnes–Hut approximation).',
  );
  expect(EN.maps.how('t-SNE', 30, 20_000, 50)).toBe(
    '20000 patients together, without their labels (perplexity 30, Barnes–Hut approximation; neighbours by the first 50 principal components).',
  );
  expect(ZH.maps.how('UMAP', 15, 20_000, 50)).toBe(
    '20000 例患者一起计算，未使用标签（邻居数 15；邻居按前 50 个主成分寻找）。',
  );
  expect(ZH.maps.how('t-SNE', 30, 20_000, 50)).toContain('困惑度 30，Barnes–Hut 近似；邻居');
  for (const words of [EN, ZH]) {
    const text = words.maps.sampled(2000, 20_000);
    for (const part of ['2000 ', '20000 ', 'embeddings']) expect(text).toContain(part);
  }
});
