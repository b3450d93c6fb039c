import { remark } from '@radweave/remarks';
import { expect, test } from 'vitest';
import { buildReport } from './build.ts';
import { section, textOf } from './testing/read-page.ts';
import { study } from './testing/study.ts';

test('patients are grouped by why they were chosen, not by what a table would say of them', async () => {
  const page = section(await buildReport(study(), 'en'), 'explanations');
  const [, right = '', wrong = ''] = page.split('<h3>');
  expect(right).toContain('predicted correctly');
  // Its label is 0 and its prediction 1, yet it was chosen as a right one: the frozen threshold decides.
  expect(right).toContain('test0 (');
  expect(wrong).toMatch(/predicted incorrectly[\s\S]*test1 \([\s\S]*test2 \(/);
});

test('captions of maps give the probability that the picture gives, and say what confident means', async () => {
  const one = study();
  const [gallery] = 'value' in one.galleries ? one.galleries.value : [];
  const [first] = gallery?.explanations.patients ?? [];
  if (gallery === undefined || first === undefined) throw new Error('no gallery');
  Object.assign(first, { probabilities: [0.7, 0.3], predicted: 0, explained_class: 1 });
  const shown = textOf(section(await buildReport(one, 'en'), 'explanations'));
  expect(shown).toContain('predicted grade0; probability of grade1 0.300; evidence for grade1;');
  expect(shown).toContain('most confident of those predicted correctly');
  expect(shown).toContain('the patient’s (mean over all slices).');
  expect(shown).toContain('whose probability of grade1 is farthest from the threshold 0.400');
  const chinese = textOf(section(await buildReport(one, 'zh'), 'explanations'));
  expect(chinese).toContain('“最有把握”指各医院中 grade1 的概率离阈值 0.4000 最远的患者');
  expect(chinese).toContain('grade1 的概率 0.300');
  for (const patient of gallery.explanations.patients) patient.category = 'asked';
  expect(textOf(section(await buildReport(one, 'en'), 'explanations'))).not.toContain('farthest from');
});

test('captions of maps print what tells a probability apart from the threshold, and how strong the maps are', async () => {
  const one = study();
  const [gallery] = 'value' in one.galleries ? one.galleries.value : [];
  const [first, second, third] = gallery?.explanations.patients ?? [];
  if (gallery === undefined || first === undefined || second === undefined || third === undefined) {
    throw new Error('no gallery');
  }
  gallery.explanations.layer = 'layer3';
  gallery.explanations.decision.threshold = 0.46921;
  Object.assign(first, { probabilities: [0.5312, 0.4688], predicted: 0, explained_class: 1, scale: 0 });
  Object.assign(second, { probabilities: [0.5307, 0.4693], scale: 2 });
  Object.assign(third, {
    scale: 0.002,
    slices: [0, 0.002].map((peak) => ({ image_path: 'a.png', probability: 0.1, peak, shown: true })),
  });
  const shown = textOf(section(await buildReport(one, 'en'), 'explanations'));
  expect(shown).toContain('farthest from the threshold 0.4692,');
  expect(shown).toContain('of each predicted label in turn; this does not say');
  expect(shown).toContain('predicted grade0; probability of grade1 0.4688;');
  expect(shown).toContain('predicted grade1; probability of grade1 0.4693;');
  expect(shown).toContain('all maps are empty: nothing in “layer3” speaks for this label');
  expect(shown).toContain('largest map value 100 % of the largest shown');
  expect(shown).toContain('largest map value < 1 % of the largest shown; 1 of the maps shown is empty');
  const chinese = textOf(section(await buildReport(one, 'zh'), 'explanations'));
  expect(chinese).toContain('全部热图为空：“layer3”层中没有支持该标签的依据');
  expect(chinese).toContain('热图最大值为所示最大者的 < 1 %；所示热图中有 1 张为空');
});

test('maps of a network no better than chance carry that caution, and the check says its number', async () => {
  const one = study();
  const [gallery] = 'value' in one.galleries ? one.galleries.value : [];
  if (gallery === undefined) throw new Error('no gallery');
  const step = { spearman_slices: 4, ssim: null };
  gallery.explanations.randomisation.steps = [
    { ...step, randomised: ['head'], spearman: 0.99 },
    { ...step, randomised: ['head', 'layer4'], spearman: 0.4 },
  ];
  for (const row of one.evaluation.rows) row.auc = { value: 0.95, lower: 0.8, upper: 1 };
  const better = textOf(section(await buildReport(one, 'en'), 'explanations'));
  expect(better).not.toContain('than chance');
  expect(better).not.toContain('tell hospitals apart');
  expect(better).toContain(
    'With all listed parts random the rank correlation is 0.400: the maps change, so they depend on what these parts learned (Radweave’s own limits: changed in part from 0.5 on, unchanged from 0.8 on)',
  );
  expect(better).toContain('As Adebayo et al. (2018) interpret it,');
  expect(better).toContain(
    'With the weights of head random the rank correlation is still 0.990: these weights hardly shape the maps',
  );
  const last = gallery.explanations.randomisation.steps.at(-1);
  if (last === undefined) throw new Error('no step');
  last.spearman = -0.119;
  for (const [language, text] of [
    ['en', 'the rank correlation is −0.119: the maps change'],
    ['zh', '秩相关为 −0.119：热图改变'],
  ] as const) {
    const turned = textOf(section(await buildReport(one, language), 'explanations'));
    expect(turned).toContain(text);
    expect(turned).not.toContain('-0.119');
  }
  for (const row of one.evaluation.rows) row.auc = { value: 0.5, lower: 0.3, upper: 0.7 };
  const chance = textOf(section(await buildReport(one, 'en'), 'explanations'));
  expect(chance).toContain(
    'network A is not shown to be better than chance on these patients (external test: AUC 0.50 (0.30–0.70))',
  );
  const three = study({ classes: 3 });
  for (const row of three.evaluation.rows) row.auc_bootstrap = { value: 0.5, lower: 0.3, upper: 0.7 };
  expect(textOf(section(await buildReport(three, 'en'), 'explanations'))).toContain(
    '(external test: macro AUC 0.50',
  );
  expect(chance.match(/caution: a network not shown to be better than chance/g)).toHaveLength(3);
  const evaluated = one.evaluation.models.find(({ name }) => name === 'network A');
  const enough = evaluated?.patients.test.splice(5) ?? [];
  for (const row of one.evaluation.rows) row.auc = { value: 0.9, lower: 0.6, upper: 1 };
  expect(textOf(section(await buildReport(one, 'en'), 'explanations'))).toContain(
    'not shown to be better than chance on these patients (external test: AUC 0.90 (0.60–1.00), too few patients to show anything)',
  );
  evaluated?.patients.test.push(...enough);
  const none = { value: null, note: remark('no-negative-patients') };
  for (const row of one.evaluation.rows) Object.assign(row, { auc: none, auc_bootstrap: none });
  const unknown = textOf(section(await buildReport(one, 'en'), 'explanations'));
  expect(unknown).toContain(
    'better than chance on these patients (external test) cannot be said: no negative patients.',
  );
});

test('maps of a network that the first page says may tell hospitals apart carry that caution', async () => {
  const one = study();
  const limits = { lower: 0.45, upper: 0.92 };
  const within = (model: string, auc: number) => remark('of-within', { model, label: '', auc, ...limits });
  one.evaluation.findings = [
    remark('found-not-within', { level: 0.95, models: [within('fused', 0.58), within('network A', 0.69)] }),
  ];
  const shown = textOf(section(await buildReport(one, 'en'), 'explanations'));
  expect(shown).toMatch(
    /Caution: the model may tell hospitals apart rather than labels, .*: network A, AUC within hospitals 0.69 \(0.45–0.92\)\. The maps show where/,
  );
  expect(shown).not.toContain('fused');
  expect(shown.match(/caution: a network that may tell hospitals apart rather than labels/g)).toHaveLength(3);
  const chinese = textOf(section(await buildReport(one, 'zh'), 'explanations'));
  expect(chinese.match(/注意：该网络区分的可能是医院而不是标签/g)).toHaveLength(3);
  one.evaluation.findings = [remark('found-not-within', { level: 0.95, models: [within('fused', 0.58)] })];
  expect(textOf(section(await buildReport(one, 'en'), 'explanations'))).not.toContain('tell hospitals apart');
});

test('the report names the method of the maps, and cites its paper and no other', async () => {
  const one = study();
  const [gallery] = 'value' in one.galleries ? one.galleries.value : [];
  if (gallery === undefined) throw new Error('no gallery');
  const pages = async (): Promise<string[]> => [await buildReport(one, 'en'), await buildReport(one, 'zh')];
  for (const page of await pages()) {
    expect(page).not.toContain('HiResCAM');
    for (const id of ['explanations', 'methods'] as const) expect(section(page, id)).toContain('Grad-CAM');
    expect(section(page, 'references')).toContain('Selvaraju RR');
  }
  gallery.explanations.method = 'hirescam';
  for (const page of await pages()) {
    // The title of the paper names both.
    expect(page.replaceAll('HiResCAM instead of Grad-CAM', '')).not.toContain('Grad-CAM');
    for (const id of ['explanations', 'methods'] as const) expect(section(page, id)).toContain('HiResCAM');
    expect(section(page, 'references')).toContain('Draelos RL');
  }
});
