import { BusySampler } from '../busy.mjs';
import { complaint } from '../processes.mjs';

/** Rows of training speed from PNG: ours, then PyTorch plain and tuned (or compiled), one after the other. */
export function speed({ model, batch, isCompiled = false }) {
  const name = `${isCompiled ? 'compiled' : 'speed'} ${model.split('_')[0]} ${batch}`;
  const variants = isCompiled ? ['compiled'] : ['plain', 'tuned'];
  const row = { model, batch };
  return {
    name,
    limit: isCompiled ? 150 : 100,
    body: async (check) => {
      if (!isCompiled) await ours(check, row);
      for (const variant of variants) await peer(check, row, variant);
    },
  };
}

/** Compiles the networks of the compiled rows, so that these need not. Beside what is not timed; it needs no cohort. */
export const warmCompiler = { name: 'compiling', limit: 120, body: compile, isOfPeers: true };

async function compile(check) {
  const { compiledRows } = check.proof.sizes;
  await Promise.all(
    compiledRows.map(async (row) => {
      const done = await peerProgram(check, row, 'compiled', { job: 'compile', epochs: 1, workers: 0 });
      check.note(row.model, null, done.code === 0 ? `${done.seconds.toFixed(0)} s` : complaint(done));
    }),
  );
}

async function ours(check, { model, batch }) {
  const { proof, note } = check;
  const job = {
    splits: proof.path('speed-cohort', 'splits'),
    folder: proof.path('speed', `${model}-${batch}`),
    ...{
      model,
      batch,
      epochs: proof.sizes.speedEpochs,
      precision: 'auto',
      device: proof.device,
      side: proof.sizes.side,
    },
  };
  const sampler = new BusySampler();
  const script = `${proof.root}/bench/gpu/ours/train.mjs`;
  const done = await proof.program(check, `speed-${model}-${batch}`, [
    proof.node,
    script,
    JSON.stringify(job),
  ]);
  sampler.stop();
  if (done.code !== 0) {
    note('ours', false, complaint(done));
    return;
  }
  const { epochs, precision, ready, after } = done.json;
  note('ours', null, {
    precision,
    ...steady(epochs),
    first: round(epochs[0].train),
    rest: round(Math.min(...epochs.map(({ rest }) => rest))),
    ready: round(ready),
    after: round(after),
    command: round(done.seconds),
    busy_percent: sampler.percent(epochs.slice(1).map(({ moments }) => moments)),
    memory_mib: sampler.mostMemory,
  });
}

async function peer(check, row, variant) {
  const { sizes } = check.proof;
  const how = { job: 'train', epochs: sizes.speedEpochs, workers: sizes.workers };
  const done = await peerProgram(check, row, variant, how);
  if (done.code !== 0) {
    check.note(variant, null, complaint(done));
    return;
  }
  const { epochs, seconds, memory_mib } = done.json;
  const first = round(epochs[0].train);
  check.note(variant, null, { ...steady(epochs), first, loop: round(seconds), memory_mib });
}

function peerProgram(check, { model, batch }, variant, { job, epochs, workers }) {
  const { proof } = check;
  return proof.python3(check, `peer-${job}-${model}-${batch}-${variant}`, 'peer.py', [
    ...[
      job,
      variant,
      '--splits',
      proof.path('speed-cohort', 'splits'),
      '--model',
      model,
      '--device',
      proof.device,
    ],
    ...['--batch', batch, '--epochs', epochs, '--workers', workers, '--side', proof.sizes.side].map(String),
  ]);
}

/** The fastest epoch after the first, in which kernels are chosen and graphs captured. */
function steady(epochs) {
  const best = epochs.slice(1).reduce((a, b) => (a.train <= b.train ? a : b));
  const { slices, train: seconds, validation } = best;
  return {
    slices_per_s: Math.round(slices / seconds),
    train: round(seconds),
    validation: round(validation),
    loss: round(epochs.at(-1).loss),
  };
}

function round(seconds) {
  return Number(seconds.toFixed(2));
}

/** Extraction of every slice by a trained network, from command to files. */
export const extractionSpeed = { name: 'speed extract', limit: 80, body: extract };

async function extract(check) {
  const { proof, note } = check;
  const { extractModel: model, rows, side, workers } = proof.sizes;
  const trained = rows.find((row) => row.model === model);
  const job = {
    splits: proof.path('speed-cohort', 'splits'),
    folder: proof.path('speed', 'features'),
    checkpoint: proof.path('speed', `${model}-${trained.batch}`, 'checkpoints', 'speed', 'best_model.pth'),
    ...{ model, precision: 'auto', device: proof.device, side },
  };
  const done = await proof.program(check, 'speed-extract', [
    ...[proof.node, `${proof.root}/bench/gpu/ours/extract.mjs`, JSON.stringify(job)],
  ]);
  if (done.code === 0) {
    const { slices, seconds, ready, precision } = done.json;
    const rates = { all: Math.round(slices / seconds), from_ready: Math.round(slices / (seconds - ready)) };
    note('ours', null, { precision, ...rates, seconds: round(seconds), command: round(done.seconds) });
  } else note('ours', false, complaint(done));
  for (const variant of ['plain', 'tuned']) {
    const theirs = await proof.python3(check, `extract-${variant}`, 'peer.py', [
      ...['extract', variant, '--splits', job.splits, '--model', model, '--device', proof.device],
      ...['--batch', 64, '--epochs', 1, '--workers', workers, '--side', side].map(String),
      ...['--out', proof.path('speed', 'peer-features')],
    ]);
    const { json } = theirs;
    const found = json && {
      slices_per_s: Math.round(json.slices / json.seconds),
      seconds: round(json.seconds),
    };
    note(variant, null, found ?? complaint(theirs));
  }
}
