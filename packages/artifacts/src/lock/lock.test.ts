import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { processSpace } from '@radweave/native/processes';
import { tempDir } from '@radweave/testkit';
import { expect, onTestFinished, test, vi } from 'vitest';
import { writeFileAtomic } from '../atomic.ts';
import { lockFolder, lockFolders, whileLocked } from './lock.ts';

const LOCK = '.radweave.lock';
const module = new URL('../../dist/index.js', import.meta.url).href;

/** Of a holder, and of one who waits for a sign of life, which comes soon; on a machine that is busy, later. */
const times = { beat: 50, lease: 60_000 };
/** Of one who waits for a holder that is gone. */
const shortTimes = { beat: 50, lease: 300 };

/** A lease that nobody changes. */
function leave(folder: string, holder: object): string {
  const base = { pid: 1, space: 'elsewhere', process_start: null, started: '2026-01-01', command: 'train' };
  const path = join(folder, LOCK, '0123456789abcdef');
  mkdirSync(join(folder, LOCK), { recursive: true });
  writeFileSync(path, `${JSON.stringify({ ...base, ...holder })}\n`);
  return path;
}

/** The lease of a lock that is held, and what it says. */
function lease(folder: string): { path: string; text: string } {
  const [name = ''] = readdirSync(join(folder, LOCK));
  const path = join(folder, LOCK, name);
  return { path, text: readFileSync(path, 'utf8') };
}

const holding = (folder: string): string =>
  `import { lockFolder } from ${JSON.stringify(module)};
   lockFolder(${JSON.stringify(folder)}, 'train A', { times: ${JSON.stringify(times)} });
   process.stdout.write('ready');
   Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);`;

/** A process that holds a folder and never gives it free; its own thread does nothing any more. */
async function holder(folder: string, before: readonly string[] = []): Promise<ChildProcess> {
  const [program = '', ...args] = [...before, process.execPath, '--input-type=module', '-e', holding(folder)];
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout as NodeJS.ReadableStream, 'data');
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

test('a locked folder names its holder until it is released', () => {
  const folder = join(tempDir(), 'out');
  const lock = lockFolder(folder, 'train A');
  expect(() => lockFolder(folder, 'train P')).toThrow(`process ${process.pid} (train A, since`);
  lock.release();
  lock.release();
  lockFolder(folder, 'train P').release();
  // Nothing was written, so nothing is left; what is written stays.
  expect(existsSync(folder)).toBe(false);
  const again = lockFolder(folder, 'train P');
  writeFileSync(join(folder, 'result'), '');
  again.release();
  expect(readdirSync(folder)).toEqual(['result']);
});

test('the lock of a living process holds, that of a killed one is taken over at once; neither names computer or user', async () => {
  const folder = tempDir();
  const child = await holder(folder);
  expect(() => lockFolder(folder, 'x', { times: { beat: 50, lease: 1 } })).toThrow('in use by process');
  await kill(child);
  const { text } = lease(folder);
  expect(text).not.toContain(hostname());
  expect(JSON.parse(text.split('\n')[0] ?? '')).not.toHaveProperty('user');
  expect(text.split(/\W/)).not.toContain(userInfo().username);
  // A lease that lasts for ever: its holder is known to be gone.
  lockFolder(folder, 'x', { times: { beat: 50, lease: 1e9 } }).release();
  expect(readdirSync(folder)).toEqual([]);
});

test('a process number that another process has taken since does not hold the lock', (context) => {
  if (!existsSync('/proc/self/stat')) context.skip('only Linux says when a process started');
  const folder = tempDir();
  const lock = lockFolder(folder, 'x');
  const { path, text } = lease(folder);
  const [line = ''] = text.split('\n');
  writeFileSync(path, `${JSON.stringify({ ...JSON.parse(line), process_start: '1' })}\n`);
  const second = lockFolder(folder, 'y');
  lock.release();
  expect(() => lockFolder(folder, 'x')).toThrow('(y, since');
  second.release();
});

test('where the system does not say when a process started, only a lease that changes holds', () => {
  const folder = tempDir();
  leave(folder, { pid: process.pid, space: processSpace(), process_start: null });
  const said: string[] = [];
  lockFolder(folder, 'x', { times: shortTimes, say: (text) => void said.push(text) }).release();
  expect(said).toEqual([`${folder} was in use: watching for up to 1 s whether it still is.`]);
  expect(readdirSync(folder)).toEqual([]);
});

