// Several processes of this machine, each with the built package: what they tell each other, and what they learn together.
import { freePort, onLinux, pythonJson, referenceTest } from '@radweave/testkit';
import { expect } from 'vitest';
import { engineRanks } from './testing/processes.ts';

/** A network, slices and steps that every process makes alike; `learn` gives the mean loss of some slices of 12. */
const NETWORK = `
  const { nn, optim, tidy } = torch;
  torch.manualSeed(3);
  const net = new nn.Sequential([
    new nn.Conv2d(1, 4, 3), new nn.ReLU(), new nn.Flatten(), new nn.LayerNorm([144]), new nn.Linear(144, 3),
  ]);
  const images = torch.randn([12, 1, 8, 8]);
  const targets = torch.fromTypedArray(BigInt64Array.from({ length: 12 }, (_, i) => BigInt(i % 3)), [12]);
  const learn = (from, count, weight) => tidy(() => {
    const loss = torch.F.crossEntropy(net.call(images.narrow(0, from, count)), targets.narrow(0, from, count));
    loss.mul(weight).backward();
    return loss.item();
  });
  const optimizer = new optim.SGD(net.parameters(), { lr: 0.1, momentum: 0.9 });
  const numbers = (tensors) => tensors.flatMap((t) => Array.from(t.toTypedArray(), Number));
  const step = () => { tidy(() => optimizer.step()); optimizer.zeroGrad(); };
  const print = (what) => console.log(JSON.stringify(what));
`;

/** Steps on all slices, on 7 + 5 and on 2 × 6 + 6 + …: the whole batch's mean each time. */
const TOGETHER = `
  const group = new torch.ProcessGroup(meeting(30));
  if (rank > 0) for (const parameter of net.parameters()) parameter.load(parameter.mul(0));
  group.broadcast(net.parameters());
  const reducer = group.gradients(net.parameters());
  reducer.reduce(() => learn(rank * 6, 6, 1));
  const first = numbers(net.parameters().map((p) => p.grad));
  step();
  const [from, count] = rank === 0 ? [0, 7] : [7, 5];
  reducer.reduce(() => learn(from, count, (count * size) / 12));
  step();
  learn(rank * 6, 3, 1 / 2);
  reducer.reduce(() => learn(rank * 6 + 3, 3, 1 / 2));
  step();
  const gathered = group.allGather(new TextEncoder().encode('rank ' + '!'.repeat(rank))).map((b) => new TextDecoder().decode(b));
  const x = torch.fromTypedArray(Float32Array.of(rank + 1, 2), [2]);
  x.requiresGrad = true;
  const all = group.sumOfAll(x);
  const sum = group.sum([rank, 1]);
  reducer.close();
  group.close();
  // The graph holds what it needs of a group that is closed.
  all.mul(rank + 1).sum().backward();
  print({ first, weights: numbers(net.parameters()), sum, gathered, all: numbers([all]), through: numbers([x.grad]) });
`;

const ALONE = `
  learn(0, 12, 1);
  const first = numbers(net.parameters().map((p) => p.grad));
  step();
  for (let i = 0; i < 2; i++) { learn(0, 12, 1); step(); }
  print({ first, weights: numbers(net.parameters()) });
`;

interface Learnt {
  first: number[];
  weights: number[];
  sum: number[];
  gathered: string[];
  all: number[];
  through: number[];
  refused: string;
}

async function answers(source: string, size = 2): Promise<Learnt[]> {
  const { ends } = await engineRanks(NETWORK + source, size);
  return (await ends).map(({ status, stdout, stderr }) => {
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    return JSON.parse(stdout);
  });
}

let together: Promise<Learnt[]> | undefined;

function largestDifference(a: readonly number[], b: readonly number[]): number {
  expect(a.length).toBe(b.length);
  return Math.max(...a.map((value, i) => Math.abs(value - (b[i] ?? Number.NaN))));
}

