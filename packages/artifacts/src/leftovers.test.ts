import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { requireWritable } from './writable.ts';

const module = new URL('../dist/index.js', import.meta.url).href;
const TEMPORARY = import.meta.resolve('@radweave/native/temporary');

/** A process that begins to write a file, or to replace a folder, and waits in the midst of it. */
async function writing(path: string, what: 'file' | 'folder'): Promise<ChildProcess> {
  const wait = `process.stdout.write('ready'); Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);`;
  const code =
    what === 'file'
      ? `writeFileAtomic(path, (function* () { yield 'half'; ${wait} })());`
      : `await replaceFolderAtomic(path, (folder) => { writeFileAtomic(folder + '/half', 'x'); ${wait} });`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program(path, code)]);
  await once(child.stdout, 'data');
  return child;
}

const program = (path: string, code: string): string =>
  `import { replaceFolderAtomic, writeFileAtomic } from ${JSON.stringify(module)};
   const path = ${JSON.stringify(path)};
   ${code}`;

/** The next command, which writes there. */
function writes(path: string): void {
  const code = program(path, `writeFileAtomic(path, 'whole');`);
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', code]);
  expect([status, String(stderr)]).toEqual([0, '']);
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

const temporary = (folder: string): string[] => readdirSync(folder).filter((name) => name.endsWith('.tmp'));

test('what killed processes left is swept by the next that writes there, never what a running one makes', async () => {
  const folder = tempDir();
  const killed = [
    await writing(join(folder, 'a.csv'), 'file'),
    await writing(join(folder, 'b'), 'folder'),
    await writing(join(folder, 'c.csv'), 'file'),
  ];
  const running = [await writing(join(folder, 'd.csv'), 'file'), await writing(join(folder, 'e'), 'folder')];
  for (const child of killed) await kill(child);
  expect(temporary(folder)).toHaveLength(5);
  // Of another computer, whose processes cannot be asked: one that may be at work, and one of the day before yesterday.
  const [foreign, old] = ['.f.csv.999999999-0123456789abcdef.tmp', '.g.csv.999999999-0123456789abcdef.tmp'];
  for (const name of [foreign, old]) writeFileSync(join(folder, name), '');
  utimesSync(join(folder, old), Date.now() / 1000 - 2 * 86_400, Date.now() / 1000 - 2 * 86_400);
  writes(join(folder, 'other.csv'));
  expect(
    temporary(folder)
      .map((name) => name.split('.')[1])
      .sort(),
  ).toEqual(['d', 'e', 'f']);
  for (const child of running) await kill(child);
  writes(join(folder, 'other.csv'));
  expect(readdirSync(folder).sort()).toEqual([foreign, 'other.csv']);
});

test('whoever only tries whether a folder can be written sweeps it as well', async () => {
  const folder = tempDir();
  await kill(await writing(join(folder, 'a.csv'), 'file'));
  expect(temporary(folder)).toHaveLength(1);
  requireWritable(folder, '--output_dir');
  expect(readdirSync(folder)).toEqual([]);
});

test('the old folder stays while its successor has not come', () => {
  const folder = tempDir();
  // The name that a process gives, which is gone by now.
  const named = `import { temporaryName } from ${JSON.stringify(TEMPORARY)};
    process.stdout.write(temporaryName(${JSON.stringify(join(folder, 'kept'))}, 'old'));`;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', named], { encoding: 'utf8' });
  writeFileSync(stdout, 'results');
  writes(join(folder, 'other.csv'));
  expect(readdirSync(folder)).toContain(stdout.split('/').at(-1));
  writeFileSync(join(folder, 'kept'), 'new results');
  writes(join(folder, 'other.csv'));
  expect(readdirSync(folder).sort()).toEqual(['kept', 'other.csv']);
});
