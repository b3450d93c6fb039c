import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Precision } from '@radweave/artifacts';
import { createModel } from '@radweave/models';
import { silentContext } from '@radweave/study/context/events';
import { tempDir } from '@radweave/testkit';
import { hasNativeBf16, hasWinograd, manualSeed, memoryStats, randn } from '@radweave/torch';
import { expect, test } from 'vitest';
import { cachedSpeeds } from './speed.ts';
import type { Workload } from './workload.ts';

// Emulated bfloat16 would take half a minute.
const CANDIDATES: Precision[] = [
  'fp32',
  ...(hasWinograd() ? (['fp32-winograd'] as const) : []),
  ...(hasNativeBf16() ? (['bf16'] as const) : []),
];

function work(about: Partial<Workload> = {}): Workload {
  const own = { purpose: 'train', frozenStages: 0, keepsFrozen: false, ...about } as const;
  return {
    ...{ model: 'resnet18', classes: 2, imageSize: 32, batch: 4, ...own },
    build: () => {
      const model = createModel('resnet18', { numClasses: 2, inChans: 1, imageSize: 32 });
      model.freeze(own.frozenStages);
      return model;
    },
  };
}

/** The weights of folded convolutions are left to the garbage collector. */
async function collected(): Promise<void> {
  for (let i = 0; i < 3; i++) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

test.each([
  ['training', work()],
  ['training behind frozen stages', work({ frozenStages: 2, keepsFrozen: true })],
  ['extraction', work({ purpose: 'extract' })],
])('the speed of %s is measured by doing some of it, once, and leaves nothing behind', async (_, one) => {
  const folder = tempDir();
  const told: string[] = [];
  const context = {
    emit: (event: { kind: string; task?: string }) => told.push(event.task ?? event.kind),
    shouldStop: () => false,
  };
  manualSeed(1);
  const drawn = randn([4]).toFloat32Array();
  await collected();
  const { tensors } = memoryStats();
  manualSeed(1);
  const measured = cachedSpeeds(one, CANDIDATES, context, folder);
  await collected();
  expect(memoryStats().tensors).toBe(tensors);
  expect(randn([4]).toFloat32Array()).toEqual(drawn);
  expect(measured.perSecond.map(({ precision }) => precision)).toEqual(CANDIDATES);
  expect(measured.slices).toBeGreaterThan(0);
  expect(new Set(told)).toEqual(new Set(['measuring precisions']));
  const fails = (): never => {
    throw new Error('it must not be measured again');
  };
  expect(cachedSpeeds({ ...one, build: fails }, CANDIDATES, context, folder)).toEqual(measured);
  expect(readdirSync(folder)).toHaveLength(1);
});

test('another size, batch, purpose or choice is measured again, and so is a record that is damaged', () => {
  const folder = tempDir();
  const others = [
    work(),
    work({ batch: 5 }),
    work({ imageSize: 33 }),
    work({ purpose: 'extract' }),
    work({ frozenStages: 1 }),
    work({ frozenStages: 1, keepsFrozen: true }),
  ];
  for (const one of others) cachedSpeeds(one, ['fp32'], silentContext(), folder);
  const files = readdirSync(folder);
  expect(files).toHaveLength(others.length);
  expect(files.every((name) => /^precision-resnet18-(train|extract)-[0-9a-f]{12}\.json$/.test(name))).toBe(
    true,
  );
  for (const name of files) writeFileSync(join(folder, name), '{"slices":');
  expect(cachedSpeeds(work(), ['fp32'], silentContext(), folder).perSecond).toHaveLength(1);
});

test('a request to stop ends measuring, and nothing is kept', () => {
  const folder = tempDir();
  const context = { emit: () => undefined, shouldStop: () => true };
  expect(() => cachedSpeeds(work(), CANDIDATES, context, folder)).toThrow(/measuring .* was stopped/);
  expect(readdirSync(folder)).toEqual([]);
});
