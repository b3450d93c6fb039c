import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultConfig } from '@radweave/artifacts';
import { encodePng } from '@radweave/imaging';
import { SliceTable } from '@radweave/study/cohort/slice-table';
import { silentContext } from '@radweave/study/context/events';
import { onLinux, tempDir } from '@radweave/testkit';
import { expect } from 'vitest';
import { decodeSplit } from './load.ts';

onLinux('a folder of splits that nobody may write to is told with a remedy that helps', async () => {
  const path = join(tempDir(), '1.png');
  writeFileSync(path, encodePng({ width: 32, height: 32, pixels: new Uint8Array(32 * 32) }));
  const table = new SliceTable([{ path, label: 0, patient: 'p', hospital: 'JM' }]);
  // Nobody makes a folder there, root included.
  const data = { ...defaultConfig().data, splits_dir: '/sys/kernel', image_size: 32 };
  await expect(
    decodeSplit({ data, split: 'train', modality: 'A', table, context: silentContext() }),
  ).rejects.toMatchObject({
    code: 'E_NOT_WRITABLE',
    exitCode: 5,
    where: '/sys/kernel/.slices',
    hint: expect.stringContaining('--splits_dir'),
  });
});
