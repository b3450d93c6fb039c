import type { Profile, ProfiledOperator } from '@radweave/torch';
import { expect, test } from 'vitest';
import { moduleRows, operatorRows, phaseRows } from './tables.ts';
import { timeline } from './timeline.ts';
import { chromeTrace } from './trace.ts';

const operator = (
  name: string,
  start: number,
  end: number,
  sequence = -1,
  isBackward = false,
): ProfiledOperator => ({ name, start, end, sequence, isBackward, thread: 7, onDevice: null });

/** A step of 1000 µs: batch, forward through two modules, loss, backward of both, optimizer. */
const STEP: Profile = {
  duration: 1000,
  ranges: [
    { name: 'batch', start: 0, end: 100 },
    { name: 'learn', start: 100, end: 800 },
    { name: 'optimizer', start: 800, end: 900 },
  ],
  modules: [
    { name: 'stem.conv', start: 100, end: 200 },
    { name: 'head', start: 200, end: 300 },
    { name: '', start: 100, end: 310 },
  ],
  operators: [
    operator('aten::div', 10, 60),
    operator('aten::mkldnn_convolution', 120, 180, 0),
    operator('aten::conv2d', 110, 190, 0),
    operator('aten::linear', 210, 290, 1),
    operator('aten::cross_entropy_loss', 320, 350, 2),
    operator('LinearBackward0', 410, 490, 1, true),
    operator('autograd::engine::evaluate_function: LinearBackward0', 400, 500, 1, true),
    operator('aten::convolution_backward', 520, 640),
    operator('ConvolutionBackward0', 510, 650, 0, true),
    operator('aten::add_', 810, 880),
  ],
};

test('own time, phase and module of every operator', () => {
  const timed = timeline(STEP);
  const facts = timed.map(({ operator, self, phase, module }) => [operator.name, self, phase, module]);
  expect(facts).toEqual([
    ['aten::div', 50, 'batch', null],
    ['aten::conv2d', 20, 'forward', 'stem.conv'],
    ['aten::mkldnn_convolution', 60, 'forward', 'stem.conv'],
    ['aten::linear', 80, 'forward', 'head'],
    ['aten::cross_entropy_loss', 30, 'loss', null],
    ['autograd::engine::evaluate_function: LinearBackward0', 20, 'backward', 'head'],
    ['LinearBackward0', 80, 'backward', 'head'],
    ['ConvolutionBackward0', 20, 'backward', 'stem.conv'],
    ['aten::convolution_backward', 120, 'backward', 'stem.conv'],
    ['aten::add_', 70, 'optimizer', null],
  ]);
});

test('tables add up to the step', () => {
  const timed = timeline(STEP);
  expect(phaseRows(timed, 1000).map(({ phase, ms }) => [phase, ms])).toEqual([
    ['batch', 0.05],
    ['forward', 0.16],
    ['loss', 0.03],
    ['backward', 0.24],
    ['optimizer', 0.07],
    ['outside operators', 0.45],
  ]);
  const modules = moduleRows(timed, 1000, 1);
  expect(modules).toEqual([
    {
      module: 'stem',
      forwardMs: 0.08,
      backwardMs: expect.closeTo(0.14, 12),
      share: expect.closeTo(0.22, 12),
    },
    { module: 'head', forwardMs: 0.08, backwardMs: expect.closeTo(0.1, 12), share: expect.closeTo(0.18, 12) },
  ]);
  expect(operatorRows(timed, 1000)[0]).toEqual({
    phase: 'backward',
    operator: 'aten::convolution_backward',
    ms: 0.12,
    share: 0.12,
    calls: 1,
  });
});

test('the Chrome trace has every range, module and operator as a complete event', () => {
  const { traceEvents } = chromeTrace('a step', STEP, timeline(STEP));
  const complete = traceEvents.filter(({ ph }) => ph === 'X');
  expect(complete).toHaveLength(3 + 3 + 10);
  expect(complete.find(({ name }) => name === 'aten::linear')).toMatchObject({
    cat: 'operator',
    ts: 210,
    dur: 80,
    tid: 7,
    args: { module: 'head', phase: 'forward' },
  });
});

test('on a device that was measured, times are of its work, places those of launching', () => {
  const operators = STEP.operators.map((one) => ({ ...one, onDevice: one.end - one.start + 5 }));
  const [conv, inner] = timeline({ ...STEP, operators }).filter(({ operator: { name } }) =>
    /^aten::(conv2d|mkldnn_convolution)$/.test(name),
  );
  expect([conv?.self, conv?.module, inner?.self, inner?.module]).toEqual([20, 'stem.conv', 65, 'stem.conv']);
  const { traceEvents } = chromeTrace('a step', STEP, timeline({ ...STEP, operators }));
  expect(traceEvents.find(({ name }) => name === 'aten::linear')).toMatchObject({
    dur: 80,
    args: { device_us: 85 },
  });
});