test('where a process number says nothing, a lease that changes holds and one that does not is taken over', async () => {
  const folder = tempDir();
  const said: string[] = [];
  const options = { times: shortTimes, say: (text: string) => void said.push(text) };
  const path = leave(folder, { pid: process.pid });
  const beating = spawn(process.execPath, [
    '-e',
    `let i = 0; setInterval(() => require('fs').appendFileSync(${JSON.stringify(path)}, String(++i)), 20)`,
  ]);
  onTestFinished(() => void beating.kill('SIGKILL'));
  const living = { ...options, times };
  expect(() => lockFolder(folder, 'x', living)).toThrow(/on another computer or in another container/);
  await kill(beating);
  lockFolder(folder, 'x', options).release();
  expect(said).toEqual([60, 1].map((seconds) => expect.stringContaining(`watching for up to ${seconds} s`)));
  // Cut off by a crash; and as earlier versions wrote it.
  leave(folder, {});
  writeFileSync(path, '{"pid": 1');
  lockFolder(folder, 'x', options).release();
  writeFileSync(join(folder, LOCK), '{"pid": 1, "host": "a"}');
  lockFolder(folder, 'x', options).release();
  expect(readdirSync(folder)).toEqual([]);
});

/** Sets the clock another hour ahead, or back, each time somebody looks at it. */
function hoursEachLook(hours: number): void {
  let now = Date.now();
  const look = vi.spyOn(Date, 'now').mockImplementation(() => (now += 3_600_000 * hours));
  onTestFinished(() => look.mockRestore());
}

test('a clock that is set ahead takes no lock from its holder, and one that is set back holds nobody up', async () => {
  const folder = tempDir();
  const child = await holder(folder);
  const { path, text } = lease(folder);
  // As seen from another computer; its heartbeat goes on behind the first line, which stays as long.
  const { space } = JSON.parse(text.split('\n')[0] ?? '');
  writeFileSync(path, text.replace(space, 'elsewhere'.padEnd(space.length)), { flag: 'r+' });
  hoursEachLook(1);
  expect(() => lockFolder(folder, 'x', { times })).toThrow(/in use by .* on another computer/);
  await kill(child);
  hoursEachLook(-1);
  // Would not end before its clock says that the time of a lease has gone by.
  lockFolder(folder, 'x', { times: shortTimes }).release();
  expect(readdirSync(folder)).toEqual([]);
});

test('of two namespaces of processes with one host name, one holds and the other sees it live and die', async (context) => {
  const apart = ['unshare', '--fork', '--pid', '--mount-proc', '--kill-child'];
  if (spawnSync('unshare', [...apart.slice(1), 'true']).status !== 0) {
    context.skip('this system does not let us make a namespace of processes');
  }
  const folder = tempDir();
  const child = await holder(folder, apart);
  expect(JSON.parse(lease(folder).text.split('\n')[0] ?? '')).toMatchObject({ pid: 1 });
  expect(() => lockFolder(folder, 'x', { times })).toThrow('in use by process 1 (train A');
  await kill(child);
  lockFolder(folder, 'x', { times: shortTimes }).release();
  expect(readdirSync(folder)).toEqual([]);
});

test('whoever is slow in taking over a dead lock does not take away that of the process that was faster', async () => {
  const folder = tempDir();
  const count = 6;
  leave(folder, {});
  // Each waits, with what it has read of the dead lock, before each call that changes the lock, and before it gives it free.
  const code = `
    import fs from 'node:fs';
    import { syncBuiltinESMExports } from 'node:module';
    // Nor does a clock help that is set a day ahead or back whenever it is looked at.
    const now = Date.now;
    Date.now = () => now() + 86_400_000 * (Math.random() < 0.5 ? 1 : -1);
    const sleep = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Math.random() * 60);
    for (const name of ['renameSync', 'unlinkSync', 'rmdirSync']) {
      const call = fs[name];
      fs[name] = (...args) => { sleep(); return call(...args); };
    }
    syncBuiltinESMExports();
    const { lockFolder } = await import(${JSON.stringify(module)});
    const folder = ${JSON.stringify(folder)};
    for (let i = 0; i < 3;) {
      let lock;
      try {
        lock = lockFolder(folder, 'x', { times: { beat: 50, lease: 300 } });
      } catch (error) {
        if (error.code !== 'E_LOCKED') throw error;
        sleep();
        continue;
      }
      fs.writeFileSync(folder + '/only', '', { flag: 'wx' });
      sleep();
      fs.rmSync(folder + '/only');
      if (lock.lost() !== undefined) throw new Error('lost');
      // Killed while it holds, another must come.
      if (++i === 3 && ${'process.argv[1]'} === '0') process.kill(process.pid, 'SIGKILL');
      lock.release();
    }`;
  const ended = Array.from({ length: count }, async (_, i) => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', code, String(i)]);
    let said = '';
    child.stderr.on('data', (data) => {
      said += data;
    });
    const [status, signal] = await once(child, 'close');
    return { said, status: status ?? signal };
  });
  const all = await Promise.all(ended);
  expect(all).toEqual(all.map((_, i) => ({ said: '', status: i === 0 ? 'SIGKILL' : 0 })));
  lockFolder(folder, 'x').release();
  expect(readdirSync(folder)).toEqual([]);
});

