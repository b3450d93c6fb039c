import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { deflateSync } from 'node:zlib';
import {
  defaultConfig,
  type KeyedPatient,
  splitFiles,
  writeCohort,
  writeSplitSummary,
} from '@radweave/artifacts';
import { madeUpDicom, madeUpSlice } from '@radweave/importing/testing/made-up';
import { listening } from '@radweave/study/testing/cohort';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { share } from '../work/share.ts';
import { Identifiers } from './identifiers.ts';

const PATIENTS: KeyedPatient[] = [
  { patient: 'HN_0417', hospital: 'HN' },
  { patient: '7@JM', hospital: 'JM' },
  { patient: '7@SY', hospital: 'SY' },
  { patient: '王小明', hospital: 'SY' },
  { patient: 'a"b<c', hospital: 'SY' },
  { patient: "O'Brien, Ann & Co", hospital: 'SY' },
];
const MACHINE = { home: '/home/anneliese', user: 'anneliese', host: 'radiology-3', folder: '/srv/lab/study' };
const finder = new Identifiers(PATIENTS, defaultConfig(), MACHINE);
const found = (text: string): string[] =>
  finder.find(text).map(({ what, text: words }) => `${what} ${words}`);

test.each([
  ['HN_0417,HN,1', ['patient HN_0417']],
  ['SY_most_HN_0417.png', ['patient HN_0417']],
  ['HN_04170, xHN_0417', []],
  ['{"patient":"王小明"}', ['patient 王小明']],
  ['Grad-CAM of 王小明明', []],
  ['patient_id,label\n7,1\n8,7\n', ['patient 7']],
  ['epoch,loss\n7,0.7\n', []],
  ['{"n": 7, "id": "7"}', ['patient 7']],
  ['grade0/7.npy and 7 slices', ['patient 7']],
  ['<td>7@JM</td>', ['patient 7@JM']],
  ['"a\\"b<c" a""b<c a"b&lt;c', ['patient a\\"b<c', 'patient a""b<c', 'patient a"b&lt;c']],
  [
    "O'Brien, Ann & Co; O'Brien, Ann &amp; Co, O&#39;Brien, Ann &amp; Co",
    ["O'Brien, Ann & Co", "O'Brien, Ann &amp; Co", 'O&#39;Brien, Ann &amp; Co'].map((id) => `patient ${id}`),
  ],
  ['A/SY_asked_O_Brien_Ann_Co.png', ['patient O_Brien_Ann_Co']],
  ['"SY_most_confident_right_7.png", SY_asked_7_2.png', ['patient 7', 'patient 7']],
  ['right_7.png, SY_asked_77.png', []],
  ['model,patient_id,hospital\nfused,7,JM\nP,8,7\n', ['patient 7']],
  ['"path";"id"\n"x, 7";"7"\r\n"7x";7', ['patient 7', 'patient 7']],
  ['Figure 26. 7 (JM). 7（SY）, 7 (HN), 7 of SY in test', ['patient 7', 'patient 7', 'patient 7']],
  ['<th scope="row">7</th><td>JM</td>', ['patient 7']],
  ['<th scope="row">7</th><td class="long">JM</td>', ['patient 7']],
  ['Slices of patient 7 with 7 maps; 与患者 7 有', ['patient 7', 'patient 7']],
  ['<td class="number">7</td><td>7</td><svg width="7">', []],
  ['root_dir: /home/anneliese/raw', ['path /home/anneliese/raw']],
  ['/srv/lab/study/x.png', ['path /srv/lab/study/x.png']],
  ['C:\\Users\\bob\\x, \\\\nas\\share$', ['path C:\\Users\\bob\\x', 'path \\\\nas\\share$']],
  ['https://example.org/home/x, data:image/png, </data/>, 1/2, ../data/raw', []],
  ['image_path,label\n/d/My Grade/HN_0417/x.png,1\n', ['path /d/My Grade/HN_0417/x.png']],
  ['"E:\\raw\\x.png",0', ['path E:\\raw\\x.png']],
  ['by anneliese on radiology-3', ['user anneliese', 'host radiology-3']],
  ['events.out.tfevents.17.gpu07.5.0 events.out.tfevents.17.radweave.5.0', ['host gpu07']],
])('%j tells %j', (text, told) => {
  expect(found(text)).toEqual(told);
});

const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

function chunk(type: string, data: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(data.length);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, data, Buffer.alloc(4)]);
}

