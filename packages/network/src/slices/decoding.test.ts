import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Config, defaultConfig } from '@radweave/artifacts';
import { encodePng } from '@radweave/imaging';
import { SliceTable } from '@radweave/study/cohort/slice-table';
import type { StageContext, StageEvent } from '@radweave/study/context/events';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { Decoding } from './decoding.ts';

const SIDE = 8;

/** Sets of two, one and no slices. */
function cohort(): {
  data: Config['data'];
  tables: { train: SliceTable; val: SliceTable; test: SliceTable };
} {
  const folder = tempDir();
  const table = (names: readonly string[]): SliceTable =>
    new SliceTable(
      names.map((name, i) => {
        const path = join(folder, name);
        mkdirSync(join(path, '..'), { recursive: true });
        writeFileSync(
          path,
          encodePng({
            width: SIDE,
            height: SIDE,
            pixels: Uint8Array.from({ length: SIDE ** 2 }, (_, at) => i + at),
          }),
        );
        return { path, label: 0, patient: 'p', hospital: 'JM' };
      }),
    );
  const data = { ...defaultConfig().data, splits_dir: join(folder, 'splits'), image_size: SIDE };
  return { data, tables: { train: table(['a.png', 'b.png']), val: table(['c_mask.png']), test: table([]) } };
}

function listening(): StageContext & { events: StageEvent[] } {
  const events: StageEvent[] = [];
  return { events, emit: (event) => events.push(event), shouldStop: () => false };
}

const named = ({ events }: { events: StageEvent[] }): string[] =>
  events.map((event) => (event.kind === 'progress' ? `${event.task} ${event.done}` : event.kind));

test('sets are told of when they are asked for, whenever they were decoded', async () => {
  const { data, tables } = cohort();
  const context = listening();
  const decoding = new Decoding(data, 'A', tables, context);
  const test = await decoding.take('test');
  expect(test.pixels.read([])).toHaveLength(0);
  const train = await decoding.take('train');
  expect(named(context)).toEqual(['decoding train slices of A 2']);
  expect(train.pixels.read([1, 0])[0]).toBe(1);
  const val = await decoding.take('val');
  expect(named(context).slice(1)).toEqual(['log', 'decoding val slices of A 1']);
  await decoding.close();
  // Those that were taken stay open.
  expect(val.pixels.read([0])).toHaveLength(SIDE ** 2);
  for (const split of [train, val, test]) split.close();
});

test('a set that cannot be used is told where it is asked for, and the others are closed', async () => {
  const { data, tables } = cohort();
  const [first] = tables.val.rows;
  writeFileSync(first?.path ?? '', 'no image');
  const context = listening();
  const decoding = new Decoding(data, 'A', tables, context);
  const train = await decoding.take('train');
  train.close();
  expect(named(context).join()).not.toContain('val');
  const watching = decoding.watching(context);
  await expect(decoding.take('val')).rejects.toMatchObject({
    code: 'E_IMAGES',
    exitCode: 3,
    message: expect.stringContaining('val slices of A cannot be used: 1 image fault'),
  });
  expect(() => watching.shouldStop()).toThrow('val slices of A cannot be used');
  await decoding.close();
  const all = new Decoding(data, 'A', tables, context);
  await expect(all.all()).rejects.toMatchObject({ code: 'E_IMAGES' });
  await all.close();
});
