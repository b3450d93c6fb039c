import { expect, test } from 'vitest';
import { ReportContext } from '../context.ts';
import { madeOf, type ReportData, type SiteAudit } from '../data.ts';
import { textOf } from '../testing/read-page.ts';
import { study } from '../testing/study.ts';
import { WORDS } from '../words/index.ts';
import { SECTION_WRITERS } from './index.ts';

const languages = [WORDS.en, WORDS.zh] as const;

const methods = async (data: ReportData, words: (typeof languages)[number]): Promise<string> =>
  textOf((await SECTION_WRITERS.methods(new ReportContext(data, words))).text);

/** Who the external test set is, in both languages. */
async function testedIn(data: ReportData): Promise<(string | undefined)[]> {
  const [en = '', zh = ''] = await Promise.all(languages.map((words) => methods(data, words)));
  return [/The \d+ patients of .*? formed/.exec(en)?.[0], /[^。]*构成外部测试集/.exec(zh)?.[0].trim()];
}

test('the methods tell which patients of the external hospitals were tested', async () => {
  const whole = study();
  const [alone, lacking] = [study(), study()];
  alone.modalities = ['A'];
  Object.assign(lacking.cohort.find(({ split }) => split === 'test')?.slices ?? {}, { P: 0 });
  const told = await Promise.all([whole, alone, lacking].map((data) => testedIn(data)));
  const { length: n } = whole.cohort.filter(({ split }) => split === 'test');
  expect(told).toEqual([
    [
      `The ${n} patients of SY and 中山 with all modalities formed`,
      `SY、中山 中具有全部模态的 ${n} 例患者构成外部测试集`,
    ],
    [
      `The ${n} patients of SY and 中山 with images formed`,
      `SY、中山 中具有图像的 ${n} 例患者构成外部测试集`,
    ],
    [
      `The ${n} patients of SY and 中山 with at least one modality formed`,
      `SY、中山 中至少具有一种模态的 ${n} 例患者构成外部测试集`,
    ],
  ]);
});

test('the methods tell the training share that was asked for, and the one that came out where that cannot be', async () => {
  const data = study();
  const told = async (trainShare: number) => {
    if (data.division !== null) data.division.drawn = { trainShare, seed: 42 };
    const [en = '', zh = ''] = await Promise.all(languages.map((words) => methods(data, words)));
    return [/training share [^)]*/.exec(en)?.[0], /训练比例为 [^；。]*/.exec(zh)?.[0]];
  };
  expect(await told(0.6)).toEqual(['training share 60 %', '训练比例为 60 %']);
  expect(await told(0.999)).toEqual([
    'training share 60 % instead of the 99.9 % requested',
    '训练比例为 60 %（设定为 99.9 %）',
  ]);
});

test('the methods tell of sets that a table gave as such, without seed and share', async () => {
  const data = study();
  if (data.division !== null) data.division.drawn = null;
  const [en, zh] = await Promise.all(languages.map((words) => methods(data, words)));
  expect(en).toContain(
    'A table of the researchers said which patients were in which set: patients of JM were in',
  );
  expect(en).not.toMatch(/at random|training share/);
  expect(zh).toContain('各患者所属数据集由研究者的表格给定：JM 的患者分属训练集');
  expect(zh).not.toMatch(/分层随机|训练比例/);
});

test('methods speak of harmonised features where a number is of them', async () => {
  const data = study();
  if (!('value' in data.siteAudit)) throw new Error('no site audit');
  const said = (rows: SiteAudit['rows']): Promise<string> =>
    methods({ ...data, siteAudit: { value: { rows, level: 0.95, notes: [] } } }, WORDS.en);
  const { rows } = data.siteAudit.value;
  expect(await said(rows)).toContain('before and after reference-batch ComBat');
  const without = rows.map((row) => (row.features === 'harmonised' ? { ...row, auc: null } : row));
  expect(await said(without)).toContain('by how well features predict the hospital.');
});

