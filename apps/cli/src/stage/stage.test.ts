import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generatePhantomCohort } from '@radweave/phantom';
import { freePort, onLinux, onPosix, tempDir } from '@radweave/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { STOP_SIGNALS } from './stop-signals.ts';

const BIN = fileURLToPath(new URL('../../bin/radweave.mjs', import.meta.url));

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Begins the real command in `folder`; `onText` sees what it says while it runs. */
function begun(
  folder: string,
  args: string[],
  onText: (text: string, child: ChildProcess) => void = () => undefined,
  env: Readonly<Record<string, string>> = {},
): { child: ChildProcess; end: Promise<Ended> } {
  const child = spawn(process.execPath, [BIN, ...args], {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended: Ended = { code: null, stdout: '', stderr: '' };
  child.stdout.on('data', (text) => {
    ended.stdout += text;
  });
  child.stderr.on('data', (text) => {
    ended.stderr += text;
    onText(ended.stderr, child);
  });
  const end = once(child, 'close').then(([code]) => ({ ...ended, code }));
  return { child, end };
}

const radweave = (...args: Parameters<typeof begun>): Promise<Ended> => begun(...args).end;

const TRAIN = [
  'train',
  '--modality',
  'A',
  '--pretrained=false',
  '--epochs',
  '3',
  '--batch-size',
  '6',
  '--exp-name',
  'run',
  '--model',
  'mobilenetv3_small_100',
  '--set',
  'data.image_size=32',
];

/** A study whose data is ready. */
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'radweave-stage-'));
  const cohort = { seed: 1, homePatients: 10, patientsPerHospital: 2, slicesPerModality: 3, size: 32 };
  generatePhantomCohort(join(folder, 'raw'), cohort);
  const { code, stderr } = await radweave(folder, [
    'preprocess',
    '--root_dir',
    'raw',
    '--modalities',
    'A,P',
    '--image-size',
    '32',
  ]);
  expect(stderr).toMatch(/^\d+ patients in JM, SY, ZS\./m);
  expect(code).toBe(0);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('Ctrl-C is answered, leaves a checkpoint and says how to continue; resuming finishes', async () => {
  let isStopped = false;
  writeFileSync(join(folder, 'my settings.yaml'), 'training: {learning_rate: 0.01, batch_size: 16}\n');
  const own = ['--config', 'my settings.yaml', '--exp-name', "d'or", '--output-dir=elsewhere'];
  const stopped = await radweave(folder, [...TRAIN, ...own], (text, child) => {
    if (isStopped || !text.includes('epoch 1/3')) return;
    isStopped = true;
    child.kill('SIGINT');
  });
  expect(stopped.stderr).toMatch(/Stopping after this step; press Ctrl-C again/);
  expect(stopped.code).toBe(4);
  // Pasted as it stands, in the same folder: with a configuration file, another output folder and a name with a quote.
  const [, command = ''] = /^To continue: (.*)$/m.exec(stopped.stderr) ?? [];
  expect(command).toMatch(/ train .*--config 'my settings.yaml' .*--exp-name .*--resume$/);
  const resumed = execFileSync('sh', ['-c', `${command} --json`], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  expect(JSON.parse(resumed)).toMatchObject({ run: "d'or", ending: 'finished', epochs: 3 });
  const history = join(folder, "elsewhere/logs/d'or/training_history.csv");
  expect(readFileSync(history, 'utf8').trim().split('\n')).toHaveLength(4);
});

test('a second Ctrl-C ends at once and leaves the last checkpoint whole', async () => {
  let signals = 0;
  const output = ['--output-dir', 'twice'];
  const stopped = await radweave(folder, [...TRAIN, ...output], (text, child) => {
    if (signals === 0 && text.includes('epoch 1/3')) {
      signals = 1;
      child.kill('SIGINT');
    } else if (signals === 1 && text.includes('Stopping after this step')) {
      signals = 2;
      child.kill('SIGINT');
    }
  });
  // The first may already have ended the run by the time the second arrives.
  expect([130, 4]).toContain(stopped.code);
  expect(existsSync(join(folder, 'twice/checkpoints/run/last_checkpoint.pth'))).toBe(true);
  expect((await radweave(folder, ['train', '--modality', 'A', ...output, '--resume', '--quiet'])).code).toBe(
    0,
  );
});

onPosix('every request to end saves, and the run continues from there', async () => {
  const signals = STOP_SIGNALS.filter((name) => name !== 'SIGINT');
  const output = ['--output-dir', 'each'];
  const options = [...TRAIN, ...output, '--epochs', String(signals.length + 1)];
  for (const [i, signal] of signals.entries()) {
    let isSent = false;
    const args = i === 0 ? options : ['train', '--modality', 'A', ...output, '--resume', '--run', 'run'];
    const stopped = await radweave(folder, args, (text, child) => {
      if (isSent || !text.includes(`epoch ${i + 1}/`)) return;
      isSent = true;
      child.kill(signal);
    });
    expect(stopped.code, `${signal}: ${stopped.stderr}`).toBe(4);
    expect(stopped.stderr, signal).toMatch(
      /^To continue: .* train .*(--exp-name run .*--resume|--resume --run run)$/m,
    );
    expect(stopped.stderr, signal).not.toMatch(/Debugger/);
  }
  const history = join(folder, 'each/logs/run/training_history.csv');
  expect(readFileSync(history, 'utf8').trim().split('\n').length).toBeGreaterThan(signals.length);
});

onLinux(
  'processes that train together all stop when one is asked to, and the first one says how to continue',
  async () => {
    const output = ['--output-dir', 'together'];
    const asks: [signal: NodeJS.Signals, rank: number, args: string[]][] = [
      ['SIGUSR1', 1, [...TRAIN, ...output, '--epochs', '6']],
      ['SIGUSR2', 0, ['train', '--modality', 'A', ...output, '--resume', '--run', 'run']],
    ];
    for (const [signal, asked, args] of asks) {
      const meeting = { MASTER_ADDR: '127.0.0.1', MASTER_PORT: String(await freePort()), WORLD_SIZE: '2' };
      const ranks = [0, 1].map((rank) => {
        const ask = (text: string): void => {
          const child = ranks[asked]?.child;
          if (/epoch \d\/6/.test(text) && child?.killed === false) child.kill(signal);
        };
        return begun(folder, args, ask, { ...meeting, RANK: String(rank), RADWEAVE_THREADS: '1' });
      });
      const [first, second] = await Promise.all(ranks.map(({ end }) => end));
      expect([first?.code, second?.code], `${signal}: ${second?.stderr}`).toEqual([4, 4]);
      expect(first?.stderr).toMatch(/^To continue: .* train .*--output-dir together/m);
      expect(second?.stderr).not.toContain('To continue');
    }
  },
);

onPosix('under nohup a closed terminal ends nothing', async () => {
  const line = 'nohup "$0" "$@" & echo "pid $!"; wait $!';
  const bash = spawn('bash', ['-c', line, process.execPath, BIN, ...TRAIN, '--output-dir', 'hung-up'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  let isSent = false;
  bash.stdout.on('data', (text) => {
    stdout += text;
  });
  bash.stderr.on('data', (text) => {
    stderr += text;
    if (isSent || !stderr.includes('epoch 1/')) return;
    isSent = true;
    process.kill(Number(/pid (\d+)/.exec(stdout)?.[1]), 'SIGHUP');
  });
  const code = await new Promise((resolve) => bash.on('close', resolve));
  expect([isSent, code], stderr).toEqual([true, 0]);
  expect(stderr).toContain('epoch 3/3');
  expect(stderr).not.toContain('Stopping');
});

test('misuse ends with 2 and one line with a hint', async () => {
  const empty = tempDir();
  const flag = await radweave(empty, ['train', '--modality', 'A', '--batch-sise', '3']);
  expect([flag.code, flag.stderr]).toEqual([2, expect.stringContaining('--batch_size')]);
  const key = await radweave(empty, ['train', '--modality', 'A', '--set', 'training.bach_size=3']);
  expect([key.code, key.stderr]).toEqual([2, expect.stringContaining("'training.batch_size'")]);
  if (process.platform !== 'win32') {
    const windows = await radweave(empty, ['preprocess', '--root_dir', 'D:\\data']);
    expect([windows.code, windows.stderr]).toEqual([
      2,
      expect.stringContaining("'D:\\data' is a Windows path"),
    ]);
    const set = await radweave(empty, ['run', '--set', 'experiment.output_dir=D:\\outputs\\x']);
    expect([set.code, set.stderr]).toEqual([2, expect.stringContaining('experiment.output_dir')]);
    expect(readdirSync(empty)).toEqual([]);
  }
  const split = await radweave(empty, ['train', '--modality', 'A']);
  expect([split.code, split.stderr]).toEqual([2, expect.stringContaining('radweave preprocess')]);
  const device = await radweave(folder, [...TRAIN, '--output-dir', 'gpu', '--device', 'cuda:0']);
  expect([device.code, device.stderr]).toEqual([5, expect.stringContaining('--device cpu')]);
});