onLinux('two processes learn what one learns, in uneven shares and by accumulation too', async () => {
  together ??= answers(TOGETHER);
  const [zero, one] = await together;
  const [alone] = await answers(ALONE, 1);
  if (zero === undefined || one === undefined || alone === undefined) throw new Error('no answers');
  expect(largestDifference(zero.first, alone.first)).toBeLessThan(1e-6);
  expect(largestDifference(zero.weights, alone.weights)).toBeLessThan(1e-6);
  expect(one.weights).toEqual(zero.weights);
  for (const { sum, gathered, all, through } of [zero, one]) {
    expect(sum).toEqual([1, 2]);
    expect(gathered).toEqual(['rank ', 'rank !']);
    expect(all).toEqual([3, 4]);
    expect(through).toEqual([3, 3]);
  }
});

/** A network with batch norm that learns from 7 + 5 slices, and then from 12 + 0. */
const NORMS = `
  net.train();
  const norms = new nn.Sequential([
    new nn.Conv2d(1, 4, 3), new nn.BatchNorm2d(4), new nn.Conv2d(4, 4, 3), new nn.BatchNormReLU2d(4), new nn.Flatten(), new nn.Linear(64, 3),
  ]);
  const normed = new optim.SGD(norms.parameters(), { lr: 0.1 });
  const learnNorms = (from, count, weight) => tidy(() => {
    const loss = torch.F.crossEntropy(norms.call(images.narrow(0, from, count)), targets.narrow(0, from, count));
    loss.mul(weight).backward();
  });
  const stepNorms = () => { tidy(() => normed.step()); normed.zeroGrad(); };
  const state = () => numbers([...norms.stateDict().values()]);
`;

const NORMS_TOGETHER = `
  const group = new torch.ProcessGroup(meeting(30));
  const reducer = group.gradients(norms.parameters());
  const together = { sumOfAll: (tensor) => group.sumOfAll(tensor), share: 1, slices: 12 };
  for (const module of [norms.namedModules()].flatMap((all) => [...all]).map(([, one]) => one)) {
    if (module instanceof nn.BatchNorm2d) module.together = together;
  }
  const [from, count] = rank === 0 ? [0, 7] : [7, 5];
  reducer.reduce(() => learnNorms(from, count, (count * size) / 12));
  stepNorms();
  together.share = rank === 0 ? 1 : 0;
  reducer.reduce(() => rank === 0 ? learnNorms(0, 12, size) : learnNorms(0, 1, 0));
  stepNorms();
  const weights = state();
  let refused = '';
  // One value of each channel in all processes together.
  together.slices = 1;
  try { tidy(() => { norms.at(1).call(torch.ones([1, 4, 1, 1])); }); } catch (error) { refused = error.name; }
  print({ weights, refused });
`;

onLinux(
  'batch norm of two processes is that of one with all slices, its running statistics too',
  async () => {
    const [zero, one] = await answers(NORMS + NORMS_TOGETHER);
    const alone =
      'for (let i = 0; i < 2; i++) { learnNorms(0, 12, 1); stepNorms(); } print({ weights: state() });';
    const [expected] = await answers(NORMS + alone, 1);
    expect(largestDifference(zero?.weights ?? [], expected?.weights ?? [0])).toBeLessThan(1e-5);
    expect(one?.weights).toEqual(zero?.weights);
    expect([zero?.refused, one?.refused]).toEqual(['BatchNormSizeError', 'BatchNormSizeError']);
  },
);

/** After a step, rank 1 does as told, and rank 0 tells what becomes of its next one and of a sum. */
async function without(rankOne: string, timeoutSeconds: number): Promise<string[]> {
  const { processes, ends } = await engineRanks(`${NETWORK}
    const group = new torch.ProcessGroup(meeting(${timeoutSeconds}));
    const reducer = group.gradients(net.parameters());
    reducer.reduce(() => learn(0, 6, 1));
    if (rank === 1) { ${rankOne} }
    const told = (body) => { try { body(); return 'nothing'; } catch (error) { return error.name + ': ' + error.message; } };
    print([told(() => reducer.reduce(() => learn(0, 6, 1))), told(() => group.sum([1]))]);
    process.kill(process.pid, 'SIGKILL');
  `);
  processes[0]?.once('close', () => processes[1]?.kill('SIGKILL'));
  const [zero] = await ends;
  expect(zero?.stderr).toBe('');
  return JSON.parse(zero?.stdout ?? '');
}

