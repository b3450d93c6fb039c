import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { writeTree } from './made-up-trees.test.support.ts';
import { readNativeRecord, recordPath } from './record.ts';
import { askEngine } from './verify.ts';

test('an engine that cannot be loaded is told in one line, without a stack', () => {
  const env = { ...process.env, RADWEAVE_CACHE: tempDir(), RADWEAVE_LIBTORCH: '' };
  const broken = join(tempDir(), 'boot.node');
  writeFileSync(broken, 'no library');
  writeTree('', { [recordPath(env, undefined)]: JSON.stringify({ ...readNativeRecord(), boot: broken }) });
  const attempt = () => askEngine(env);
  expect(attempt).toThrow(/^The engine does not work: .*boot\.node cannot be loaded \(.*\)$/);
});

test('an engine for another version of libtorch than the recorded one is told, although it loads', () => {
  const env = { ...process.env, RADWEAVE_CACHE: tempDir(), RADWEAVE_LIBTORCH: '' };
  const record = readNativeRecord();
  const asked = (version: string) => {
    const changed = { ...record, libtorch: { ...record.libtorch, version } };
    writeTree('', { [recordPath(env, undefined)]: JSON.stringify(changed) });
    return askEngine(env);
  };
  expect(record.libtorch.version).toContain(asked(record.libtorch.version).version);
  expect(() => asked('9.8.7+cpu')).toThrow(
    /radweave\.node is for libtorch [\d.]+, and this is 9\.8\.7\+cpu$/,
  );
});
