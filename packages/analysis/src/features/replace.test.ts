import fs, { readdirSync, rmSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import {
  type FeatureSet,
  featurePath,
  readFeatureSet,
  SPLITS,
  type Split,
  writeNpy,
} from '@radweave/artifacts';
import { afterEachFileChange, copyTree, tempDir } from '@radweave/testkit';
import { expect, onTestFinished, test } from 'vitest';

/** Old features of modality A, and what replaces them by those of one patient. */
async function oldFeatures() {
  const { replaceFeatures } = await import('./replace.ts');
  const { readFeatureSource } = await import('./source.ts');
  const { writeMadeUpFeatures, madeUpCohort } = await import('@radweave/study/testing/features');
  const { cohortConfig } = await import('@radweave/study/testing/cohort');
  const config = cohortConfig(tempDir());
  const { features_dir } = config.data;
  writeMadeUpFeatures(config, 'A', madeUpCohort({ train: 2, val: 1, test: 1 }), 4);
  const { sets } = readFeatureSource(features_dir, 'A');
  const newSet = (name: Split): FeatureSet => ({
    ...sets[name],
    checkpoint: 'new.pth',
    patients: 1,
    slices: 1,
  });
  const replace = (): Promise<unknown> =>
    replaceFeatures(features_dir, 'A', async (temporary) => {
      const split = (name: Split) => {
        writeNpy(join(temporary[name], 'grade0', 'new.npy'), { shape: [1, 4], data: new Float32Array(4) });
        const path = featurePath(features_dir, name, 'A', 0, 'new');
        return {
          rows: [{ patient_id: 'new', feature_path: path, label: 0, num_slices: 1 }],
          set: newSet(name),
        };
      };
      return { train: split('train'), val: split('val'), test: split('test') };
    });
  const checkpoints = (): string => {
    const source = readFeatureSource(features_dir, 'A');
    return SPLITS.map((split) => source.sets[split].checkpoint).join();
  };
  return { features_dir, replace, checkpoints };
}

test('a disk that fills at any file leaves the old features whole', async () => {
  const { features_dir, replace, checkpoints } = await oldFeatures();
  const { openSync } = fs;
  onTestFinished(() => {
    fs.openSync = openSync;
    syncBuiltinESMExports();
  });
  let room = 0;
  fs.openSync = (...args) => {
    if (args[1] === 'wx' && room-- === 0) throw Object.assign(new Error('full'), { code: 'ENOSPC' });
    return openSync(...args);
  };
  syncBuiltinESMExports();
  const files = 3 * SPLITS.length;
  for (let n = 0; n < files; n++) {
    room = n;
    await expect(replace(), String(n)).rejects.toMatchObject({ code: 'E_DISK_FULL' });
    expect(checkpoints(), String(n)).toBe('A.pth,A.pth,A.pth');
    expect(readdirSync(features_dir).sort()).toEqual([...SPLITS].sort());
  }
  room = files;
  await replace();
  expect(checkpoints()).toBe('new.pth,new.pth,new.pth');
});

test('features that are replaced are the old ones, the new ones or unfinished, whenever it is killed', async () => {
  const snapshots = tempDir();
  let watched = '';
  const restore = afterEachFileChange(() => {
    if (watched === '') return;
    const folder = watched;
    watched = '';
    copyTree(folder, join(snapshots, String(readdirSync(snapshots).length).padStart(3, '0')));
    watched = folder;
  });
  const { features_dir, replace, checkpoints } = await oldFeatures();
  const { isForeign } = await import('./foreign.ts');
  watched = features_dir;
  await replace();
  watched = '';
  restore();
  const found = new Set<string>();
  for (const name of readdirSync(snapshots).sort()) {
    rmSync(features_dir, { recursive: true });
    copyTree(join(snapshots, name), features_dir);
    expect(isForeign(features_dir, 'A'), name).toBe(false);
    let state: string;
    try {
      state = checkpoints();
    } catch (error) {
      expect(error, name).toMatchObject({ code: 'E_FEATURES_TORN' });
      state = 'unfinished';
    }
    found.add(state);
    await replace();
    expect(readFeatureSet(join(features_dir, 'test', 'features_A.json')).checkpoint, name).toBe('new.pth');
  }
  expect([...found]).toEqual(['A.pth,A.pth,A.pth', 'unfinished', 'new.pth,new.pth,new.pth']);
});
