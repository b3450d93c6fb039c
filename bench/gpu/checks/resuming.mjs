import { setTimeout as wait } from 'node:timers/promises';
import { complaint, endGroup } from '../processes.mjs';
import { Training } from '../training.mjs';

/** With --deterministic, two runs, and one that is killed and resumed, must be equal bit for bit. */
export const resuming = { name: 'resuming', limit: 130, body };

async function body(check) {
  const { device, sizes } = check.proof;
  const jobs = sizes.models.map((model) => ({ model, precision: 'fp32' }));
  // With the state of the loss scale; a CPU's libtorch may not have it.
  if (device !== 'cpu') jobs.push({ model: sizes.models[0], precision: 'fp16' });
  await Promise.all(jobs.map((job) => judge(check, job)));
}

async function judge(check, { model, precision }) {
  const { proof, note } = check;
  const how = { device: proof.device, precision, model, epochs: 3, more: ['--deterministic'] };
  const called = `${model} ${precision}`;
  const [first, second, killed] = ['first', 'second', 'killed'].map(
    (name) => new Training(proof, `${name}-${model}-${precision}`, how),
  );
  const done = await Promise.all([first.start(check), second.start(check), killAndResume(check, killed)]);
  const bad = done.find(({ code }) => code !== 0);
  if (bad) {
    note(called, false, complaint(bad));
    return;
  }
  await equal(check, `${called}: two runs`, first, second);
  await equal(check, `${called}: killed and resumed`, first, killed);
}

async function equal(check, what, one, other) {
  const compared = await check.proof.python3(check, `compare-${other.name}`, 'compare.py', [
    'weights',
    one.last,
    other.last,
  ]);
  const { difference } = compared.json;
  const losses = one.lossDifference(other);
  check.note(
    what,
    difference === 0 && losses === 0,
    `weights ${difference.toExponential(1)}, losses ${losses.toExponential(1)}`,
  );
}

/** Kills a training by SIGKILL in its second epoch and resumes it. */
async function killAndResume(check, training) {
  let pid;
  let ended;
  const running = training.start(check, (child) => {
    pid = child.pid;
  });
  const noted = running.then((done) => {
    ended = done;
  });
  noted.catch(() => undefined);
  while (ended === undefined && !training.hasEpoch()) {
    check.stop.throwIfAborted();
    await wait(50);
  }
  if (ended !== undefined) return { ...ended, code: ended.code || 'none, before it could be killed' };
  endGroup(pid);
  await noted;
  return training.resume(check);
}
