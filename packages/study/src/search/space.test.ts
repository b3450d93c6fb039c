import { type Config, configure } from '@radweave/artifacts';
import { expect, test } from 'vitest';
import { drawTrials } from './draw-trials.ts';
import { readSpace } from './space.ts';

function searching(space: Config['tune']['space'], tune: Partial<Config['tune']> = {}): Config {
  return configure({ tune: { ...tune, space } });
}

const draw = (config: Config) => drawTrials(readSpace(config), config.tune);

const RANGE = { low: 1e-5, high: 1e-1, log: true };

test('values lie in their ranges, spread as asked, and a logarithmic one halves at its geometric mean', () => {
  const config = searching(
    {
      'training.learning_rate': RANGE,
      'augmentation.rotation_degrees': { low: 0, high: 20, log: false },
      'model.freeze_stages': { low: 1, high: 3, log: false },
      'training.batch_size': { low: 4, high: 64, log: true },
      'training.optimizer': ['adam', 'sgd'],
    },
    { trials: 1000 },
  );
  const trials = draw(config);
  const of = (key: string): number[] => trials.map((settings) => Number(settings[key]));
  const share = (values: number[], isIt: (value: number) => boolean): number =>
    values.filter(isIt).length / values.length;
  const rates = of('training.learning_rate');
  expect(Math.min(...rates)).toBeGreaterThanOrEqual(1e-5);
  expect(Math.max(...rates)).toBeLessThanOrEqual(1e-1);
  expect(share(rates, (rate) => rate < 1e-3)).toBeCloseTo(0.5, 1);
  expect(share(of('augmentation.rotation_degrees'), (one) => one < 5)).toBeCloseTo(0.25, 1);
  const stages = of('model.freeze_stages');
  for (const stage of [1, 2, 3]) expect(share(stages, (one) => one === stage)).toBeCloseTo(1 / 3, 1);
  const batches = of('training.batch_size');
  expect(batches.every((one) => Number.isInteger(one) && one >= 4 && one <= 64)).toBe(true);
  expect(share(batches, (one) => one < 16)).toBeCloseTo(0.5, 1);
  expect(trials.filter((settings) => settings['training.optimizer'] === 'sgd').length).toBeGreaterThan(400);
});

test('no two trials are alike, a small space is tried whole, and more trials begin with the same ones', () => {
  const space = { 'training.batch_size': [8, 16], 'training.learning_rate': [0.1, 0.01, 0.001] };
  const all = draw(searching(space, { trials: 20 }));
  expect(new Set(all.map((one) => JSON.stringify(one))).size).toBe(6);
  expect(draw(searching(space, { trials: 4 }))).toEqual(all.slice(0, 4));
  const rate = { 'training.learning_rate': RANGE };
  expect(
    draw(searching({ ...rate, 'training.batch_size': [8, 16] })).map((one) => one['training.learning_rate']),
  ).toEqual(draw(searching(rate)).map((one) => one['training.learning_rate']));
  expect(draw(searching(rate, { seed: 1 }))).not.toEqual(draw(searching(rate)));
});

test.each([
  ['nothing', {}, 'E_TUNE_SPACE', 'the space to search is empty'],
  [
    'a key that does not exist',
    { 'training.learning_rat': RANGE },
    'E_TUNE_SPACE',
    "Did you mean 'training.learning_rate'",
  ],
  ['a place', { 'experiment.output_dir': ['a', 'b'] }, 'E_TUNE_SPACE', 'is not a key that can be searched'],
  ['a seed', { 'experiment.seed': [1, 2] }, 'E_TUNE_SPACE', 'is not a key that can be searched'],
  ['weights', { 'model.weights': ['a.pth', null] }, 'E_TUNE_SPACE', 'is not a key that can be searched'],
  ['the budget', { 'training.epochs': [1, 2] }, 'E_TUNE_SPACE', 'is not a key that can be searched'],
  [
    'a value that is not allowed',
    { 'training.batch_size': [8, 0] },
    'E_CONFIG_VALUE',
    'training.batch_size is 0',
  ],
  [
    'a word that is none of its',
    { 'training.optimizer': ['adam', 'adagrad'] },
    'E_CONFIG_VALUE',
    '"adagrad"',
  ],
  [
    'an end that is not allowed',
    { 'training.momentum': { low: 0.5, high: 1, log: false } },
    'E_CONFIG_VALUE',
    'training.momentum is 1',
  ],
  [
    'a range of words',
    { 'training.optimizer': { low: 0, high: 1, log: false } },
    'E_CONFIG_VALUE',
    'training.optimizer is 0',
  ],
  [
    'a range of what may be null',
    { 'training.clip_grad_norm': { low: 1, high: 2, log: false } },
    'E_TUNE_SPACE',
    'has no range',
  ],
  [
    'a range the wrong way round',
    { 'training.momentum': { low: 0.9, high: 0.1, log: false } },
    'E_TUNE_SPACE',
    'from 0.9 to 0.1',
  ],
  [
    'the logarithm of 0',
    { 'training.weight_decay': { low: 0, high: 0.1, log: true } },
    'E_TUNE_SPACE',
    'no logarithm',
  ],
] as const)('%s is refused', (_, space, code, text) => {
  const config = searching(space as unknown as Config['tune']['space']);
  expect(() => readSpace(config)).toThrow(
    expect.objectContaining({ code, message: expect.stringContaining(text) }),
  );
});