onLinux('a process that is killed is an error of the others at once', async () => {
  const told = await without("process.kill(process.pid, 'SIGKILL');", 600);
  for (const text of told)
    expect(text).toMatch(/^DistributedError: another process of this training is gone/);
});

onLinux('a process that does not answer is an error of the others after the timeout', async () => {
  const told = await without('await new Promise((done) => setTimeout(done, 600_000));', 2);
  for (const text of told) expect(text).toMatch(/^DistributedError: .*did not answer within 2 s/);
});

onLinux(
  'a process that never comes is an error of the others after the timeout, a port that is taken one at once',
  async () => {
    const { ends } = await engineRanks(`
    import { createServer } from 'node:net';
    if (rank === 1) process.exit(0);
    const tried = (where) => {
      try { new torch.ProcessGroup(where); } catch (error) { console.log(error.name + ': ' + error.message); }
    };
    tried(meeting(2));
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((done) => server.once('listening', done));
    tried({ ...meeting(60), port: server.address().port });
    server.close();
  `);
    const [never, taken] = (await ends)[0]?.stdout.split('\n') ?? [];
    expect(never).toMatch(
      /^DistributedError: the processes that train together did not meet at 127.0.0.1:\d+ within 2 s/,
    );
    expect(taken).toMatch(
      /^DistributedError: the processes cannot meet at port \d+ of this machine, which another program uses/,
    );
  },
);

onLinux('GPUs are not joined where there are none, and what goes by the CPU goes on', async () => {
  const { ends } = await engineRanks(`
    const group = new torch.ProcessGroup(meeting(30));
    let refused = '';
    try { group.joinGpus('cuda:0'); } catch (error) { refused = error.name + ': ' + error.message; }
    console.log(JSON.stringify([torch.hasGpuGroups() ? '' : refused, group.sum([rank])]));
  `);
  const expected = [
    'DistributedError: this libtorch has no NCCL that GPUs can train by, or no GPU is here',
    [1],
  ];
  for (const { stdout } of await ends) expect(JSON.parse(stdout)).toEqual(expected);
});

const DDP = `
import json, os, sys
import torch
import torch.distributed as dist
import torch.multiprocessing as mp

def rank(index, shared, out):
    os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT=shared["port"])
    dist.init_process_group("gloo", rank=index, world_size=2)
    torch.set_num_threads(1)
    nn = torch.nn
    net = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.LayerNorm([144]), nn.Linear(144, 3))
    flat = torch.tensor(shared["weights"])
    with torch.no_grad():
        for p in net.parameters():
            p.copy_(flat[: p.numel()].reshape(p.shape))
            flat = flat[p.numel():]
    model = nn.parallel.DistributedDataParallel(net)
    images = torch.tensor(shared["images"]).reshape(12, 1, 8, 8)[index * 6 : index * 6 + 6]
    targets = torch.tensor([i % 3 for i in range(12)])[index * 6 : index * 6 + 6]
    nn.functional.cross_entropy(model(images), targets).backward()
    if index == 0:
        out.put(torch.cat([p.grad.flatten() for p in net.parameters()]).tolist())
    dist.barrier()

if __name__ == "__main__":
    shared = json.load(sys.stdin)
    context = mp.get_context("fork")
    out = context.SimpleQueue()
    ranks = [context.Process(target=rank, args=(i, shared, out)) for i in range(2)]
    for one in ranks: one.start()
    print(json.dumps(out.get()))
    for one in ranks: one.join()
`;

referenceTest(
  "the gradients are those of PyTorch's DistributedDataParallel",
  ['torch.distributed'],
  async () => {
    const [made] = await answers('print({ weights: numbers(net.parameters()), all: numbers([images]) });', 1);
    const input = JSON.stringify({
      port: String(await freePort()),
      weights: made?.weights,
      images: made?.all,
    });
    together ??= answers(TOGETHER);
    const [ours] = await together;
    expect(largestDifference(ours?.first ?? [], pythonJson<number[]>(DDP, { input }))).toBeLessThan(1e-6);
  },
);
