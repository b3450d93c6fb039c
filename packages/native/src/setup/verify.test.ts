import { copyFileSync, readdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { onLinux, tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { mainLibrary } from './libtorch.ts';
import { writeTree } from './made-up-trees.test.support.ts';
import { readNativeRecord, recordPath } from './record.ts';
import { askAgain, askEngine } from './verify.ts';

test('an engine that cannot be loaded is told in one line, without a stack', () => {
  const env = { ...process.env, RADWEAVE_CACHE: tempDir(), RADWEAVE_LIBTORCH: '' };
  const broken = join(tempDir(), 'boot.node');
  writeFileSync(broken, 'no library');
  writeTree('', { [recordPath(env, undefined)]: JSON.stringify({ ...readNativeRecord(), boot: broken }) });
  const attempt = () => askEngine(env);
  expect(attempt).toThrow(/^The engine does not work: .*boot\.node cannot be loaded \(.*\)$/);
});

onLinux(
  'an engine that LD_LIBRARY_PATH gives another libtorch is told with it, and is not to be removed',
  () => {
    const { libtorch } = readNativeRecord();
    const real = realpathSync(mainLibrary(libtorch.libDirs[0] ?? '', 'linux'));
    const others = readdirSync(dirname(real)).filter(
      (name) => name.startsWith('libtorch_cpu.so') && name !== basename(real),
    );
    const ask = (bring: (path: string) => void) => {
      const folder = tempDir();
      bring(join(folder, basename(real)));
      for (const name of others) symlinkSync(basename(real), join(folder, name));
      const env = { ...process.env, LD_LIBRARY_PATH: folder };
      return askAgain(() => askEngine(env), '/engine', libtorch, env);
    };
    for (const [bring, why] of [
      [(path: string) => writeFileSync(path, 'no library'), 'cannot be loaded'],
      [(path: string) => copyFileSync(real, path), 'as libtorch, and not'],
    ] as const) {
      const wanted = `^The engine does not work with LD_LIBRARY_PATH=.*, and works without it: .* ${why} .*\nUnset`;
      expect(() => ask(bring)).toThrow(
        expect.objectContaining({ name: 'VariableError', message: expect.stringMatching(wanted) }),
      );
    }
    expect(ask((path) => symlinkSync(real, path)).version).toBe(askEngine().version);
  },
);

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
