import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Config, defaultConfig } from '@radweave/artifacts';
import { OBJECT_SERVER_NEEDS, ObjectServer, peerTest, tempDir } from '@radweave/testkit';
import { afterEach, expect, test, vi } from 'vitest';
import { finishCopies, openCopies } from './copies.ts';

const server = new ObjectServer();
afterEach(() => vi.unstubAllEnvs());
const QUIET = { say: () => undefined, warn: () => undefined };

/** A study of its own whose folders lie where the settings say. */
function study(bucket: string, fusion: string | null): { config: Config; at: (name: string) => string } {
  const folder = tempDir();
  const at = (name: string): string => join(folder, name);
  const config = defaultConfig();
  Object.assign(config.data, { splits_dir: at('splits'), features_dir: at('features') });
  Object.assign(config.experiment, { output_dir: at('outputs'), copy_to: `s3://${bucket}/study` });
  config.fusion.output_dir = fusion === null ? null : at(fusion);
  return { config, at };
}

for (const [where, fusion, there, key] of [
  ['by default', null, 'outputs/fusion', 'study/outputs/fusion/model.json'],
  ['in the output folder', 'outputs/mine', 'outputs/mine', 'study/outputs/mine/model.json'],
  ['elsewhere', 'elsewhere', 'elsewhere', 'study/fusion/model.json'],
] as const) {
  peerTest(`results of a fusion are copied and brought back: ${where}`, OBJECT_SERVER_NEEDS, async () => {
    for (const [name, value] of Object.entries((await server.start()).env)) vi.stubEnv(name, value);
    const bucket = there.replace('/', '-');
    await server.bucket(bucket);
    const one = study(bucket, fusion);
    await openCopies(one, QUIET);
    for (const name of ['outputs/run.json', `${there}/model.json`]) {
      mkdirSync(dirname(one.at(name)), { recursive: true });
      writeFileSync(one.at(name), name);
    }
    await finishCopies();
    expect(await server.keys(bucket, '')).toEqual([key, 'study/outputs/run.json'].sort());

    const other = study(bucket, fusion);
    await openCopies(other, QUIET);
    await finishCopies();
    expect(readFileSync(other.at(`${there}/model.json`), 'utf8')).toBe(`${there}/model.json`);
  });
}

test.each([
  ['the fusion folder', { fusion: { output_dir: '.' } }],
  ['the output folder', { experiment: { output_dir: 'raw' } }],
])('nothing is copied where %s holds images or the key of the study', async (_, changed) => {
  const { config, at } = study('any', null);
  config.data.root_dir = at('raw');
  for (const [section, { output_dir }] of Object.entries(changed)) {
    config[section as 'fusion' | 'experiment'].output_dir = at(output_dir);
  }
  await expect(openCopies({ config }, QUIET)).rejects.toMatchObject({ code: 'E_COPY_PRIVATE', exitCode: 2 });
});
