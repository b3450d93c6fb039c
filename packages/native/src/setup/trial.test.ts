import { expect, test } from 'vitest';
import { native } from '../load.ts';
import { tryEngine } from './trial.ts';

test('an engine that computes rightly passes and keeps nothing, one that does not is told by its result', () => {
  const engine = native();
  const [before] = engine.memory();
  tryEngine(engine);
  expect(engine.memory()[0]).toBe(before);
  const wrong = Object.assign(Object.create(engine), {
    copyTo: (_: number, into: Float32Array) => into.fill(5),
  });
  expect(() => tryEngine(wrong)).toThrow('an addition gave 5 instead of 2');
});