test('the methods tell of a search whose best settings were trained with, of no other', async () => {
  const data = study();
  const told = async (): Promise<string[]> => {
    const texts = await Promise.all(languages.map((words) => methods(data, words)));
    return texts.flatMap(
      (text) =>
        /For A, 4 trials.*?(?:were used|of the network)\.|对模态 A 随机抽取.*?(?:者的超参数|与该网络相同)。/.exec(
          text,
        )?.[0] ?? [],
    );
  };
  expect(await told()).toEqual([]);
  const { settings } = data.runs.find(({ modality }) => modality === 'A') ?? {};
  Object.assign(settings?.training ?? {}, { learning_rate: 1e-3, optimizer: 'adam' });
  expect(await told()).toEqual([
    'For A, 4 trials of settings drawn at random were compared by asynchronous successive halving (Li et al. 2020), after 3 and 10 epochs; the best continued. ' +
      'The search was over learning_rate (0.00001 to 0.01, by the logarithm) and optimizer (adam, sgd). ' +
      'All were trained and scored on 2 folds of 30 training patients; the search read no other patient. ' +
      'Of the trials that were trained longest, the settings of the one with the highest AUC per patient were used.',
    '对模态 A 随机抽取了 4 组超参数，用异步连续减半法（ASHA，Li 等，2020）在训练 3、10 轮后比较，较好者继续训练。' +
      '搜索范围：learning_rate（0.00001 至 0.01，按对数均匀）；optimizer（adam、sgd）。' +
      '全部试验均在 30 例训练集患者的 2 折上训练和评分；搜索过程未读取其他患者。采用训练最久的试验中患者水平 AUC 最高者的超参数。',
  ]);
  const [search = expect.unreachable()] = data.searches;
  const [chosen, others] = ['the settings of the one', 'another division of the patients'];
  // After another division of the patients the search may have trained on present validation patients.
  const [hash, time] = [search.trained_on_hash, search.time];
  search.trained_on_hash = 'a'.repeat(64);
  expect(await told()).toEqual([expect.stringContaining(others), expect.stringContaining('另一次患者划分')]);
  search.trained_on_hash = hash;
  // Of what an earlier version wrote, only that the settings are the same is known.
  delete search.time;
  expect(await told()).toEqual([
    expect.stringContaining('AUC per patient had the settings of the network.'),
    expect.stringContaining('AUC 最高者的超参数与该网络相同。'),
  ]);
  expect((await told()).join()).not.toMatch(new RegExp(`${chosen}|${others}`));
  // The network was trained before.
  search.time = '2026-02-03T12:00:00.000Z';
  expect(await told()).toEqual([]);
  search.time = time;
  const space = [null, 1024, 0.0005, [0.9, 0.999]];
  search.keys = [{ key: 'training.clip_grad_norm', log: false, space }];
  for (const { settings } of search.trials) settings['training.clip_grad_norm'] = 1;
  const clip = { clip_grad_norm: 1 };
  Object.assign(settings?.training ?? {}, clip);
  expect((await told()).join()).toMatch(
    /\(null, 1024, 0\.0005, \[0\.9, 0\.999\]\).*（null、1024、0\.0005、\[0\.9, 0\.999\]）/,
  );
  for (const search of data.searches) for (const key of search.keys) delete key.space;
  expect((await told())[0]).toContain('The search was over clip_grad_norm.');
  for (const search of data.searches) search.best = null;
  expect(await told()).toEqual([]);
});

test('the methods say of one epoch not that it was chosen, and which other weights gave the features', async () => {
  const data = study();
  const chose = /was kept for its validation AUC|chose the epoch|保留第|选定轮次/;
  for (const words of languages) expect(await methods(data, words)).toMatch(chose);
  for (const run of data.runs) {
    run.history.splice(1);
    run.bestEpoch = 1;
    Object.assign(run.settings?.training ?? {}, { epochs: 1 });
  }
  for (const words of languages) expect(await methods(data, words)).not.toMatch(chose);
  const [a, p] = madeOf(data.fusion)?.modalities ?? [];
  Object.assign(a ?? {}, { in_sample: true, checkpoint: 'checkpoints/run_A/last_checkpoint.pth' });
  Object.assign(p ?? {}, { in_sample: true, checkpoint: 'checkpoints\\run_P\\epoch_002.pth' });
  const [en, zh] = await Promise.all(languages.map((words) => methods(data, words)));
  expect(en).toContain(
    ' The features of A were extracted with last_checkpoint.pth, the weights with which training ended, whatever their validation AUC.' +
      ' The features of P were extracted with epoch_002.pth, the weights after epoch 2, whatever their validation AUC.',
  );
  expect(zh).toContain('A 的特征以 last_checkpoint.pth（训练结束时的权重，与其验证集 AUC 无关）提取。');
  for (const one of [a, p]) Object.assign(one ?? {}, { checkpoint: 'checkpoints/run/best_model.pth' });
  expect(await methods(data, languages[0])).not.toContain('were extracted with');
});
