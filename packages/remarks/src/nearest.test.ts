import { expect, test } from 'vitest';
import { knownAs, nearest, offer } from './nearest.ts';

test('the nearest name ignores case, dashes and spaces around it', () => {
  expect(nearest('lerning-rate', ['epochs', 'learning_rate', 'loss_type'])).toBe('learning_rate');
  expect(nearest(' a', ['P', 'A'])).toBe('A');
  expect(nearest('x', [])).toBeUndefined();
});

test('whoever asks for a GPU is advised the word for it, and not the CPU', () => {
  for (const word of ['gpu', 'GPU', 'nvidia']) {
    expect(offer(word, ['cpu', 'cuda'])).toBe("Did you mean 'cuda'?");
    expect(nearest(word, ['auto', 'cpu', 'cuda'])).toBe('cuda');
  }
  expect(offer('gpu', ['cpu', 'mps'])).toBe("Did you mean 'cpu'?");
});

test('what others call otherwise has its known name, whichever of several is known', () => {
  expect(knownAs('LR', ['epochs', 'learning_rate'])).toBe('learning_rate');
  expect(knownAs('out-dir', ['output'])).toBe('output');
  expect(knownAs('out-dir', ['output', 'output_dir'])).toBe('output_dir');
  expect(knownAs('gpu', ['device'])).toBe('device');
  expect(knownAs('lr', ['epochs'])).toBeUndefined();
  expect(nearest('cross-entropy', ['asymmetric', 'focal', 'ce'])).toBe('ce');
});

test('a name that is near is offered, else those that are known', () => {
  const many = Array.from({ length: 12 }, (_, i) => `SY${i}`);
  expect(offer('a', ['P', 'A'])).toBe("Did you mean 'A'?");
  expect(offer('jm', ['SY', 'JM', 'ZS'])).toBe("Did you mean 'JM'?");
  expect(offer('X', ['P', 'A'])).toBe('Give one of P, A');
  expect(offer('layer9', ['stem', 'layer1', 'layer2'])).toBe('Give one of layer1, layer2, stem');
  expect(offer('NOPE', ['A'])).toBe('Give A');
  expect(offer('NOPE', many)).toBe('Give one of SY0, SY1, SY2, SY3, SY4, SY5, SY6, SY7, … (12 in all)');
  expect(offer('NOPE', [])).toBeUndefined();
  expect(offer('a', ['A'], 'train one')).toBe("Did you mean 'A'?");
  expect(offer('Axe', ['Ax'], 'train one')).toBe("Did you mean 'Ax'? Or train one");
  expect(offer('X', ['A'], 'train one')).toBe('Give A; or train one');
  expect(offer('X', [], 'train one')).toBe('Train one');
});
