import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nativeCache } from '@radweave/native';
import { generatePhantomCohort } from '@radweave/phantom';
import { filesBelow, OBJECT_SERVER_NEEDS, ObjectServer, peerTest, tempDir } from '@radweave/testkit';
import { expect } from 'vitest';

const BIN = fileURLToPath(new URL('../bin/radweave.mjs', import.meta.url));
const SETTINGS = [
  ...['data.image_size=32', 'model.name=mobilenetv3_small_100', 'model.pretrained=false'],
  ...['training.batch_size=6', 'training.epochs=2', 'training.precision=fp32', 'experiment.name=r'],
  'data.study_key=key.txt',
].flatMap((setting) => ['--set', setting]);

/** A folder of this study on a machine of its own: another cache, in which only the engine is shared. */
function machine(keys: Record<string, string>): (...args: string[]) => string {
  const folder = tempDir();
  const cache = join(tempDir(), 'cache');
  mkdirSync(cache);
  symlinkSync(nativeCache(), join(cache, 'native'));
  writeFileSync(join(folder, 'key.txt'), `${'5'.repeat(64)}\n`);
  const env = { ...process.env, ...keys, RADWEAVE_CACHE: cache };
  return (...args) => {
    if (args.length === 0) return folder;
    const done = spawnSync(process.execPath, [BIN, ...args, ...SETTINGS], {
      cwd: folder,
      env,
      encoding: 'utf8',
    });
    if (done.status !== 0) throw new Error(`${args.join(' ')}: ${done.status}\n${done.stderr}`);
    return done.stderr;
  };
}

/** What is not compared: times, places of images and what holds hashes of them. */
const OTHER =
  /\.log$|events\.out|\.slices\/|splits\/(summary\.json|(train|val|test)_.*\.csv)$|run\.json$|config\.yaml$/;

const server = new ObjectServer();

peerTest(
  'a study whose images lie in a store is that of the same images in a folder',
  OBJECT_SERVER_NEEDS,
  async () => {
    const { env, reader } = await server.start();
    const near = machine(env);
    const far = machine(reader);
    const raw = join(near(), 'raw');
    generatePhantomCohort(raw, { seed: 1, patientsPerHospital: 10, slicesPerModality: 2, size: 32 });
    await server.bucket('ward');
    await server.upload('ward', 'study/raw/', raw);
    const root = 's3://ward/study/raw';
    const said = [
      ['preprocess', '--modalities', 'A'],
      ['train', '--modality', 'A'],
      ['extract', '--modality', 'A'],
    ].map((args) => {
      near(...args, '--root_dir', 'raw');
      return far(...args, '--root_dir', root);
    });
    expect(said[0]).toMatch(
      /Images of s3:\/\/ward\/study\/raw: 122 objects \(0\.1 MB\), 122 fetched \(0\.1 MB\); copies in /,
    );
    expect(said[1]).not.toMatch(/fetched/);
    const made = (folder: string) =>
      ['data', 'outputs'].flatMap((part) =>
        filesBelow(join(folder, part)).map((path) => relative(folder, path)),
      );
    const named = made(far());
    expect(named.filter((name) => !/events\.out/.test(name))).toEqual(
      made(near()).filter((name) => !/events\.out/.test(name)),
    );
    const compared = named.filter((name) => !OTHER.test(name));
    expect(compared).toEqual(
      expect.arrayContaining([expect.stringMatching(/best_model\.pth$/), expect.stringMatching(/\.npy$/)]),
    );
    const differing = compared.filter(
      (name) => !readFileSync(join(near(), name)).equals(readFileSync(join(far(), name))),
    );
    expect(differing).toEqual([]);
    const outputs = filesBelow(join(far(), 'outputs')).map((path) => readFileSync(path, 'latin1'));
    expect(outputs.filter((text) => text.includes('/files/raw'))).toEqual([]);
    expect(readFileSync(join(far(), 'data/splits/summary.json'), 'utf8')).toContain(`"root_dir": "${root}"`);

    await server.upload('ward', 'study/raw/JM/fold1/grade0/new/A/', filesBelow(raw)[0] ?? '');
    expect(far('preprocess', '--modalities', 'A', '--root_dir', root)).toMatch(/123 objects .*, 1 fetched/);
  },
);
