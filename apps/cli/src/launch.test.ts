import { spawn, spawnSync } from 'node:child_process';
import { openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { onLinux, onPosix } from '@radweave/testkit';
import { expect } from 'vitest';

const BIN = fileURLToPath(new URL('../bin/radweave.mjs', import.meta.url));
const LAUNCH = new URL('../bin/launch.mjs', import.meta.url).href;

/** Starts Node.js and sends SIGUSR1: at once, or when the process says that it is ready. */
function signalled(
  args: string[],
  when: 'at once' | 'ready',
): Promise<{ signal: string | null; stderr: string }> {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let stderr = '';
  child.stderr.on('data', (text) => {
    stderr += text;
  });
  child.stdout.on('data', () => child.kill('SIGUSR1'));
  if (when === 'at once') child.on('spawn', () => child.kill('SIGUSR1'));
  return new Promise((resolve) => {
    child.on('close', (_, signal) => resolve({ signal, stderr }));
  });
}

onPosix('SIGUSR1 ends every command and opens no debugger', async () => {
  const waiting = `await import(${JSON.stringify(LAUNCH)}); console.log('ready'); setInterval(() => undefined, 1000);`;
  const ready = await signalled(['--input-type=module', '-e', waiting], 'ready');
  expect(ready).toEqual({ signal: 'SIGUSR1', stderr: '' });
  // Before the first line of ours runs, Node.js may answer; the process ends nonetheless.
  const early = await signalled([BIN, 'config'], 'at once');
  expect(early.signal).toBe('SIGUSR1');
});

onLinux('a result that cannot be written is an error, a reader that left is none', () => {
  const full = spawnSync(process.execPath, [BIN, 'config'], {
    stdio: ['ignore', openSync('/dev/full', 'w'), 'pipe'],
    encoding: 'utf8',
  });
  expect([full.status, full.stderr]).toEqual([
    5,
    expect.stringMatching(/^Error: the result cannot be written/),
  ]);
  const left = spawnSync('sh', ['-c', '"$0" "$1" config | head -c 1; echo "$?"', process.execPath, BIN], {
    encoding: 'utf8',
  });
  expect(left.stderr).toBe('');
});
