import { expect, test } from 'vitest';
import { deviceAt, requireDevices, requireOneKind } from './ranks-device.ts';

/** What the user asks for, the local rank, the GPUs of the machine, and the device then; null where it is refused. */
const DEVICES: [asked: string, localRank: number | undefined, gpus: number, device: string | null][] = [
  ['cpu', undefined, 0, 'cpu'],
  ['cpu', 3, 2, 'cpu'],
  ['auto', undefined, 0, 'cpu'],
  ['auto', 1, 2, 'cuda:1'],
  ['cuda', 0, 1, 'cuda:0'],
  ['cuda', 7, 8, 'cuda:7'],
  // What is not there is refused as for one process.
  ['cuda', 0, 0, 'cuda'],
  ['gpu', 0, 2, 'gpu'],
  // A launcher that shows each process its own.
  ['cuda:0', undefined, 1, 'cuda:0'],
  ['cuda:0', 3, 1, 'cuda:0'],
  ['cuda', 2, 2, null],
  ['auto', 1, 1, null],
  ['cuda', undefined, 2, null],
  ['mps', 0, 0, null],
];

const REFUSED = expect.objectContaining({ code: 'E_RANKS_DEVICE', exitCode: 2 });

test.each(DEVICES)('%s of local rank %s among %i GPUs: %s', (asked, localRank, gpus, device) => {
  const chosen = (): string => deviceAt(asked, { localRank }, gpus);
  if (device === null) expect(chosen).toThrow(REFUSED);
  else expect(chosen()).toBe(device);
});

test('processes of one machine are not begun without a GPU for each', () => {
  for (const [asked, size, gpus] of [
    ['cpu', 8, 0],
    ['cuda', 2, 2],
    ['cuda:1', 1, 2],
    ['auto', 4, 0],
  ] as const) {
    expect(() => requireDevices(asked, size, gpus)).not.toThrow();
  }
  for (const [asked, size, gpus] of [
    ['cuda', 3, 2],
    ['cuda:0', 2, 2],
    ['auto', 2, 1],
    ['mps', 2, 0],
  ] as const) {
    expect(() => requireDevices(asked, size, gpus)).toThrow(REFUSED);
  }
  expect(() => requireDevices('cuda', 4, 2)).toThrow(/^4 processes .* and libtorch sees 2\. Start no more/);
});

test('GPUs and CPUs do not train together', () => {
  expect(() => requireOneKind(['cpu', 'cpu'])).not.toThrow();
  expect(() => requireOneKind(['cuda:0', 'cuda:1', 'cuda:0'])).not.toThrow();
  expect(() => requireOneKind(['cuda:0', 'cpu'])).toThrow(
    /rank 1 would compute on a CPU and that of rank 0 on a GPU/,
  );
});
