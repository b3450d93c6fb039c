import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pythonJson, referenceTest, sharedTest, tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { UsageError } from '../errors.ts';
import { bestHparamsPath, updateBestHparams } from './best-hparams.ts';
import { describeConfig, findConfigKey } from './describe.ts';
import { canonicalFlag } from './flags.ts';
import { configKeysIn } from './given-keys.ts';
import { applyOverrides } from './overrides.ts';
import { defaultConfig, parseConfig, readConfig } from './parse.ts';
import { configToYaml, defaultConfigYaml } from './yaml.ts';

test('an empty file gives the documented defaults', () => {
  const config = parseConfig('', 'c.yaml');
  expect(config).toEqual(defaultConfig());
  expect(config.data).toMatchObject({
    splits_dir: 'data/splits',
    home_hospital: 'JM',
    modalities: ['A', 'P'],
  });
  expect(config.training).toMatchObject({
    batch_size: 64,
    epochs: 100,
    learning_rate: 1e-4,
    loss_type: 'ce',
  });
  expect(config.fusion).toMatchObject({ C: 1, max_iter: 1000, random_state: 42, standardize: true });
  expect(parseConfig('training:\n', 'c.yaml')).toEqual(config);
});

sharedTest(
  "the Python tool's own configuration parses unchanged",
  'spec/original-python-readme.zh-CN.md',
  (path) => {
    const blocks = [...readFileSync(path, 'utf8').matchAll(/```yaml\n([\s\S]*?)```/g)].map(
      (match) => match[1],
    );
    expect(blocks).toHaveLength(5);
    const text = blocks.join('\n');
    const config = parseConfig(text, 'default_config.yaml');
    expect(config).toMatchObject(parse(text));
    expect(config.data.root_dir).toBe('D:\\data\\raw\\Grade');
    expect(config.training.device).toBe('cuda');
  },
);

test('every unknown key and wrong value is named with its line and the nearest key', () => {
  const yaml = [
    'data:',
    '  home_hospital: 007',
    '  modalities: [A, 1]',
    'trainin: {}',
    'training:',
    '  lerning_rate: 0.1',
    '  epochs: many',
    '  rotation_degrees: 5',
    'batch_size: 3',
  ].join('\n');
  const message = (() => {
    try {
      parseConfig(yaml, 'c.yaml');
    } catch (error) {
      return error instanceof Error ? error.message : '';
    }
  })();
  expect(message).toContain(
    "there is no key 'training.lerning_rate' (c.yaml, line 6). Did you mean 'training.learning_rate'?",
  );
  expect(message).toContain(
    "there is no key 'training.rotation_degrees' (c.yaml, line 8). Did you mean 'augmentation.rotation_degrees'?",
  );
  expect(message).toContain("there is no key 'trainin' (c.yaml, line 4). Did you mean 'training'?");
  expect(message).toContain(
    "there is no key 'batch_size' (c.yaml, line 9). Did you mean 'training.batch_size'?",
  );
  expect(message).toContain('training.epochs is "many", expected integer (≥ 1) (c.yaml, line 7)');
  expect(message).toContain(
    'data.home_hospital is 7, expected text (c.yaml, line 2). Put text that looks like a number',
  );
  expect(message).toContain('data.modalities is ["A",1], expected list of text');
  expect(message).toMatch(/^the configuration cannot be used: 7 errors/);
});

test('YAML that does not parse names the line, and Windows paths get the remedy', () => {
  expect(() => parseConfig('data:\n  root_dir: "D:\\data"\n', 'c.yaml')).toThrow(
    /c\.yaml, line 2\)\. Write Windows paths/,
  );
  expect(() => parseConfig('data: {}\ndata: {}\n', 'c.yaml')).toThrow(/not valid YAML.*unique.*line 2/);
});

test('a file far longer than any configuration is refused unread, and a long value is cut in its error', () => {
  const keys = Array.from({ length: 200_000 }, (_, i) => `key${i}: 1`).join('\n');
  expect(() => parseConfig(keys, 'c.yaml')).toThrow(
    /it has \d+ characters, at most 65536 are read \(c\.yaml\)/,
  );
  const unknown = Array.from({ length: 5000 }, (_, i) => `key${i}: 1`).join('\n');
  expect(() => parseConfig(unknown, 'c.yaml')).toThrow(/5000 errors.*and 4980 more/s);
  const long = 'x'.repeat(60_000);
  for (const text of [`data: {image_size: ${long}}`, `data: {? ${long} : 1}`, `? ${long}\n: 1`]) {
    try {
      parseConfig(text, 'c.yaml');
    } catch (error) {
      expect((error as Error).message.length).toBeLessThan(2500);
    }
    expect(() => parseConfig(text, 'c.yaml')).toThrow('xxxx…');
  }
});