/** A study whose results name its patients in every kind of file. */
function study(): { config: ReturnType<typeof defaultConfig>; outputs: string; root: string } {
  const root = tempDir();
  const config = defaultConfig();
  config.data.splits_dir = join(root, 'data', 'splits');
  config.data.root_dir = join(root, 'raw images');
  config.data.modalities = ['A'];
  const cohort = PATIENTS.map((one) => ({ ...one, label: 0, split: 'train' as const, slices: { A: 1 } }));
  mkdirSync(config.data.splits_dir, { recursive: true });
  const { cohort: file, summary } = splitFiles(config.data.splits_dir);
  writeCohort(file, cohort, ['A']);
  writeSplitSummary(summary, {
    format: 2,
    counts: [],
    modalities: ['A'],
    home_hospital: 'HN',
    train_ratio: 0.7,
    seed: 0,
    split_hash: '0'.repeat(64),
    excluded: {},
    files: {},
    versions: {},
  });
  const outputs = join(root, 'outputs');
  const put = (name: string, data: string | Buffer): void => {
    mkdirSync(dirname(join(outputs, name)), { recursive: true });
    writeFileSync(join(outputs, name), data);
  };
  put('metrics.csv', 'model,auc\nfused,0.7\n');
  put('predictions.csv', 'patient_id,probability\n7@JM,0.7\n7@SY,0.1\nHN_0417,0.2\n');
  put(
    'report.html',
    `<img src="data:image/png;base64,AAAA" alt="王小明, SY: 7 slices"><p>${config.data.root_dir}/HN_0417.png</p>`,
  );
  put('features/7@JM.npy', Buffer.from(`\x93NUMPY\x01\x00\x04\x00{}  ${'x'.repeat(9)}`, 'latin1'));
  put('plain.png', Buffer.concat([PNG, chunk('tEXt', Buffer.from('Software\0radweave'))]));
  const words = Buffer.concat([Buffer.from('Comment\0\0'), deflateSync(Buffer.from('of 王小明'))]);
  put('spoken.png', Buffer.concat([PNG, chunk('zTXt', words), chunk('IDAT', Buffer.from('HN_0417'))]));
  put('SY_王小明.png', PNG);
  put('study_key.txt', 'abc');
  put('image.dcm', Buffer.from(madeUpDicom(madeUpSlice())));
  return { config, outputs, root };
}

test('what a folder tells is listed by file, and by kind', async () => {
  const { config, outputs } = study();
  const { told, files } = await share({ config, path: outputs, to: null }, listening());
  expect(files).toBe(9);
  const lines = told.map(({ file, what, count }) => `${file}: ${what} ${count}`);
  expect(lines.filter((line) => !line.startsWith('image.dcm'))).toEqual([
    'SY_王小明.png: patient 1',
    'features/7@JM.npy: patient 1',
    'predictions.csv: patient 3',
    'report.html: patient 2',
    'report.html: path 1',
    'spoken.png: patient 1',
    'study_key.txt: key 1',
  ]);
  expect(told).toContainEqual(expect.objectContaining({ file: 'image.dcm', what: 'identity tag' }));
  const alone = await share({ config, path: join(outputs, 'metrics.csv'), to: null }, listening());
  expect(alone).toMatchObject({ files: 1, told: [] });
});

