import { defaultConfig } from '@radweave/artifacts';
import type { StageEvent } from '@radweave/pipeline';
import stringWidth from 'string-width';
import { afterEach, expect, test, vi } from 'vitest';
import { JobClock } from './job-clock.ts';
import { coloursOf, ProgressDisplay } from './progress.ts';
import { TrainingClock } from './training-clock.ts';

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

function shown(isTTY: boolean, events: readonly StageEvent[], quiet = false): string {
  let text = '';
  const out = { write: (part: string) => (text += part), isTTY, columns: 80 };
  const display = new ProgressDisplay(out, quiet);
  for (const event of events) display.show(event);
  return text;
}

const score = (value: number) => ({ auc: { value } });
const split = { loss: 0.7123, patientLoss: 0.69, slice: score(0.81234), patient: score(0.9) };
const step = (epoch: number, number: number, epochs = 100): StageEvent => ({
  kind: 'step',
  epochs,
  report: { epoch, step: number, steps: 4, loss: 12.3456, slices: 32 },
});
const epoch = (number: number) =>
  ({
    kind: 'epoch',
    epochs: 100,
    report: {
      epoch: number,
      learningRate: 1e-4,
      train: split,
      validation: split,
      isBest: true,
      best: { epoch: number, score: 0.81234, loss: 0.69 },
    },
  }) as unknown as StageEvent;

test('the stages of a job say a fact once; what they do and warnings come each time', () => {
  let text = '';
  const told = new Set<string>();
  for (const _ of ['train', 'extract']) {
    const display = new ProgressDisplay({ write: (part) => (text += part) }, false, undefined, told);
    display.show({ kind: 'log', level: 'info', text: 'Computing on cpu in fp32', isFact: true });
    display.show({ kind: 'log', level: 'info', text: 'Trial 1, fold 1' });
    display.show({ kind: 'log', level: 'warning', text: 'two patients lack P' });
  }
  const each = 'Trial 1, fold 1\nWarning: two patients lack P\n';
  expect(text).toBe(`Computing on cpu in fp32\n${each}${each}`);
});

test('piped, there are plain lines: messages, epochs and the end of a task, and no validation of each epoch', () => {
  const text = shown(false, [
    { kind: 'log', level: 'warning', text: 'two patients lack P' },
    { kind: 'progress', task: 'decoding', done: 5, total: 10 },
    { kind: 'progress', task: 'decoding', done: 10, total: 10 },
    step(100, 1),
    { kind: 'progress', task: 'validating', done: 86, total: 86 },
    epoch(100),
  ]);
  expect(text.split('\n')).toEqual([
    'Warning: two patients lack P',
    'decoding: 10 done',
    'epoch 100/100  loss 0.7123 (val 0.7123)  val AUC 0.8123 (patients 0.9000)  best',
    '',
  ]);
  for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
});

test('on a terminal a bar stays within the width, and messages break between words', () => {
  const words = 'HT: 4 of 4 patients lack P; folders that were found there: p, T1, T2, and many others more';
  const text = shown(true, [
    step(1, 1, 10),
    step(1, 2, 10),
    epoch(1),
    step(2, 1, 10),
    { kind: 'progress', task: 'validating', done: 3, total: 86 },
    { kind: 'log', level: 'info', text: words },
  ]);
  for (const line of text.split(/[\r\n]/)) expect(stringWidth(line)).toBeLessThanOrEqual(80);
  expect(text).toMatch(/█░+ epoch 2\/10 · .* · loss 12\.346/);
  expect(text).toContain('best AUC 0.812');
  const message = (text.split('\r').at(-1) ?? '').trimEnd().split('\n');
  expect(message.length).toBeGreaterThan(1);
  expect(message.join('|')).not.toMatch(/ \||\| /);
  expect(message.join(' ')).toBe(words);
});

test('in a whole job the bar and the time are those of all its trainings', () => {
  let text = '';
  const out = { write: (part: string) => (text += part), isTTY: true, columns: 80 };
  const config = defaultConfig();
  config.training.epochs = 10;
  const job = new JobClock(config, null);
  job.begin('train', 'P');
  const display = new ProgressDisplay(out, false, job);
  vi.spyOn(performance, 'now').mockReturnValueOnce(0).mockReturnValueOnce(10_000);
  display.show(step(1, 2, 10));
  display.show(epoch(1));
  display.show(step(1, 4, 10));
  // Half of the bar for A, which was skipped, and one epoch of P; half an epoch took 10 s.
  expect(text.split('\r').at(-1)).toBe(
    `${'█'.repeat(11)}${'░'.repeat(9)} epoch 1/10 · whole job: 3 min 50 s left · loss 12.346`,
  );
});

test('quiet, only warnings are shown', () => {
  const events: StageEvent[] = [
    { kind: 'log', level: 'info', text: 'x' },
    { kind: 'log', level: 'warning', text: 'y' },
    step(1, 1),
    epoch(1),
  ];
  expect(shown(false, events, true)).toBe('Warning: y\n');
});

test('colours are for terminals, and NO_COLOR turns them off', () => {
  const yellow = (isTTY: boolean, env: NodeJS.ProcessEnv) => coloursOf({ isTTY }, env).yellow('x');
  expect(yellow(true, {})).not.toBe('x');
  expect(yellow(false, {})).toBe('x');
  expect(yellow(true, { NO_COLOR: '1' })).toBe('x');
  expect(yellow(true, { NO_COLOR: '' })).not.toBe('x');
  expect(yellow(true, { TERM: 'dumb' })).toBe('x');
});

test('the time left is that of all epochs, also of a run that was resumed, and unknown at the first step', () => {
  const clock = new TrainingClock();
  const at = (epoch: number, number: number, seconds: number) =>
    clock.step({ epoch, step: number, steps: 4, loss: 1, slices: 10 }, 10, seconds * 1000);
  expect(at(6, 1, 0)).toEqual({ done: 0.525, slicesPerSecond: null, secondsLeft: null });
  const second = at(6, 2, 2);
  expect(second.slicesPerSecond).toBe(5);
  expect(second.secondsLeft).toBeCloseTo((2 / 0.025) * (1 - 0.55), 9);
  clock.endEpoch();
  expect(clock.isInEpoch).toBe(false);
  // Validation took 10 s: it counts for the time left, not for the speed of training.
  const next = at(7, 1, 16);
  expect(next.slicesPerSecond).toBeNull();
  expect(next.secondsLeft).toBeCloseTo((16 / 0.1) * (1 - 0.625), 9);
});
