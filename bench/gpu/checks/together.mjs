import { createServer } from 'node:net';
import { complaint, endGroup } from '../processes.mjs';
import { Training } from '../training.mjs';

/** Several processes train one network as one does, a GPU each; one alone goes through NCCL too. */
export const together = { name: 'together', limit: 200, body };

/** Rounding does not grow at this learning rate. */
const STEADY = { optimizer: 'sgd', learning_rate: 1e-4 };

/** Seconds that a process waits for a lost one. */
const PATIENCE = 20;

async function body(check) {
  const { proof, note } = check;
  const plain = await trained(check, 'alone', {});
  if (plain.code !== 0) return;
  for (const [norms, bound] of [
    // The same operators, with a sum of one process; batch norm together has operators of its own.
    [false, 1e-6],
    [true, 1e-5],
  ]) {
    const training = { sync_batch_norm: norms };
    const one = await trained(check, `one-${norms}`, { training, processes: await place(1, 0) });
    compare(check, `a group of one, batch norm ${norms ? 'together' : 'alone'}`, one, plain, bound);
  }
  const gpus = proof.device === 'cpu' ? 2 : await cards(check);
  if (gpus < 2) {
    note('two processes', null, `not tried: ${gpus} cards`);
    return;
  }
  compare(check, 'two processes', await trained(check, 'two', { processes: 2 }), plain, 1e-5);
  await scaling(check, gpus);
  await lost(check);
}

/** What every process computes: each has a batch of its own, so that all are as busy as one alone. */
async function scaling(check, gpus) {
  const rates = [];
  for (const processes of [1, 2, 4, 8].filter((some) => some <= gpus)) {
    const batch = check.proof.sizes.batch * processes;
    const done = await trained(check, `scaling-${processes}`, { processes, batch, precision: 'auto' });
    if (done.code !== 0) return;
    rates.push(Math.max(...done.json.epochs.slice(1).map(({ slices, train }) => slices / train)));
    check.note(`${processes} processes`, null, {
      slices_per_second: Number(rates.at(-1).toFixed(0)),
      efficiency: Number((rates.at(-1) / processes / rates[0]).toFixed(2)),
    });
  }
}

/** One of two processes is killed in its second epoch: the other one ends, with a sentence and the checkpoint. */
async function lost(check) {
  const { proof, note } = check;
  const [model] = proof.sizes.models;
  const more = ['--rank_timeout', String(PATIENCE)];
  const zero = await place(2, 0);
  const places = [zero, { ...zero, rank: 1, localRank: 1 }];
  const [first, second] = places.map(({ rank, size, localRank, address, port }) => {
    const env = {
      RANK: rank,
      WORLD_SIZE: size,
      LOCAL_RANK: localRank,
      MASTER_ADDR: address,
      MASTER_PORT: port,
    };
    const texts = Object.fromEntries(Object.entries(env).map(([name, value]) => [name, String(value)]));
    const how = { device: proof.device, precision: 'fp32', model, epochs: 200, more, env: texts };
    return new Training(proof, 'lost', how);
  });
  const running = first.start(check);
  let pid;
  const other = proof.radweave(check, 'lost.second', second.args, second.env, (child) => {
    pid = child.pid;
  });
  while (!first.hasEpoch()) {
    check.stop.throwIfAborted();
    await new Promise((done) => setTimeout(done, 50));
  }
  const killed = performance.now();
  endGroup(pid);
  const done = await running;
  await other;
  const seconds = (performance.now() - killed) / 1000;
  const isTold = done.code === 4 && /E_RANK_LOST|another process of this training is gone/.test(done.output);
  note('one killed', isTold && seconds < 2 * PATIENCE, `after ${seconds.toFixed(1)} s: ${complaint(done)}`);
}

async function trained(check, name, { training = {}, processes = 1, batch, precision = 'fp32' }) {
  const { proof } = check;
  const [model] = proof.sizes.models;
  const job = {
    splits: proof.path('cohort', 'splits'),
    folder: proof.path('together', name),
    model,
    batch: batch ?? proof.sizes.batch,
    epochs: 2,
    precision,
    device: proof.device,
    side: proof.sizes.side,
    training: { ...STEADY, ...training },
    together: { processes, timeoutSeconds: 60 },
  };
  const script = `${proof.root}/bench/gpu/ours/train.mjs`;
  const done = await proof.program(check, `together-${name}`, [proof.node, script, JSON.stringify(job)]);
  if (done.code !== 0) check.note(name, false, complaint(done));
  return done;
}

function compare(check, what, { json: mine }, { json: theirs }, bound) {
  if (mine === undefined || theirs === undefined) return;
  const losses = ({ epochs }) => epochs.flatMap(({ loss, validationLoss }) => [loss, validationLoss]);
  const expected = losses(theirs);
  const difference = Math.max(...losses(mine).map((loss, i) => Math.abs(loss - expected[i]) / expected[i]));
  check.note(what, difference <= bound, difference.toExponential(1));
}

async function place(size, rank) {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((done) => server.once('listening', done));
  const { port } = server.address();
  server.close();
  return { rank, size, onThisMachine: size, localRank: rank, address: '127.0.0.1', port };
}

/** How many cards there are. */
async function cards(check) {
  const doctor = await check.proof.radweave(check, 'doctor-together', ['doctor']);
  return doctor.output.split('\n').filter((line) => /^GPU cuda:\d/.test(line)).length;
}
