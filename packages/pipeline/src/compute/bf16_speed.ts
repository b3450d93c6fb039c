import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { readJson, writeJson } from '@radweave/artifacts';
import {
  autocast,
  cpuCapability,
  engineCache,
  getNumThreads,
  libtorchVersion,
  nn,
  randn,
  type Tensor,
  tidy,
} from '@radweave/torch';
import { z } from 'zod';

interface SpeedRecord {
  cpu: string;
  libtorch: string;
  capability: string;
  threads: number;
  /** Time in float32 by time in bfloat16. */
  bf16_speed: number;
}

const schema: z.ZodType<SpeedRecord> = z.object({
  cpu: z.string(),
  libtorch: z.string(),
  capability: z.string(),
  threads: z.int(),
  bf16_speed: z.number().gt(0),
});

/**
 * {@link measureBf16Speed}, measured once for a CPU, libtorch and number of threads and kept in the user's cache, so that
 * `auto` means the same for every run on a machine.
 */
export function cachedBf16Speed(folder: string = engineCache()): number {
  const machine = {
    cpu: cpus()[0]?.model ?? 'unknown',
    libtorch: libtorchVersion(),
    capability: cpuCapability(),
    threads: getNumThreads(),
  };
  const key = createHash('sha256').update(JSON.stringify(machine)).digest('hex').slice(0, 12);
  const path = join(folder, `bf16-speed-${key}.json`);
  if (existsSync(path)) return readJson(path, schema).bf16_speed;
  const record: SpeedRecord = { ...machine, bf16_speed: Number(measureBf16Speed().toFixed(3)) };
  writeJson(path, record);
  return record.bf16_speed;
}

const ROUNDS = 7;

/**
 * How many times as fast as float32 the CPU is in bfloat16: a residual block's forward and backward pass in
 * channels-last memory. Alternating, the fastest of several rounds each, as other work on the machine
 * can only slow a round down. Takes about a second.
 */
export function measureBf16Speed(): number {
  const inFp32 = blockStep((forward) => forward());
  const inBf16 = blockStep((forward) => autocast({ device: 'cpu', dtype: 'bfloat16' }, forward));
  let [fp32, bf16] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let round = 0; round < ROUNDS; round++) {
    fp32 = Math.min(fp32, time(inFp32));
    bf16 = Math.min(bf16, time(inBf16));
  }
  return fp32 / bf16;
}

function blockStep(inPrecision: (forward: () => Tensor) => Tensor): () => void {
  return () =>
    tidy(() => {
      const block = new nn.Sequential([
        new nn.Conv2d(64, 64, 3, { padding: 1, bias: false }),
        new nn.BatchNorm2d(64),
        new nn.ReLU(),
        new nn.Conv2d(64, 64, 3, { padding: 1, bias: false }),
        new nn.BatchNorm2d(64),
      ]);
      block.to({ memoryFormat: 'channelsLast' });
      const x = randn([8, 64, 56, 56]).contiguous('channelsLast');
      x.requiresGrad = true;
      inPrecision(() => block.call(x))
        .to('float32')
        .sum()
        .backward();
    });
}

function time(run: () => void): number {
  const start = performance.now();
  run();
  return performance.now() - start;
}
