// Trains one network on two made-up machines with a cable between them, and hurts one, in namespaces of its own:
// npm run campaign -- network
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { writeCohortFolders } from '../../packages/study/dist/testing/cohort.js';
import { HOUR_AHEAD } from './machines.mjs';
import { COMMAND, CONFIG } from './study.mjs';

/** Of --rank_timeout; and what a busy machine may need beyond. */
const [TIMEOUT_S, MARGIN_S] = [15, 15];
/** A pause of a process that all must survive. */
const PAUSE_MS = 8000;
const EPOCHS = 12;

/** What is done to a training after its first checkpoint, and how long its processes may last then; null: to the end. */
const HARMS = {
  'the first is killed': {
    does: ({ ranks }) => ranks[0].child.kill('SIGKILL'),
    killed: 0,
    seconds: MARGIN_S,
  },
  'the second is killed': {
    does: ({ ranks }) => ranks[1].child.kill('SIGKILL'),
    killed: 1,
    seconds: MARGIN_S,
  },
  'the cable is pulled': { does: () => ip('link', 'set', 'm1', 'down'), seconds: TIMEOUT_S + MARGIN_S },
  'the second is slow': { does: slow, seconds: null },
};

async function slow({ ranks }) {
  ranks[1].child.kill('SIGSTOP');
  await sleep(PAUSE_MS);
  ranks[1].child.kill('SIGCONT');
}

function ip(...args) {
  const { status, stderr } = spawnSync('ip', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`ip ${args.join(' ')}: ${stderr}`);
}

/** Connects this namespace and that of a process. */
function connect(pid) {
  ip('link', 'add', 'm1', 'type', 'veth', 'peer', 'name', 'm2', 'netns', String(pid));
  ip('address', 'add', '10.24.0.1/24', 'dev', 'm1');
  for (const link of ['lo', 'm1']) ip('link', 'set', link, 'up');
  const inside = ['-t', String(pid), '-n', 'ip'];
  for (const args of [
    ['address', 'add', '10.24.0.2/24', 'dev', 'm2'],
    ['link', 'set', 'lo', 'up'],
    ['link', 'set', 'm2', 'up'],
  ])
    spawnSync('nsenter', [...inside, ...args], { stdio: 'inherit' });
}

const TRAIN = [
  'train',
  '--config',
  'study.yaml',
  '--modality',
  'A',
  '--device',
  'cpu',
  '--exp_name',
  'run',
  '--epochs',
  String(EPOCHS),
];

/** Begins a process of a training. The clock of the second machine is an hour ahead. */
function begin(folder, rank, other) {
  const place = { RANK: `${rank}`, WORLD_SIZE: '2', MASTER_ADDR: '10.24.0.1', MASTER_PORT: '29500' };
  const own = { GLOO_SOCKET_IFNAME: `m${rank + 1}`, RADWEAVE_THREADS: '1' };
  const clock = rank === 1 ? { NODE_OPTIONS: HOUR_AHEAD } : {};
  const env = { ...process.env, ...place, ...own, ...clock };
  const program = [process.execPath, COMMAND, ...TRAIN, '--rank_timeout', String(TIMEOUT_S)];
  const [command, ...args] = rank === 1 ? ['nsenter', '-t', String(other), '-n', ...program] : program;
  const child = spawn(command, args, { cwd: folder, env, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (data) => {
    said += data;
  });
  const end = once(child, 'exit').then(([code]) => ({ code, said, at: performance.now() }));
  return { child, end };
}

/** @returns what was wrong, a line each. */
async function one(folder, other, { does, killed, seconds }, say) {
  rmSync(join(folder, 'outputs'), { recursive: true, force: true });
  const ranks = [0, 1].map((rank) => begin(folder, rank, other));
  // Written after the first checkpoint: before it the run has not begun.
  const record = join(folder, 'outputs', 'checkpoints', 'run', 'run.json');
  while (!existsSync(record) && ranks.every(({ child }) => child.exitCode === null)) await sleep(50);
  const hurt = performance.now();
  await does({ ranks });
  const ends = await Promise.all(ranks.map(({ end }) => end));
  const lines = ends.flatMap(({ code, said, at }, rank) => {
    if (rank === killed) return [];
    const lasted = (at - hurt) / 1000;
    say(`    process ${rank} ended ${lasted.toFixed(1)} s later with ${code}`);
    const isRight =
      seconds === null
        ? code === 0
        : code === 4 && /The last checkpoint is kept/.test(said) && lasted < seconds;
    return isRight ? [] : [`process ${rank}: ${said.trim().split('\n').at(-1)}`];
  });
  return [...lines, ...goesOn(folder, seconds === null)];
}

/** A training that was cut off goes on, alone, from its last checkpoint. */
function goesOn(folder, isDone) {
  if (!isDone) {
    const { status, stderr } = spawnSync(process.execPath, [COMMAND, ...TRAIN, '--resume'], {
      cwd: folder,
      encoding: 'utf8',
    });
    if (status !== 0) return [`resumed, it ends with ${status}: ${stderr.trim().split('\n').at(-1)}`];
  }
  const history = readFileSync(join(folder, 'outputs', 'logs', 'run', 'training_history.csv'), 'utf8');
  const epochs = history.trim().split('\n').length - 1;
  return epochs === EPOCHS ? [] : [`${epochs} of ${EPOCHS} epochs are in the history`];
}

async function main() {
  const folder = mkdtempSync(join(tmpdir(), 'radweave-network-'));
  const holder = spawn('unshare', ['-n', 'sleep', 'infinity'], { stdio: 'ignore' });
  let wrong = 0;
  try {
    writeCohortFolders(join(folder, 'raw'), 3, 2);
    writeFileSync(join(folder, 'study.yaml'), CONFIG);
    // Until the holder is in a namespace of its own.
    await sleep(500);
    connect(holder.pid);
    spawnSync(process.execPath, [COMMAND, 'preprocess', '--config', 'study.yaml'], {
      cwd: folder,
      stdio: 'inherit',
    });
    for (const [name, harm] of Object.entries(HARMS)) {
      console.log(name);
      const lines = await one(folder, holder.pid, harm, console.log);
      ip('link', 'set', 'm1', 'up');
      for (const line of lines) console.log(`    WRONG ${line}`);
      wrong += lines.length;
    }
  } finally {
    holder.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
  console.log(wrong === 0 ? 'all as promised' : `${wrong} wrong`);
  process.exitCode = wrong === 0 ? 0 : 1;
}

await main();