test('of a folder that is read, another output folder is no remedy', () => {
  const folder = tempDir();
  const lock = lockFolder(folder, 'radweave import', { times });
  const hintOf = (folders: Parameters<typeof lockFolders>[0]): unknown => {
    try {
      lockFolders(folders, 'x', { times });
    } catch (error) {
      return Reflect.get(Object(error), 'hint');
    }
    return undefined;
  };
  expect(hintOf({ read: [], write: [folder] })).toContain('another output folder');
  expect(hintOf({ read: [folder], write: [] })).toBe('Wait for it to end or stop it');
  lock.release();
});

test('a process whose lease is gone publishes nothing more, says by whom in one sentence, and leaves that lock alone', async () => {
  const folder = tempDir();
  const result = join(folder, 'result');
  const lock = lockFolders({ read: [], write: [folder] }, 'train A', { times });
  writeFileAtomic(result, 'ours');
  expect(lock.lost()).toBeUndefined();
  // As after the computer has slept for longer than the lease.
  const { path } = lease(folder);
  rmSync(path);
  leave(folder, { pid: 7, command: 'train P' });
  const late = whileLocked(lock, () => writeFileAtomic(result, 'late'));
  await expect(late).rejects.toMatchObject({
    code: 'E_LOCKED',
    exitCode: 5,
    message: expect.stringMatching(/taken over by process 7 \(train P, since .*nothing more was written/),
  });
  expect(readFileSync(result, 'utf8')).toBe('ours');
  expect(readdirSync(folder).sort()).toEqual([LOCK, 'result']);
  // Another stage of this process is not held to it.
  writeFileAtomic(result, 'next');
  // Deleted by hand while it was held: neither does that go on.
  const folders = tempDir();
  const second = lockFolder(folders, 'x', { times });
  rmSync(join(folders, LOCK), { recursive: true });
  await expect(whileLocked(second, () => writeFileAtomic(join(folders, 'a'), ''))).rejects.toThrow(
    'its lock was deleted',
  );
  expect(readdirSync(folders)).toEqual([]);
});

test('folders that are read and written are locked once each; one that is only read may be unwritable', () => {
  const folder = tempDir();
  const [features, output] = [join(folder, 'features'), join(folder, 'out')];
  const both = lockFolders({ read: [features, output], write: [output] }, 'fuse');
  for (const place of [features, output]) expect(() => lockFolder(place, 'x')).toThrow(/in use by process/);
  both.release();

  mkdirSync(features, { recursive: true });
  symlinkSync(features, join(folder, 'link'), 'junction');
  lockFolders({ read: [features], write: [join(folder, 'link')] }, 'extract').release();

  const held = lockFolder(features, 'extract');
  expect(() => lockFolders({ read: [features], write: [output] }, 'fuse')).toThrow(/\(extract, since/);
  held.release();

  writeFileSync(join(folder, 'file'), '');
  const unwritable = join(folder, 'file', 'features');
  const one = lockFolders({ read: [unwritable], write: [output] }, 'fuse');
  expect(() => lockFolder(output, 'x')).toThrow(/in use by process/);
  one.release();
  expect(() => lockFolders({ read: [output], write: [unwritable] }, 'fuse')).toThrow(
    expect.objectContaining({ code: 'E_NOT_WRITABLE' }),
  );
  expect(existsSync(output)).toBe(false);
});