test('values that exclude each other are errors', () => {
  expect(() => parseConfig('training: {class_weights: [1, 2, 3]}', 'c')).toThrow(
    /3 class weights are given for model\.num_classes 2/,
  );
  expect(() => parseConfig('data: {modalities: [A, A]}', 'c')).toThrow(/lists a modality twice/);
  expect(() => parseConfig("data: {labels: ['a', ' Ａ']}", 'c')).toThrow(/lists a name twice/);
  expect(() => parseConfig("data: {labels: ['a', '  ']}", 'c')).toThrow(
    /data\.labels is .* \(names, each once\)/,
  );
  expect(() => parseConfig('training: {device: gpu}', 'c')).toThrow(
    /expected text \(auto \| cpu \| cuda \| cuda:N \| mps\)/,
  );
  expect(() => parseConfig('training: {learning_rate: 0}', 'c')).toThrow(
    /learning_rate is 0, expected number \(> 0\)/,
  );
});

test('a name that a key does not take is answered with the nearest that it takes', () => {
  expect(() => parseConfig('training: {loss_type: Focl}', 'c')).toThrow(/Did you mean 'focal'\?$/);
  expect(() => parseConfig('training: {loss_type: none}', 'c')).not.toThrow(/Did you mean/);
});

test('overrides are typed by the schema and leave the given configuration alone', () => {
  const before = defaultConfig();
  const after = applyOverrides(before, [
    ['training.learning_rate', '1e-4'],
    ['training.early_stop_enabled', 'false'],
    ['training.class_weights', '1,2.5'],
    ['data.home_hospital', '007'],
    ['data.modalities', ['A', 'P,T1']],
    ['data.root_dir', 'D:\\x: y'],
    ['training.clip_grad_norm', 'null'],
  ]);
  expect(after.training).toMatchObject({
    learning_rate: 1e-4,
    early_stop_enabled: false,
    class_weights: [1, 2.5],
    clip_grad_norm: null,
  });
  expect(after.data).toMatchObject({
    home_hospital: '007',
    modalities: ['A', 'P', 'T1'],
    root_dir: 'D:\\x: y',
  });
  expect(before).toEqual(defaultConfig());
  expect(applyOverrides(before, [['data.modalities', '[1, 2]']]).data.modalities).toEqual(['1', '2']);
});

test('wrong overrides are collected and named as the user gave them', () => {
  const wrong = () =>
    applyOverrides(defaultConfig(), [
      ['training.epoch', '3'],
      ['training.batch_size', '1.5'],
      ['epochs', '3'],
    ]);
  expect(wrong).toThrow(/3 errors/);
  expect(wrong).toThrow(
    "there is no key 'training.epoch' (--set training.epoch). Did you mean 'training.epochs'?",
  );
  expect(wrong).toThrow("there is no key 'epochs' (--set epochs). Did you mean 'training.epochs'?");
  for (const [key, meant] of [
    ['lr', 'training.learning_rate'],
    ['optim.lr', 'training.learning_rate'],
    ['training.gpu', 'training.device'],
    ['extraction.bs', 'extraction.batch_size'],
    ['model.arch', 'model.name'],
    ['output_dir', 'experiment.output_dir'],
    ['out', 'experiment.output_dir'],
    ['fusion.out_dir', 'fusion.output_dir'],
  ] as const)
    expect(() => applyOverrides(defaultConfig(), [[key, '1']])).toThrow(`Did you mean '${meant}'?`);
  expect(wrong).toThrow('training.batch_size is 1.5, expected integer (≥ 1) (--set training.batch_size)');
});

const awkward = applyOverrides(defaultConfig(), [
  ['data.root_dir', 'D:\\data\\raw #1\\"Grade"'],
  ['data.home_hospital', 'no'],
  ['data.modalities', 'A,on,007,1e5'],
  ['training.learning_rate', '1e-7'],
  ['training.weight_decay', '0.00012'],
  ['experiment.name', '1_000'],
  ['fusion.C', '1e21'],
]);

test('a written configuration reads back the same', () => {
  expect(parseConfig(configToYaml(awkward), 'c.yaml')).toEqual(awkward);
  expect(configToYaml(defaultConfig())).toContain('learning_rate: 0.0001\n');
  expect(parseConfig(defaultConfigYaml(), 'c.yaml')).toEqual(defaultConfig());
});

referenceTest('PyYAML reads the same values', ['yaml'], () => {
  const load = 'import yaml, json, sys; print(json.dumps(yaml.safe_load(sys.stdin.buffer)))';
  expect(pythonJson(load, { input: configToYaml(awkward) })).toEqual(awkward);
  expect(pythonJson(load, { input: defaultConfigYaml() })).toEqual(defaultConfig());
});

