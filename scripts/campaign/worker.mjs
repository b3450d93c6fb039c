// One worker of `npm run campaign -- workers`: node worker.mjs FOLDER SERIAL
import { appendFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { readPlan } from '../../packages/artifacts/dist/index.js';
import { Board } from '../../packages/pipeline/dist/tasks/board.js';
import { workOff } from '../../packages/pipeline/dist/tasks/work-off.js';

const [, , folder, serial] = process.argv;
process.chdir(folder);
// Whoever started it has ended, however that came.
process.stdin
  .once('end', () => process.exit(1))
  .resume()
  .unref();
const board = new Board('.', readPlan('tasks.json'), Number(serial));

/** Writes a number made of those of the tasks before it, and what must not be into `wrong`. */
async function perform({ name, after }) {
  const wrong = (what) => appendFileSync('wrong', `task ${name} ${what}\n`);
  if (board.record(name)?.state === 'done') wrong('was done before');
  const inside = `inside-${name}-`;
  writeFileSync(inside + serial, '');
  const others = readdirSync('.').filter((one) => one.startsWith(inside) && one !== inside + serial);
  if (others.some((one) => !existsSync(`dead/${one.slice(inside.length)}`))) wrong('was done by two at once');
  const read = after.map((one) => Number(readFileSync(`out-${one}`, 'utf8')));
  await sleep(400 * Math.random());
  const own = read.reduce((sum, one) => (31 * sum + one) % 1_000_003, Number(name) + 1);
  writeFileSync(`out-${name}`, String(own));
  await sleep(400 * Math.random());
  rmSync(inside + serial);
}

const duty = { board, perform, index: Number(serial) };
await workOff([duty], { pause: 1000, signal: new AbortController().signal });
