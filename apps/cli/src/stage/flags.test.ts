import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempDir } from '@radweave/testkit';
import { expect, test, vi } from 'vitest';
import { readCall } from './flags.ts';

test.skipIf(process.platform === 'win32')(
  "the Python tool's file with a root on Windows does for what reads split files",
  () => {
    const config = join(tempDir(), 'default_config.yaml');
    writeFileSync(config, 'data: {root_dir: "D:\\\\data\\\\raw\\\\Grade", train_ratio: 0.7}\n');
    const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    try {
      const call = readCall('train', { config, batch_size: '8' });
      expect(call.config.data).toMatchObject({ root_dir: null, train_ratio: 0.7 });
      expect(call.given).toEqual(['training.batch_size']);
      expect(call.inFile).toEqual(['data.root_dir', 'data.train_ratio']);
      expect(write.mock.calls.join()).toMatch(/Warning: data\.root_dir 'D:\\data\\raw\\Grade' .*is not used/);
    } finally {
      write.mockRestore();
    }
    expect(() => readCall('preprocess', { config })).toThrow(/is a Windows path/);
    expect(() => readCall('train', { config, root_dir: 'D:\\data' })).toThrow(/is a Windows path/);
    expect(readCall('train', { config, root_dir: '/data' }).config.data.root_dir).toBe('/data');
  },
);