referenceTest('what PyYAML writes is read', ['yaml'], () => {
  const dump =
    'import yaml, json, sys; print(json.dumps(yaml.safe_dump(json.load(sys.stdin), allow_unicode=True)))';
  const write = (config: object) => pythonJson<string>(dump, { input: JSON.stringify(config) });
  // PyYAML takes 1e5 for text and leaves it bare; in YAML 1.2 it is a number, so the user must quote it.
  expect(() => parseConfig(write(awkward), 'c.yaml')).toThrow(/data\.modalities.*Put text that looks like/);
  const plain = applyOverrides(awkward, [['data.modalities', 'A,on,007']]);
  expect(parseConfig(write(plain), 'c.yaml')).toEqual(plain);
});

test('best hyperparameters are a valid configuration and only a better score on the same split replaces them', () => {
  const path = bestHparamsPath(join(tempDir(), 'best_hparams'), 'resnet18', 'A');
  const offer = (val_auc: number, split_hash: string, epoch: number, fitted_on_hash?: string) =>
    updateBestHparams(path, awkward, { val_auc, split_hash, fitted_on_hash, epoch, run: 'r1' });
  expect(offer(0.8, 'aa', 3)).toBe('written');
  expect(offer(0.8, 'aa', 4)).toBe('not better');
  expect(offer(0.9, 'bb', 4)).toBe('other split');
  expect(offer(Number.NaN, 'aa', 4)).toBe('not better');
  expect(offer(0.9, 'aa', 5)).toBe('written');
  expect(readConfig(path)).toEqual({
    ...awkward,
    record: { val_auc: 0.9, split_hash: 'aa', epoch: 5, run: 'r1' },
  });
  // Other external patients leave scores comparable.
  expect(offer(0.91, 'aa', 6, 'home')).toBe('written');
  expect(offer(0.92, 'cc', 7, 'home')).toBe('written');
  expect(offer(0.93, 'cc', 8, 'moved')).toBe('other split');
  writeFileSync(path, 'record: {val_auc: 2}\n');
  expect(() => readConfig(path)).toThrow(/record/);
});

test('every key is described', () => {
  for (const key of describeConfig()) {
    expect(key.description, key.path).not.toBe('');
    expect(key.type, key.path).not.toContain('anything');
  }
  expect(findConfigKey('training.optimizer')).toMatchObject({
    type: 'text',
    default: 'adamw',
    allowed: 'adam | sgd | adamw',
  });
  expect(findConfigKey('data.train_ratio')?.allowed).toBe('> 0 and < 1');
  expect(canonicalFlag('--batch-size')).toBe('batch_size');
});

test('config/default_config.yaml is what `radweave config --yaml` prints', () => {
  const shipped = new URL('../../../../config/default_config.yaml', import.meta.url);
  expect(readFileSync(shipped, 'utf8')).toBe(defaultConfigYaml());
});

test('aliases without an anchor, of itself, and merges are YAML faults with their line, never bugs', () => {
  const FAULTS: [text: string, message: RegExp][] = [
    ['data:\n  home_hospital: *x\n', /Unresolved alias.*x \(c\.yaml, line 2\)\. Mark the value/],
    ['data: *d\n', /Unresolved alias.*line 1/],
    ['<<: *m\n', /not valid YAML.*line 1/],
    ['data:\n  <<: 3\n', /Merge sources must be maps.* \(c\.yaml\)$/],
    ['&a [*a]', /a value that contains itself/],
    [`a: &a [x]\nb: &b [${Array(200).fill('*a')}]\nc: [${Array(200).fill('*b')}]`, /Excessive alias count/],
  ];
  for (const [text, message] of FAULTS) {
    expect(() => parseConfig(text, 'c.yaml'), text).toThrow(message);
    expect(() => parseConfig(text, 'c.yaml'), text).toThrow(UsageError);
  }
});

test('keys that come by a merge are the file’s own', () => {
  const file = join(tempDir(), 'c.yaml');
  writeFileSync(file, 'data: &d\n  image_size: 32\nmodel:\n  name: resnet18\n');
  expect(configKeysIn(file)).toEqual(['data.image_size', 'model.name']);
  writeFileSync(file, 'training:\n  <<: {epochs: 3}\n  batch_size: 4\n');
  expect(parseConfig('training:\n  <<: {epochs: 3}\n', file).training.epochs).toBe(3);
  expect(configKeysIn(file).sort()).toEqual(['training.batch_size', 'training.epochs']);
});
