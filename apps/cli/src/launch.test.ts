import { spawn, spawnSync } from 'node:child_process';
import { openSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { onLinux, onPosix } from '@radweave/testkit';
import { expect, test } from 'vitest';

const BIN = fileURLToPath(new URL('../bin/radweave.mjs', import.meta.url));
const START = new URL('../bin/start.mjs', import.meta.url).href;

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
  const waiting = `await import(${JSON.stringify(START)}); console.log('ready'); setInterval(() => undefined, 1000);`;
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

const ENTRIES = ['bin', 'scripts'].flatMap((folder) => {
  const place = fileURLToPath(new URL(`../${folder}/`, import.meta.url));
  return readdirSync(place).map((name) => `${place}${name}`);
});

test('Node.js older than 20 is told, by every entry point, and can read the files that tell it', () => {
  const old = "Object.defineProperty(process.versions, 'node', { value: '12.22.12' });";
  for (const file of ENTRIES.filter((name) => !name.endsWith('start.mjs'))) {
    // What Node.js 12 does not know: await outside of functions, ?. and ??, which packages use.
    expect(readFileSync(file, 'utf8')).not.toMatch(/^ *await |\?\.|\?\?|from '@/m);
    if (file.endsWith('launch.mjs')) continue;
    const told = spawnSync(process.execPath, [
      '--input-type=module',
      '-e',
      `${old} import(${JSON.stringify(file)});`,
    ]);
    expect([told.status, String(told.stderr)]).toEqual([
      5,
      expect.stringMatching(/^Error: Radweave needs Node\.js 20 or newer; .*\n$/),
    ]);
  }
});

test('no command loads statistics, images or the engine before it needs them: that would double its start', () => {
  const report =
    'export async function load(url, ...rest) { console.log(url); return rest.pop()(url, ...rest); }';
  const hook = `import { register } from 'node:module'; register('data:text/javascript,${encodeURIComponent(report)}');`;
  const args = ['--import', `data:text/javascript,${encodeURIComponent(hook)}`, BIN, '--version'];
  const { stdout } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  const loaded = new Set(stdout.match(/(?<=\/packages\/)\w+/g));
  expect(loaded).toContain('pipeline');
  expect(['stats', 'imaging', 'torch', 'report'].filter((name) => loaded.has(name))).toEqual([]);
});