test('a copy names patients by the key of the study, tells nothing, and the table that leads back is private', async () => {
  const { config, outputs, root } = study();
  const copy = join(root, 'handed on');
  const first = await share({ config, path: outputs, to: copy }, listening());
  expect(first.told).toEqual([]);
  expect(first.leftOut).toEqual(['SY_王小明.png', 'image.dcm', 'spoken.png', 'study_key.txt']);
  const table = first.pseudonyms ?? '';
  const rows = readFileSync(table, 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((row) => row.split(','));
  expect(rows.map(([hospital, original]) => `${hospital} ${original}`)).toContain('JM 7');
  if (process.platform !== 'win32') expect(statSync(table).mode & 0o777).toBe(0o600);
  const nameOf = (hospital: string, id: string): string =>
    rows.find(([one, original]) => one === hospital && original === id)?.[2] ?? '';
  const names = [nameOf('JM', '7'), nameOf('SY', '7'), nameOf('HN', 'HN_0417')];
  expect(new Set(names).size).toBe(3);
  for (const name of names) expect(name).toMatch(/^P[0-9a-f]{12}$/);
  const predictions = `patient_id,probability\n${names[0]},0.7\n${names[1]},0.1\n${names[2]},0.2\n`;
  expect(readFileSync(join(copy, 'predictions.csv'), 'utf8')).toBe(predictions);
  expect(readdirSync(join(copy, 'features'))).toEqual([`${names[0]}.npy`]);
  expect(readFileSync(join(copy, 'report.html'), 'utf8')).not.toMatch(/img|HN_0417|王|radweave-test/);
  const second = await share({ config, path: outputs, to: join(root, 'again') }, listening());
  expect(second.told).toEqual([]);
  expect(readFileSync(join(root, 'again', 'predictions.csv'), 'utf8')).toBe(predictions);
});

test('one file is copied under its own name, and one that cannot be is named', async () => {
  const { config, outputs, root } = study();
  const copied = (name: string, to: string) =>
    share({ config, path: join(outputs, name), to: join(root, to) }, listening());
  expect(await copied('report.html', 'one')).toMatchObject({ files: 1, told: [], leftOut: [] });
  expect(readdirSync(join(root, 'one'))).toEqual(['report.html']);
  expect(readFileSync(join(root, 'one', 'report.html'), 'utf8')).toContain('was taken out of this copy');
  const { told, leftOut } = await copied('features/7@JM.npy', 'two');
  expect([told, leftOut]).toEqual([[], []]);
  expect(readdirSync(join(root, 'two'))).toEqual([expect.stringMatching(/^P[0-9a-f]{12}\.npy$/)]);
  const page = '<html lang="zh-CN"><img src="data:image/png;base64,AAAA" alt="7@JM">';
  writeFileSync(join(outputs, 'zh.html'), page);
  await copied('zh.html', 'four');
  expect(readFileSync(join(root, 'four', 'zh.html'), 'utf8')).toContain('已从本副本中移除');
  expect((await copied('spoken.png', 'three')).leftOut).toEqual(['spoken.png']);
});

test('a plan for workers is told and not copied, and tables of folds lose their whole paths', async () => {
  const { config, outputs, root } = study();
  const put = (name: string, text: string): void => {
    mkdirSync(dirname(join(outputs, name)), { recursive: true });
    writeFileSync(join(outputs, name), text);
  };
  put('tasks/tasks.json', '{"folder":"study"}');
  put('tasks/config.yaml', 'seed: 1\n');
  put('tasks/fuse/record.json', '{"worker":"vm, process 7"}');
  put('tasks/fuse/.radweave.lock/1', '{"host":"vm"}');
  put('notes/tasks/mine.csv', 'a\n');
  const fold = 'logs/A_crossfit2_c046b491_fold1/splits/train_A.csv';
  put(fold, 'image_path,label\n/d/My Grade/grade0/HN_0417/HN_0417_1.png,0\n');
  const { told } = await share({ config, path: outputs, to: null }, listening());
  const plans = told.filter(({ what }) => what === 'plan').map(({ file }) => file);
  const inside = ['config.yaml', 'fuse/.radweave.lock/1', 'fuse/record.json', 'tasks.json'];
  expect(plans).toEqual(inside.map((name) => `tasks/${name}`));
  const copy = join(root, 'handed on');
  const { leftOut, told: left } = await share({ config, path: outputs, to: copy }, listening());
  expect(left).toEqual([]);
  expect(leftOut.filter((name) => name.includes('tasks'))).toEqual(['tasks']);
  expect(readdirSync(copy)).not.toContain('tasks');
  expect(readdirSync(join(copy, 'notes', 'tasks'))).toEqual(['mine.csv']);
  expect(readFileSync(join(copy, fold), 'utf8')).toMatch(/^image_path,label\nP[0-9a-f]{12}_1\.png,0\n$/);
  const alone = share({ config, path: join(outputs, 'tasks'), to: join(root, 'plan') }, listening());
  expect((await alone).leftOut).toEqual(inside);
});

test('a copy goes into an empty folder beside what is copied, and what is to be shared must be there', async () => {
  const { config, outputs, root } = study();
  const asked = (path: string, to: string | null) => share({ config, path, to }, listening());
  symlinkSync(outputs, join(root, 'link'), 'junction');
  for (const folder of [outputs, join(root, 'link')]) {
    const within = asked(outputs, join(folder, 'copy'));
    await expect(within).rejects.toThrow(/lies in the folder that is copied/);
  }
  await expect(asked(outputs, join(root, 'data'))).rejects.toThrow(/not empty/);
  await expect(asked(join(root, 'nothing'), null)).rejects.toThrow(/no such file or folder/);
  const context = listening();
  config.data.splits_dir = join(root, 'none');
  await share({ config, path: outputs, to: null }, context);
  expect(context.said.join()).toContain('no ID is known');
});

test('IDs that are words of the results are warned of, and no copy is made', async () => {
  const { config, outputs, root } = study();
  const { cohort } = splitFiles(config.data.splits_dir);
  const named = [{ patient: 'Test', hospital: 'SY', label: 0, split: 'train' as const, slices: { A: 1 } }];
  writeCohort(cohort, named, ['A']);
  const context = listening();
  await share({ config, path: outputs, to: null }, context);
  expect(context.said.join()).toContain('these patient IDs are also ordinary words in the results: Test');
  const to = join(root, 'copy');
  await expect(share({ config, path: outputs, to }, listening())).rejects.toMatchObject({
    code: 'E_DEIDENTIFY',
  });
  expect(existsSync(to)).toBe(false);
});
