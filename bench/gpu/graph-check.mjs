// Proves and times recorded training steps on a GPU: graph-check.mjs [--device cuda:0] [--out FILE] [--only PART,…] [--small]
// Every part runs in a process of its own with a time limit and prints JSON lines as they come; one that fails stops no other.
// On a CPU everything but the recording is rehearsed.
import { spawn } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const argument = (name, fallback) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : process.argv[at + 1];
};
const DEVICE = argument('device', 'cuda:0');
const SMALL = process.argv.includes('--small');
const OUT = argument('out', '');
const SIDE = SMALL ? 32 : 224;
const SWIN = 'swin_tiny_patch4_window7_224';
const EQUAL = SMALL
  ? ['resnet18:4:fp32']
  : [
      ...['resnet18:32:bf16', `${SWIN}:32:bf16`, 'resnet50:32:bf16'],
      ...['resnet18:32:fp16', 'resnet18:32:fp32', 'resnet50:32:fp32'],
    ];
const SPEED = SMALL
  ? ['resnet18:4:fp32']
  : ['resnet50:32:bf16', 'resnet18:32:bf16', `${SWIN}:32:bf16`, 'resnet50:128:bf16'];
const PARTS = [
  'facts',
  ...EQUAL.slice(0, 3).map((job) => `equal/${job}`),
  'refused',
  ...SPEED.map((job) => `speed/${job}`),
  ...EQUAL.slice(3).map((job) => `equal/${job}`),
];

function tell(line) {
  const text = `${JSON.stringify(line)}\n`;
  process.stdout.write(text);
  if (OUT !== '') appendFileSync(OUT, text);
}

/** Runs one part in a process of its own; its lines are passed on as they come. */
function apart(part, seconds) {
  return new Promise((resolve) => {
    const own = [fileURLToPath(import.meta.url), '--part', part, '--device', DEVICE];
    const env = { ...process.env, CUBLAS_WORKSPACE_CONFIG: process.env.CUBLAS_WORKSPACE_CONFIG ?? ':4096:8' };
    const child = spawn(process.execPath, [...own, ...(SMALL ? ['--small'] : [])], { env });
    const begun = performance.now();
    let [rest, errors] = ['', ''];
    const limit = setTimeout(() => child.kill('SIGKILL'), seconds * 1000);
    child.stderr.on('data', (data) => {
      errors = (errors + data).slice(-1500);
    });
    child.stdout.on('data', (data) => {
      const lines = (rest + data).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) if (line !== '') tell({ part, ...JSON.parse(line) });
    });
    child.on('close', (code, signal) => {
      clearTimeout(limit);
      const took = Number(((performance.now() - begun) / 1000).toFixed(1));
      tell({ part, ended: signal ?? code, seconds: took, ...(code === 0 ? {} : { errors }) });
      resolve();
    });
  });
}

const part = argument('part', '');
if (part === '') {
  const only = argument('only', '');
  const wanted =
    only === '' ? PARTS : PARTS.filter((name) => only.split(',').some((o) => name.startsWith(o)));
  for (const name of wanted) await apart(name, SMALL ? 300 : 75);
} else {
  const { facts, equal, speed, refused } = await import('./graph-parts.mjs');
  const [what, job] = part.split('/');
  const options = { device: DEVICE, side: SIDE, small: SMALL };
  const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
  if (what === 'facts') facts(options, say);
  if (what === 'equal') await equal(job, options, say);
  if (what === 'speed') await speed(job, options, say);
  if (what === 'refused') await refused(options, say);
}
